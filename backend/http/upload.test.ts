import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { removeLeftovers, safeName } from './upload.ts';

test.each([
  ['debian.iso', 'debian.iso'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\images\\win.iso', 'win.iso'],
  ['.bashrc', 'bashrc'],
  ['..', 'image'],
  ['', 'image'],
  ['-rf', 'rf'],
  ['a\u0000b\n.iso', 'ab.iso'],
])('%j is stored as %j', (raw, name) => {
  expect(safeName(raw)).toBe(name);
});

test('whatever a browser sends, the name is one plain file name that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (raw) => {
      const name = safeName(raw);
      expect(name).toMatch(/^[^/\\\p{Cc}]+$/u);
      expect(name).not.toMatch(/^[.-]/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      expect(safeName(name)).toBe(name);
    }),
  );
});

test('what a crash cut off is removed, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-images-'));
  for (const name of ['.upload-0123456789abcdef.part', 'x.part', '.upload-mine.part']) {
    await writeFile(join(folder, name), '');
  }
  await removeLeftovers(folder);
  expect((await readdir(folder)).toSorted()).toEqual(['.upload-mine.part', 'x.part']);
  await removeLeftovers(join(folder, 'missing'));
  await rm(folder, { recursive: true });
});
