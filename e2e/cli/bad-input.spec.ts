import { chmod, chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { type FaultShape, faultShape } from '../../backend/contract/fault.ts';
import { Home } from '../fixtures/home.ts';
import { mountSmallDisk } from '../fixtures/small-disk.ts';
import { expect, test } from '../fixtures/test.ts';

/** Bad input: a clear error that names the thing and the remedy, and nothing left behind. */

/** Runs it in words and as JSON: both fail with exit code 1, say the same, and give a remedy. */
async function refused(home: Home, ...args: readonly string[]): Promise<FaultShape> {
  const json = await home.ik('--json', ...args);
  expect(json.code, json.stdout + json.stderr).toBe(1);
  expect(json.stderr).toBe('');
  const fault = faultShape.parse((json.json as { error: unknown }).error);
  expect(fault.code).not.toBe('internal');
  const words = await home.ik(...args);
  expect(words.code).toBe(1);
  expect(words.stdout).toBe('');
  // A machine that could not be made had another id each time.
  const anyId = (text: string) => text.replace(/[a-z0-9]{8}\.part/g, 'ID.part');
  expect(anyId(words.stderr)).toContain(anyId(`innkeeper: ${fault.message}`));
  expect(fault.remedy, fault.message).toBeTruthy();
  expect(words.stderr).toContain(fault.remedy?.split('\n')[0]);
  return fault;
}

const NOTHING = { machines: [], runtime: [] };
const small = ['--memory', '64M', '--cpus', '1', '--disk', '64M'];

test('a definition cut in half: the machine is shown broken, its file named and untouched, the others work', async ({
  home,
}) => {
  const { id } = await home.answer('machine.create', 'create', 'halved', ...small);
  await home.ok('create', 'whole', ...small);
  const file = join(home.folders.data, 'machines', id, 'machine.json');
  await home.endBackend();
  const half = (await readFile(file)).subarray(0, 300);
  await writeFile(file, half);
  const { machines } = await home.answer('machine.list', 'list');
  expect(machines.find((machine) => machine.id === id)).toMatchObject({
    can: ['delete'],
    fault: { code: 'bad-input', message: expect.stringContaining(file) },
  });
  const fault = await refused(home, 'start', id);
  expect(fault.message).toContain(file);
  expect(await readFile(file)).toEqual(half);
  expect(home.leftovers().runtime).toEqual([]);
  expect(await home.answer('machine.start', 'start', 'whole')).toMatchObject({ state: 'running' });
});

test('a QEMU that exits at once: its message reaches the person', async ({ home }) => {
  const wrapper = join(home.path, 'qemu');
  await writeFile(
    wrapper,
    '#!/bin/sh\ncase " $* " in *" -uuid "*) exec qemu-system-x86_64 "$@" -device nonsense ;; esac\nexec qemu-system-x86_64 "$@"\n',
  );
  await chmod(wrapper, 0o755);
  await using other = await Home.open({ env: { INNKEEPER_QEMU: wrapper } });
  await other.ok('create', 'short', ...small);
  const fault = await refused(other, 'start', 'short');
  expect(fault.code).toBe('qemu-exited');
  expect(fault.message).toContain("'nonsense' is not a valid device model name");
  expect(await other.show('short')).toMatchObject({ state: 'stopped', pid: null });
  expect(other.leftovers().runtime).toEqual([]);
  expect(other.guestPids()).toEqual([]);
});

test('an INNKEEPER_QEMU that is no program is named', async () => {
  await using home = await Home.open({ env: { INNKEEPER_QEMU: '/nowhere/qemu' } });
  const fault = await refused(home, 'create', 'x', ...small);
  expect(fault).toMatchObject({ code: 'qemu-missing', message: expect.stringContaining('/nowhere/qemu') });
  expect(home.leftovers()).toEqual(NOTHING);
});

test('an image that is not there, at creation, at the start and when attached', async ({ home }) => {
  const missing = join(home.path, 'missing.img');
  for (const option of ['--disk', '--cdrom']) {
    const fault = await refused(home, 'create', 'x', '--memory', '64M', option, missing);
    expect(fault).toMatchObject({ code: 'not-found', message: expect.stringContaining(missing) });
  }
  expect(home.leftovers()).toEqual(NOTHING);
  const here = await home.image('here.img');
  await home.ok('create', 'x', '--memory', '64M', '--disk', here);
  await rm(here);
  const fault = await refused(home, 'start', 'x');
  expect(fault.message).toContain(here);
  expect(fault.remedy).toContain('innkeeper disk detach x disk0');
  expect(home.leftovers().runtime).toEqual([]);
  expect((await refused(home, 'disk', 'attach', 'x', missing)).message).toContain(missing);
  expect((await home.answer('disk.list', 'disk', 'list', 'x')).disks).toHaveLength(1);
});

test('an image without read permission, and one that may only be read', async () => {
  await using home = await Home.open({ bound: true });
  const closed = await home.image('closed.img');
  await chmod(closed, 0o000);
  const fault = await refused(home, 'create', 'x', '--memory', '64M', '--disk', closed);
  expect(fault).toMatchObject({ code: 'no-permission', message: expect.stringContaining(closed) });
  expect(home.leftovers()).toEqual(NOTHING);
  await chmod(closed, 0o444);
  expect(await refused(home, 'create', 'x', '--memory', '64M', '--disk', closed)).toMatchObject({
    code: 'no-permission',
    message: expect.stringContaining(closed),
  });
  expect(home.leftovers()).toEqual(NOTHING);
  await home.ok('create', 'x', '--memory', '64M');
  await refused(home, 'disk', 'attach', 'x', closed);
  await home.ok('disk', 'attach', 'x', closed, '--read-only');
});

test('an image that builds on a network address is refused', async ({ home }) => {
  const path = join(home.path, 'trap.qcow2');
  const { run } = await import('../fixtures/run.ts');
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', path, '8M']);
  await run('qemu-img', ['rebase', '-u', '-f', 'qcow2', '-F', 'raw', '-b', 'nbd://127.0.0.1:1/x', path]);
  const fault = await refused(home, 'create', 'x', '--memory', '64M', '--disk', path);
  expect(fault).toMatchObject({
    code: 'not-supported',
    message: expect.stringContaining('nbd://127.0.0.1:1/x'),
  });
  expect(home.leftovers()).toEqual(NOTHING);
});

test('a name that is taken, also when two ask at once', async ({ home }) => {
  const both = await Promise.all([home.ik('create', 'Same', ...small), home.ik('create', 'same', ...small)]);
  expect(both.map(({ code }) => code).toSorted()).toEqual([0, 1]);
  const fault = await refused(home, 'create', 'SAME', ...small);
  expect(fault).toMatchObject({
    code: 'name-taken',
    message: expect.stringContaining('SAME'),
    remedy: 'Choose another name.',
  });
  expect(home.leftovers().machines).toHaveLength(1);
});

test('no memory, less than a machine needs, and more than the host has', async ({ home }) => {
  expect((await refused(home, 'create', 'x', '--memory', '0M')).message).toMatch(/memory.*16/);
  expect((await refused(home, 'create', 'x', '--memory', '8M')).message).toMatch(/memory.*16/);
  const hostMiB = Math.floor(totalmem() / 2 ** 20);
  const fault = await refused(home, 'create', 'x', '--memory', `${hostMiB + 1}M`);
  expect(fault.message).toContain(`${hostMiB + 1} MiB`);
  expect(fault.message).toContain(`(${hostMiB} MiB)`);
  expect(home.leftovers()).toEqual(NOTHING);
  await home.ok('create', 'x', ...small);
  expect((await refused(home, 'edit', 'x', '--memory', `${hostMiB + 1}M`)).message).toContain(
    'more than this host has',
  );
  expect(await home.show('x')).toMatchObject({ memoryMiB: 64 });
});

test('a full disk: nothing is made, and what is there stays as it is', async ({ home }) => {
  await using disk = await mountSmallDisk(home.folders.data, 512);
  test.skip(disk === null, 'only root can mount the small disk this needs');
  await home.ok('create', 'first', '--memory', '64M');
  const { id } = await home.show('first');
  const file = join(home.folders.data, 'machines', id, 'machine.json');
  const before = await readFile(file, 'utf8');
  await writeFile(join(home.folders.data, 'ballast'), Buffer.alloc(2 ** 20)).catch(() => undefined);
  for (const args of [
    ['create', 'second', ...small],
    ['create', 'third', '--memory', '64M'],
    ['create', 'fourth', '--demo'],
    ['edit', 'first', '--memory', '96M'],
  ]) {
    const fault = await refused(home, ...args);
    expect(fault.code, fault.message).toBe('no-space');
    expect(fault.remedy).toMatch(/[Ff]ree/);
  }
  expect(await readFile(file, 'utf8')).toBe(before);
  expect(home.leftovers()).toEqual({ machines: [id], runtime: [] });
  expect(
    (await readdir(join(home.folders.data, 'machines', id))).filter((name) => name.endsWith('.part')),
  ).toEqual([]);
  // With room again, all is as before.
  await rm(join(home.folders.data, 'ballast'), { force: true });
  await home.ok('create', 'second', '--memory', '64M');
  await home.endBackend();
});

test('a runtime folder that belongs to someone else, or is open to others, is not used', async ({ home }) => {
  const runtime = home.folders.runtime;
  await mkdir(runtime, { mode: 0o755 });
  await chmod(runtime, 0o755);
  const open = await refused(home, 'list');
  expect(open).toMatchObject({
    code: 'unsafe-folder',
    message: expect.stringContaining(`${runtime} is open to other users`),
    remedy: expect.stringContaining(`chmod 700 '${runtime}'`),
  });
  if (process.getuid?.() === 0) {
    await chmod(runtime, 0o700);
    await chown(runtime, 65534, 65534);
    const foreign = await refused(home, 'create', 'x', ...small);
    expect(foreign).toMatchObject({
      code: 'unsafe-folder',
      message: expect.stringContaining(`${runtime} belongs to user 65534`),
      remedy: expect.stringContaining('INNKEEPER_HOME'),
    });
    await chown(runtime, 0, 0);
  } else {
    test.info().annotations.push({ type: 'note', description: 'only root can give a folder away' });
  }
  expect(home.leftovers()).toEqual(NOTHING);
  expect(home.backendPid()).toBeNull();
  // Put right as the remedy says, it works.
  await chmod(runtime, 0o700);
  await home.ok('list');
});

test('one back end per data folder: a second one is told who holds it', async ({ home }) => {
  await home.ok('list');
  const { run } = await import('../fixtures/run.ts');
  const { backendEntry } = await import('../fixtures/places.ts');
  const second = await run(process.execPath, [backendEntry], {
    env: { ...process.env, INNKEEPER_HOME: home.path },
    timeoutMs: 20_000,
  });
  expect(second.code).toBe(1);
  expect(second.stdout + second.stderr).toContain(`process ${home.backendPid()}`);
});
