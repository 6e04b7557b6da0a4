import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { saveFile } from './save-file.ts';

const content = new TextEncoder().encode('a picture');
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-save-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('a new file, an old one with its rights, and through a link', async () => {
  const path = join(folder, 'screen.png');
  await saveFile(path, content);
  expect(await readFile(path, 'utf8')).toBe('a picture');
  await writeFile(join(folder, 'private.png'), 'old', { mode: 0o640 });
  await symlink('private.png', join(folder, 'link.png'));
  await saveFile(join(folder, 'link.png'), content);
  expect(await readFile(join(folder, 'private.png'), 'utf8')).toBe('a picture');
  expect((await stat(join(folder, 'private.png'))).mode & 0o777).toBe(0o640);
  expect((await readdir(folder)).sort()).toEqual(['link.png', 'private.png', 'screen.png']);
});

test('a link to what is not there yet stays one', async () => {
  await symlink('second.png', join(folder, 'first.png'));
  await symlink('target.png', join(folder, 'second.png'));
  await saveFile(join(folder, 'first.png'), content);
  expect(await readFile(join(folder, 'target.png'), 'utf8')).toBe('a picture');
  expect(await readlink(join(folder, 'first.png'))).toBe('second.png');
});

test('a folder that is not there, and one where a file should be, are named', async () => {
  await expect(saveFile(join(folder, 'none', 'screen.png'), content)).rejects.toThrow(
    `there is no folder ${join(folder, 'none')}`,
  );
  await mkdir(join(folder, 'folder'));
  await expect(saveFile(join(folder, 'folder'), content)).rejects.toThrow(/is a folder/);
});

test('what is no plain file is written to, not replaced', async () => {
  const before = await stat('/dev/null');
  await saveFile('/dev/null', content);
  expect((await stat('/dev/null')).ino).toBe(before.ino);
});
