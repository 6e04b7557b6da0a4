import { readFile, rm, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { machineFolder } from '../store/paths.ts';
import { House } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await house[Symbol.asyncDispose]();
});

test('a machine starts, pauses, resumes, resets and is forced off; nothing is left', async () => {
  const { id, name } = await house.create('one');
  const states: string[] = [];
  house.on('machine.changed', ({ state }) => {
    if (states.at(-1) !== state) states.push(state);
  });
  const started = await house.request('machine.start', { machine: name });
  expect(started).toMatchObject({
    state: 'running',
    accelerator: expect.any(String),
    pid: expect.any(Number),
  });
  expect(house.guests()).toEqual([started.pid]);
  expect((await house.request('machine.pause', { machine: id })).state).toBe('paused');
  await expect(house.request('machine.stop', { machine: id })).rejects.toMatchObject({
    code: 'illegal-move',
    message: '“one” cannot be shut down: it is paused and cannot hear a request to shut down.',
    remedy: 'Resume it first, or force it off.',
  });
  expect((await house.request('machine.resume', { machine: id })).state).toBe('running');
  expect((await house.request('machine.restart', { machine: id, force: true })).state).toBe('running');
  expect(await house.request('machine.wait', { machine: id, for: 'running', timeoutMs: 1000 })).toMatchObject(
    {
      state: 'running',
    },
  );
  const off = await house.request('machine.stop', { machine: id, force: true });
  expect(off).toMatchObject({ state: 'stopped', pid: null, fault: null, startedAt: null });
  expect(states).toEqual(['starting', 'running', 'paused', 'running', 'stopping', 'stopped']);
  expect(house.guests()).toEqual([]);
  expect(house.leftovers()).toEqual({ machines: [id], runtime: [] });
  expect(house.trouble).toEqual([]);
  const { events } = await house.request('machine.log', { machine: id });
  expect(events.map((entry) => entry.text)).toEqual(
    expect.arrayContaining(['Created', 'Starting', 'The guest runs', 'Forced off', 'Off']),
  );
});

test('two starts at once give one guest; a third, later, is refused', async () => {
  const { id } = await house.create('twice');
  const [one, two] = await Promise.all([
    house.request('machine.start', { machine: id }),
    house.request('machine.start', { machine: 'TWICE' }),
  ]);
  expect(one.pid).toBe(two.pid);
  expect(house.guests()).toEqual([one.pid]);
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'illegal-move',
    message: '“twice” cannot be started: it is already running.',
  });
  expect(house.guests()).toEqual([one.pid]);
});

test('a QEMU that exits at once: its own words reach the person, and nothing stays', async () => {
  vi.stubEnv('INNKEEPER_QEMU', await house.fakeQemu('exec $QEMU "$@" -device nonsense'));
  const { id } = await house.create('broken');
  const both = await Promise.allSettled([
    house.request('machine.start', { machine: id }),
    house.request('machine.start', { machine: id }),
  ]);
  for (const result of both) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'qemu-exited',
        message: expect.stringContaining("'nonsense' is not a valid device model name"),
        remedy: expect.any(String),
        detail: expect.stringContaining('nonsense'),
      },
    });
  }
  expect(await house.show(id)).toMatchObject({ state: 'stopped', pid: null, fault: { code: 'qemu-exited' } });
  expect(house.leftovers()).toEqual({ machines: [id], runtime: [] });
  expect(house.guests()).toEqual([]);
});

test.each([
  ['at once and silent', 'exit 3', 'with code 3'],
  ['by a signal', 'kill -SEGV $$', 'by SIGSEGV'],
])('a QEMU that ends %s is told by how it ended', async (_, body, how) => {
  vi.stubEnv('INNKEEPER_QEMU', await house.fakeQemu(body));
  const { id } = await house.create('silent');
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'qemu-exited',
    message: expect.stringContaining(how),
  });
  expect(house.leftovers().runtime).toEqual([]);
});

