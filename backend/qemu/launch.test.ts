import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { legacyOption } from './command-line.ts';
import { launchQemu, readLogEnd, readPidFile } from './launch.ts';
import { inspectPid, killPid } from './process.ts';
import { QmpClient } from './qmp/client.ts';

const QEMU = 'qemu-system-x86_64';
const BARE = ['-machine', 'none', '-nodefaults', '-no-user-config', '-display', 'none'];

let folder: string;
let files: { logFile: string; pidFile: string; folder: string };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-launch-'));
  files = { logFile: join(folder, 'qemu.log'), pidFile: join(folder, 'qemu.pid'), folder };
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('runs in a session of its own, noted by pid, reached over QMP', async () => {
  const path = join(folder, 'qmp.sock');
  const args = [...BARE, ...legacyOption('-qmp', `unix:${path}`, { server: true, wait: false })];
  const qemu = await launchQemu({ binary: QEMU, args, ...files });
  try {
    expect(readPidFile(files.pidFile)).toEqual({ pid: qemu.pid, startTicks: qemu.startTicks });
    const client = await QmpClient.connect({ path });
    expect((await inspectPid(qemu.pid))?.commandLine).toEqual([QEMU, ...args]);
    // proc(5): the sixth field is the session.
    const stat = await readFile(`/proc/${qemu.pid}/stat`, 'utf8');
    expect(Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3])).toBe(qemu.pid);
    await client.execute('quit');
    expect(await qemu.exited).toEqual({ code: 0, signal: null });
    await client[Symbol.asyncDispose]();
  } finally {
    killPid(qemu.pid, qemu.startTicks);
  }
});

test('a QEMU that exits at once: how, and what it said this time', async () => {
  await writeFile(files.logFile, 'from an older run\n');
  const qemu = await launchQemu({ binary: QEMU, args: [...BARE, '-no-such-option'], ...files });
  expect(await qemu.exited).toEqual({ code: 1, signal: null });
  expect(await readLogEnd(files.logFile, 4096, qemu.logStart)).toMatch(
    /^qemu.*-no-such-option: invalid option$/,
  );
  expect(await readLogEnd(files.logFile, 4096)).toContain('older run');
});

test('a signal is told', async () => {
  const qemu = await launchQemu({ binary: QEMU, args: BARE, ...files });
  expect(killPid(qemu.pid, qemu.startTicks)).toBe(true);
  expect(await qemu.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('what cannot be started is a fault that names it', async () => {
  const missing = { binary: join(folder, 'gone'), args: [], ...files };
  await expect(launchQemu(missing)).rejects.toMatchObject({
    code: 'qemu-missing',
    message: expect.stringContaining('gone'),
  });
  const binary = join(folder, 'not-runnable');
  await writeFile(binary, 'x');
  await chmod(binary, 0o644);
  await expect(launchQemu({ ...missing, binary })).rejects.toMatchObject({ code: 'no-permission' });
  await expect(launchQemu({ ...missing, folder: join(folder, 'no') })).rejects.toMatchObject({
    code: 'not-found',
  });
  await expect(
    launchQemu({ ...missing, binary: QEMU, logFile: join(folder, 'no', 'log') }),
  ).rejects.toMatchObject({ code: 'not-found' });
  expect(existsSync(files.pidFile)).toBe(false);
});

test('no pid file, no guest', async () => {
  const pidFile = join(folder, 'no', 'pid');
  await expect(launchQemu({ binary: QEMU, args: BARE, ...files, pidFile })).rejects.toMatchObject({
    code: 'not-found',
  });
  expect((await readdir(folder)).sort()).toEqual(['qemu.log']);
});

test('the end of a log: whole lines, never more than asked', async () => {
  await writeFile(files.logFile, `${'é'.repeat(50)}\nsecond\nthird\n`);
  expect(await readLogEnd(files.logFile, 20)).toBe('second\nthird');
  expect(await readLogEnd(files.logFile, 12)).toBe('third');
  expect(await readLogEnd(files.logFile, 1000, 101)).toBe('second\nthird');
  expect(await readLogEnd(join(folder, 'none'), 10)).toBe('');
});

test('a pid file that holds something else', async () => {
  expect(readPidFile(files.pidFile)).toBeNull();
  for (const text of ['', '12', 'x y\n', '0 5\n', '12 5', '-1 5\n']) {
    await writeFile(files.pidFile, text);
    expect(readPidFile(files.pidFile)).toBeNull();
  }
});
