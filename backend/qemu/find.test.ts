import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findQemu } from './find.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-find-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(path: string, mode = 0o755): Promise<string> {
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, mode);
  return path;
}

test('the first on the PATH comes first; links to the same program count once', async () => {
  const [one, two] = [join(folder, 'one'), join(folder, 'two')];
  await mkdir(one);
  await mkdir(two);
  const path = await program(join(one, 'qemu-system-x86_64'));
  const imagePath = await program(join(one, 'qemu-img'));
  await symlink(path, join(two, 'qemu-system-x86_64'));
  const found = await findQemu({ PATH: `relative:${two}:${one}` });
  expect(found[0]).toEqual({ path: join(two, 'qemu-system-x86_64'), imagePath });
  expect(found.filter(({ path: other }) => other.startsWith(folder))).toHaveLength(1);
});

test('what cannot be run is passed over: a folder, a file without the right, a dead link', async () => {
  await mkdir(join(folder, 'qemu-system-x86_64'));
  await program(join(folder, 'qemu-img'), 0o644);
  const found = await findQemu({ PATH: folder });
  expect(found.some(({ path }) => path.startsWith(folder))).toBe(false);
});

test('INNKEEPER_QEMU decides, and says so when it cannot', async () => {
  const path = await program(join(folder, 'my-qemu'));
  const found = await findQemu({ PATH: '', INNKEEPER_QEMU: path });
  expect(found.map((binary) => binary.path)).toEqual([path]);
  await expect(findQemu({ INNKEEPER_QEMU: join(folder, 'gone') })).rejects.toMatchObject({
    code: 'qemu-missing',
    message: expect.stringContaining('gone'),
  });
});