test('a start that takes long can be forced off, and starts again afterwards', async () => {
  const slow = join(house.home, 'slow');
  vi.stubEnv(
    'INNKEEPER_QEMU',
    await house.fakeQemu(`while [ -e ${slow} ]; do sleep 0.05; done; exec $QEMU "$@"`),
  );
  await writeFile(slow, '');
  const { id } = await house.create('slow');
  const starting = house.request('machine.start', { machine: id });
  await house.until(id, (view) => view.state === 'starting');
  await vi.waitFor(() => expect(house.guests()).toHaveLength(1));
  const [off] = await Promise.all([
    house.request('machine.stop', { machine: id, force: true }),
    expect(starting).rejects.toMatchObject({ code: 'cancelled' }),
  ]);
  expect(off).toMatchObject({ state: 'stopped', fault: null });
  expect(house.guests()).toEqual([]);
  expect(house.leftovers().runtime).toEqual([]);
  await rm(slow);
  expect((await house.request('machine.start', { machine: id })).state).toBe('running');
});

test('forced off in the very moment it starts, it is off', async () => {
  const { id } = await house.create('moment');
  for (let round = 0; round < 5; round += 1) {
    const starting = house.request('machine.start', { machine: id }).catch(() => undefined);
    await house.until(id, (view) => view.state === (round % 2 === 0 ? 'running' : 'starting'));
    const off = await house.request('machine.stop', { machine: id, force: true });
    await starting;
    expect(off.state).toBe('stopped');
    expect(house.guests()).toEqual([]);
  }
});

test('an image that went away stops the start, with its name and the way out', async () => {
  const path = await house.image('data.img');
  const { id } = await house.create('gone', { disks: [{ path }] });
  await rm(path);
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining(path),
    remedy: expect.stringContaining('innkeeper disk detach gone disk0'),
  });
  expect(await house.show(id)).toMatchObject({
    state: 'stopped',
    devices: { disks: [{ id: 'disk0', problem: expect.stringContaining(path) }] },
  });
  expect(house.leftovers().runtime).toEqual([]);
  await house.image('data.img');
  expect((await house.request('machine.start', { machine: id })).state).toBe('running');
});

test('a machine edited past the host’s memory by hand does not start', async () => {
  const { id } = await house.create('huge');
  await house.end();
  const file = machineFolder(house.folders, id).definition;
  const definition = JSON.parse(await readFile(file, 'utf8'));
  const sizeMiB = Math.ceil(totalmem() / 2 ** 20) * 2;
  await writeFile(file, JSON.stringify({ ...definition, memory: { ...definition.memory, sizeMiB } }));
  await house.begin();
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('more than this host has'),
    path: ['memoryMiB'],
  });
  expect(house.guests()).toEqual([]);
});

test('killed with SIGKILL it is crashed, with the end of its log, and starts again', async () => {
  vi.stubEnv(
    'INNKEEPER_QEMU',
    await house.fakeQemu('echo "qemu: about to do something" >&2; exec $QEMU "$@"'),
  );
  const { id } = await house.create('victim');
  const { pid } = await house.request('machine.start', { machine: id });
  const crashed = house.until(id, (view) => view.state === 'crashed');
  process.kill(pid ?? Number.NaN, 'SIGKILL');
  expect(await crashed).toMatchObject({
    pid: null,
    can: expect.arrayContaining(['start', 'delete']),
    fault: {
      code: 'qemu-exited',
      message: 'QEMU ended unexpectedly by SIGKILL. It said last: about to do something',
      detail: expect.stringContaining('about to do something'),
    },
  });
  expect(house.leftovers().runtime).toEqual([]);
  await expect(
    house.request('machine.wait', { machine: id, for: 'stopped', timeoutMs: 1000 }),
  ).resolves.toMatchObject({ state: 'crashed' });
  const again = await house.request('machine.start', { machine: id });
  expect(again).toMatchObject({ state: 'running', fault: null });
  expect(again.pid).not.toBe(pid);
});

