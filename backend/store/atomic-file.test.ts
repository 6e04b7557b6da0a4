import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readJsonFile, writeFileAtomically } from './atomic-file.ts';

const run = promisify(execFile);
let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-atomic-'));
  path = join(folder, 'machine.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('replaces a file whole, for its owner alone, and leaves nothing beside it', async () => {
  await writeFileAtomically(path, 'one\n');
  await writeFileAtomically(path, 'two\n');
  expect(await readFile(path, 'utf8')).toBe('two\n');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['machine.json']);
});

test('readers see the old file or the new one, never a part of either', async () => {
  const old = 'a'.repeat(300_000);
  const fresh = 'b'.repeat(300_000);
  await writeFileAtomically(path, old);
  let writing = true;
  const reader = (async () => {
    while (writing) expect([old, fresh]).toContain(await readFile(path, 'utf8'));
  })();
  for (let round = 0; round < 20; round += 1) await writeFileAtomically(path, round % 2 === 0 ? fresh : old);
  writing = false;
  await reader;
});

/** Writes in a process of its own, so that limits can be put on it; gives the fault's code. */
async function writeElsewhere(to: string, bytes: number, prefix: readonly string[] = []): Promise<string> {
  const script = `
    const { writeFileAtomically } = await import(${JSON.stringify(new URL('./atomic-file.ts', import.meta.url).href)});
    // Past the limit the kernel sends SIGXFSZ first (setrlimit(2)); unheard, it ends the process.
    process.on('SIGXFSZ', () => undefined);
    try { await writeFileAtomically(process.argv[1], 'n'.repeat(Number(process.argv[2]))); console.log('written'); }
    catch (error) { console.log(error.code + ' ' + error.message); }`;
  const [program, ...args] = [
    ...prefix,
    process.execPath,
    '--input-type=module',
    '-e',
    script,
    to,
    String(bytes),
  ];
  return (await run(program ?? '', args)).stdout.trim();
}

test('a full disk is told as such and leaves the old file as it was', async () => {
  const disk = join(folder, 'disk');
  await mkdir(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
  if (mounted.status !== 0) {
    // Only root mounts. Everybody can be held to a file size: the same walk, with EFBIG in place of ENOSPC.
    const small = join(disk, 'machine.json');
    await writeFileAtomically(small, 'old\n');
    const said = await writeElsewhere(small, 1_000_000, ['prlimit', '--fsize=65536']);
    expect(said).toMatch(/^internal .*machine\.json could not be written: .*EFBIG/);
    expect(await readFile(small, 'utf8')).toBe('old\n');
    expect(await readdir(disk)).toEqual(['machine.json']);
    return;
  }
  try {
    const small = join(disk, 'machine.json');
    await writeFileAtomically(small, 'old\n');
    expect(await writeElsewhere(small, 1_000_000)).toBe(
      `no-space ${small} could not be written: the disk is full.`,
    );
    expect(await readFile(small, 'utf8')).toBe('old\n');
    expect(await readdir(disk)).toEqual(['machine.json']);
  } finally {
    await run('umount', [disk]);
  }
});

test('a folder without permission is told as such', async () => {
  const closed = join(folder, 'closed');
  await mkdir(closed);
  await chmod(closed, 0o555);
  await chmod(folder, 0o755);
  // Modes do not bind root: then as somebody else.
  const prefix =
    process.getuid?.() === 0
      ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all', '--']
      : [];
  expect(await writeElsewhere(join(closed, 'x.json'), 10, prefix)).toMatch(
    /^no-permission .*x\.json could not be written: you have no permission\.$/,
  );
});

test('a file that is not there reads as undefined', async () => {
  expect(await readJsonFile(path)).toBeUndefined();
});

test('a file cut anywhere is a fault that names it, and stays as it is', async () => {
  const whole = JSON.stringify({ version: 1, name: 'ü„x“', disks: [{ id: 'disk0' }] });
  for (let length = 0; length < Buffer.byteLength(whole); length += 1) {
    const cut = Buffer.from(whole).subarray(0, length);
    await writeFile(path, cut);
    await expect(readJsonFile(path)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining(path),
      remedy: expect.stringContaining('leaves it as it is'),
    });
    expect(await readFile(path)).toEqual(cut);
  }
});
