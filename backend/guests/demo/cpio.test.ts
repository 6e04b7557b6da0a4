import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cpioArchive } from './cpio.ts';

test('an archive in the newc format: header, name and data each padded to four bytes', () => {
  const archive = cpioArchive([
    { kind: 'file', path: 'abc', mode: 0o755, data: new Uint8Array([1, 2, 3, 4, 5]) },
  ]);
  const text = Buffer.from(archive).toString('latin1');
  expect(text.slice(0, 6)).toBe('070701');
  expect(text.slice(14, 22)).toBe('000081ed'); // a regular file, 0755
  expect(text.slice(54, 62)).toBe('00000005'); // file size
  expect(text.slice(94, 102)).toBe('00000004'); // name size with its NUL
  expect(text.slice(110, 114)).toBe('abc\0');
  expect(archive[116]).toBe(1); // 110 + 4 rounded up to a multiple of four
  expect(archive.length % 4).toBe(0);
  expect(text).toContain('TRAILER!!!\0');
});

test('every kind of entry has its type and belongs to root', () => {
  const archive = cpioArchive([
    { kind: 'folder', path: 'dev' },
    { kind: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    { kind: 'link', path: 'bin', target: 'usr/bin' },
  ]);
  const text = Buffer.from(archive).toString('latin1');
  const modes = [...text.matchAll(/070701[0-9a-f]{8}([0-9a-f]{8})([0-9a-f]{8})([0-9a-f]{8})/g)];
  expect(modes.map((match) => Number.parseInt(match[1] ?? '', 16) & 0o170000)).toEqual([
    0o040000, 0o020000, 0o120000, 0,
  ]);
  expect(modes.every((match) => match[2] === '00000000' && match[3] === '00000000')).toBe(true);
});

test('GNU file recognises it, where it is installed', ({ skip }) => {
  let said = '';
  try {
    said = execFileSync('file', ['-'], {
      input: cpioArchive([{ kind: 'folder', path: 'x' }]),
      encoding: 'utf8',
    });
  } catch {
    skip('file(1) is not installed');
  }
  expect(said).toContain('cpio archive');
});
