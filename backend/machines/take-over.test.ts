import { readdirSync } from 'node:fs';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { QmpClient } from '../qemu/qmp/client.ts';
import { machineFolder, machineRuntime } from '../store/paths.ts';
import { House } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house[Symbol.asyncDispose]());

async function start(name: string): Promise<{ id: string; pid: number }> {
  const { id } = await house.create(name);
  const { pid } = await house.request('machine.start', { machine: id });
  if (pid === null) throw new Error(`${name} has no process`);
  return { id, pid };
}

const gone = (pid: number) => vi.waitFor(() => expect(house.guests()).not.toContain(pid));

test('a new back end finds every guest as it was: running, paused, plugged', async () => {
  const running = await start('running');
  const paused = await start('paused');
  const { id: off } = await house.create('off');
  await house.request('machine.pause', { machine: paused.id });
  await house.request('disk.attach', {
    machine: running.id,
    path: await house.image('more.img'),
    bus: 'virtio-scsi',
  });
  await house.request('machine.edit', { machine: running.id, memoryMiB: 96 });
  const before = await house.show(running.id);
  await house.end();
  expect(house.guests().toSorted()).toEqual([running.pid, paused.pid].toSorted());

  await house.begin();
  const after = await house.show(running.id);
  expect(after).toMatchObject({
    state: 'running',
    pid: running.pid,
    startedAt: before.startedAt,
    accelerator: before.accelerator,
    memoryMiB: 64,
    pending: { memoryMiB: 96 },
    fault: null,
    devices: { disks: [{ id: 'disk0' }, { id: 'disk1', bus: 'virtio-scsi', state: 'plugged' }] },
  });
  expect(await house.show(paused.id)).toMatchObject({ state: 'paused', pid: paused.pid });
  expect(await house.show(off)).toMatchObject({ state: 'stopped', pid: null });
  expect((await house.request('machine.resume', { machine: paused.id })).state).toBe('running');
  await house.request('disk.detach', { machine: running.id, disk: 'disk1' });
  // Not its child any more: its end is still noticed.
  const crashed = house.until(running.id, (view) => view.state === 'crashed');
  process.kill(running.pid, 'SIGKILL');
  await crashed;
  expect((await house.request('machine.stop', { machine: paused.id, force: true })).state).toBe('stopped');
  expect(house.leftovers().runtime).toEqual([]);
  expect(house.trouble).toEqual([]);
});

test('a guest that died meanwhile is crashed, with the end of its log; one that quit too', async () => {
  const { id, pid } = await start('victim');
  await house.end();
  await writeFile(machineFolder(house.folders, id).qemuLog, 'qemu-system-x86_64: last words\n', {
    flag: 'a',
  });
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  await house.begin();
  expect(await house.show(id)).toMatchObject({
    state: 'crashed',
    pid: null,
    fault: { code: 'qemu-exited', message: expect.stringContaining('last words') },
  });
  expect(house.leftovers().runtime).toEqual([]);
  // Told once: the next back end knows a machine that is off.
  await house.end();
  await house.begin();
  expect(await house.show(id)).toMatchObject({ state: 'stopped', fault: null });
});

test('a process that has the pid by now, but is not the guest, is left alone', async () => {
  const { id, pid } = await start('other');
  const file = `${house.runtimeOf(id)}/qemu.pid`;
  await house.end();
  const noted = await readFile(file, 'utf8');
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  await writeFile(file, noted.replace(String(pid), String(process.pid)));
  await house.begin();
  expect(await house.show(id)).toMatchObject({ state: 'crashed', pid: null });
});

test('what a killed back end left half-written in the runtime folder is cleared away', async () => {
  const { id, pid } = await start('half');
  await house.end();
  process.kill(pid, 'SIGKILL');
  await gone(pid);
  for (const name of readdirSync(house.runtimeOf(id))) {
    if (name === 'launch.json') await truncate(`${house.runtimeOf(id)}/${name}`, 20);
  }
  await house.begin();
  expect((await house.show(id)).pid).toBeNull();
  expect((await house.request('machine.start', { machine: id })).state).toBe('running');
});