test('waiting tells a crash on the way from a time that is over', async () => {
  const { id } = await house.create('waiting');
  await expect(
    house.request('machine.wait', { machine: id, for: 'running', timeoutMs: 50 }),
  ).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('“waiting”') });
  const { pid } = await house.request('machine.start', { machine: id });
  const waiting = house.request('machine.wait', { machine: id, for: 'guest-ready', timeoutMs: 60_000 });
  const refused = expect(waiting).rejects.toMatchObject({ code: 'qemu-exited' });
  process.kill(pid ?? Number.NaN, 'SIGKILL');
  await refused;
});

test('a guest that is off has no screen, console, QMP, agent or balloon, and says so', async () => {
  const { id } = await house.create('off');
  const asked = [
    house.request('machine.screenshot', { machine: id }),
    house.request('machine.qmp', { machine: id, command: { execute: 'query-status' } }),
    house.request('machine.exec', { machine: id, command: ['true'] }),
    house.request('machine.keys', { machine: id, keys: ['a'] }),
    house.request('machine.type', { machine: id, text: 'a' }),
    house.request('memory.set', { machine: id, memoryMiB: 32 }),
    house.request('clock.set', { machine: id }),
  ];
  for (const result of await Promise.allSettled(asked)) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'illegal-move',
        message: expect.stringMatching(/^“off” is not running, so /),
        remedy: 'Start it first: innkeeper start off',
      },
    });
  }
  expect(() =>
    house.application.openStream({ kind: 'console', machine: id }, new AbortController().signal),
  ).toThrow(expect.objectContaining({ code: 'illegal-move' }));
});

test('a picture over SPICE disturbs nobody who looks', async () => {
  const { id } = await house.create('seen');
  await house.request('machine.start', { machine: id });
  const take = (via: 'qmp' | 'spice' | 'auto') =>
    house.request('machine.screenshot', { machine: id, via, maxWidth: 160 });
  expect(await take('qmp')).toMatchObject({ via: 'qmp', width: 160 });
  expect(await take('spice')).toMatchObject({ via: 'spice', width: 160 });
  expect(await take('auto')).toMatchObject({ via: 'spice', width: 160 });
  const viewer = await house.application.openStream(
    { kind: 'spice', machine: id },
    new AbortController().signal,
  );
  expect(await take('auto')).toMatchObject({ via: 'qmp', width: 160 });
  await expect(take('spice')).rejects.toMatchObject({
    code: 'busy',
    message: expect.stringContaining('“seen”'),
    remedy: expect.stringContaining('qmp'),
  });
  expect(viewer.destroyed).toBe(false);
  viewer.destroy();
  await vi.waitFor(async () => expect((await take('auto')).via).toBe('spice'));
  expect(house.trouble).toEqual([]);
});

test('screen, console and QMP of a running guest', async () => {
  const { id } = await house.create('lively');
  await house.request('machine.start', { machine: id });
  const full = await house.request('machine.screenshot', { machine: id });
  expect(Buffer.from(full.png, 'base64').subarray(1, 4).toString()).toBe('PNG');
  const small = await house.request('machine.screenshot', { machine: id, maxWidth: 160 });
  expect(small.width).toBe(160);
  expect(small.height).toBe(Math.round((full.height * 160) / full.width));
  const answer = await house.request('machine.qmp', { machine: id, command: { execute: 'query-name' } });
  expect(answer).toEqual({ return: { name: 'lively' } });
  await expect(
    house.request('machine.qmp', { machine: id, command: { execute: 'no-such-thing' } }),
  ).rejects.toMatchObject({ code: 'qemu-refused', message: expect.stringContaining('no-such-thing') });
  const stop = new AbortController();
  const spice = await house.application.openStream({ kind: 'spice', machine: id }, stop.signal);
  spice.destroy();
});