test('a guest whose launch record is of another Innkeeper is not lost: it can be forced off', async () => {
  const { id, pid } = await start('foreign');
  await house.end();
  await writeFile(`${house.runtimeOf(id)}/launch.json`, '{"startedAt": "yesterday"}');
  await house.begin();
  expect(await house.show(id)).toMatchObject({ pid, state: 'running', fault: { code: 'contract-mismatch' } });
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'illegal-move',
  });
  expect((await house.request('machine.stop', { machine: id, force: true })).state).toBe('stopped');
  expect(house.guests()).toEqual([]);
});

test('a machine whose definition broke while its guest runs keeps the guest in sight until it is forced off', async () => {
  const { id, pid } = await start('breaking');
  await house.end();
  const file = machineFolder(house.folders, id).definition;
  const whole = await readFile(file, 'utf8');
  const half = whole.slice(0, whole.length / 2);
  await writeFile(file, half);
  await house.begin();
  expect(await house.show(id)).toMatchObject({
    name: id,
    state: 'running',
    pid,
    can: ['force-off'],
    fault: { code: 'bad-input', message: expect.stringContaining(file) },
  });
  await expect(house.request('machine.delete', { machine: id })).rejects.toMatchObject({
    code: 'illegal-move',
  });
  await expect(house.request('machine.pause', { machine: id })).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining(file),
  });
  const off = await house.request('machine.stop', { machine: id, force: true });
  expect(off).toMatchObject({ pid: null, can: ['delete'] });
  expect(house.guests()).toEqual([]);
  expect(await readFile(file, 'utf8')).toBe(half);
  // Mended, it is the machine that it was.
  await house.end();
  await writeFile(file, whole);
  await house.begin();
  expect((await house.request('machine.start', { machine: 'breaking' })).state).toBe('running');
});

test('a QEMU that hangs is not started twice, and can be forced off', async () => {
  const { id, pid } = await start('hung');
  await house.end();
  process.kill(pid, 'SIGSTOP');
  await house.begin();
  const view = await house.show(id);
  expect(view).toMatchObject({
    pid,
    fault: { code: expect.stringMatching(/^(qemu-unreachable|timeout|cancelled)$/) },
  });
  expect(view.can).not.toContain('start');
  expect(view.can).toContain('force-off');
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'illegal-move',
  });
  const off = await house.request('machine.stop', { machine: id, force: true });
  expect(off).toMatchObject({ state: 'stopped', pid: null });
  expect(house.guests()).toEqual([]);
}, 40_000);

/** A boot sector that waits for a key, then powers off: SLP_EN with sleep type 0 in PM1a_CNT (ACPI 6.5 §4.8.3.2), where SeaBIOS puts it. */
const POWERS_OFF_ON_KEY = Buffer.from([
  ...[0xb4, 0x00, 0xcd, 0x16], // mov ah, 0; int 16h
  ...[0xba, 0x04, 0x06, 0xb8, 0x00, 0x20, 0xef], // mov dx, 604h; mov ax, 2000h; out dx, ax
  ...[0xf4, 0xeb, 0xfd], // hlt, for ever
]);

async function bootImage(name: string, code: Buffer): Promise<string> {
  const path = await house.image(name);
  const file = await open(path, 'r+');
  await file.write(code, 0, code.length, 0);
  await file.write(Buffer.from([0x55, 0xaa]), 0, 2, 510);
  await file.close();
  return path;
}

test('one that powered itself off meanwhile is off, not crashed', async () => {
  for (let round = 0; round < 3; round += 1) {
    const path = await bootImage(`sleeper${round}.img`, POWERS_OFF_ON_KEY);
    const { id } = await house.create(`sleeper${round}`, { disks: [{ path }] });
    await house.request('machine.start', { machine: id });
    const { qmp } = machineRuntime(house.folders, id);
    await house.end();
    {
      await using client = await QmpClient.connect({ path: qmp });
      await vi.waitFor(
        async () => {
          await client.executeRaw('send-key', { keys: [{ type: 'qcode', data: 'spc' }] });
          expect((await client.execute('query-status')).status).toBe('shutdown');
        },
        { timeout: 20_000, interval: 200 },
      );
    }
    expect(house.guests()).toHaveLength(1);
    await house.begin();
    await house.request('machine.wait', { machine: id, for: 'stopped', timeoutMs: 10_000 });
    expect(await house.show(id)).toMatchObject({ state: 'stopped', pid: null, fault: null });
    expect(house.leftovers().runtime).toEqual([]);
  }
}, 60_000);
