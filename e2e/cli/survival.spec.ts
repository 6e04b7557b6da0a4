import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { QmpClient } from '../../backend/qemu/qmp/client.ts';
import { machineRuntime } from '../../backend/store/paths.ts';
import { startDemo } from '../fixtures/demo.ts';
import { litPixels, readPng } from '../fixtures/png.ts';
import { expect, test } from '../fixtures/test.ts';

test('the back end is killed while two guests run: both are there again, console, screen and agent too', async ({
  home,
}) => {
  const demo = await startDemo(home);
  await home.ok('create', 'blank', '--disk', '64M', '--memory', '64M', '--cpus', '1');
  const blank = await home.answer('machine.start', 'start', 'blank');
  await home.ok('memory', 'set', 'demo', '384M');
  const disk = await home.answer(
    'disk.attach',
    'disk',
    'attach',
    'demo',
    await home.image('more.img'),
    '--bus',
    'virtio-scsi',
  );
  await home.inGuest('demo', 'echo alive > /tmp/mark');
  const guests = home.guestPids();
  expect(guests).toEqual([demo.pid, blank.pid].toSorted((one, other) => Number(one) - Number(other)));

  const first = home.backendPid();
  await home.endBackend();
  expect(home.backendPid()).toBeNull();
  expect(home.guestPids()).toEqual(guests);

  const { machines } = await home.answer('machine.list', 'list');
  expect(home.backendPid()).not.toBe(first);
  expect(machines.find(({ name }) => name === 'blank')).toMatchObject({ state: 'running', pid: blank.pid });
  expect(machines.find(({ name }) => name === 'demo')).toMatchObject({
    state: 'running',
    pid: demo.pid,
    startedAt: demo.startedAt,
    devices: {
      memory: { sizeMiB: 512, targetMiB: 384, actualMiB: 384 },
      disks: [{ id: 'disk0' }, { id: disk.id, state: 'plugged' }],
    },
  });
  // The guest says it again to the new back end.
  await home.ok('wait', 'demo', '--for', 'guest-ready', '--timeout', '30s');
  expect(await home.inGuest('demo', 'cat /tmp/mark')).toBe('alive');
  const session = await home.ikWith({ input: 'echo again-$((2 * 21))\n' }, 'console', 'demo');
  expect(session.stdout).toContain('again-42');
  const path = join(home.path, 'x.png');
  await home.ok('screenshot', 'demo', path);
  expect(litPixels(readPng(await readFile(path)))).toBeGreaterThan(1000);
  await home.ok('disk', 'detach', 'demo', disk.id);

  // A guest that dies while no back end is there is crashed, not lost.
  await home.endBackend();
  process.kill(blank.pid ?? Number.NaN, 'SIGKILL');
  await expect.poll(() => home.guestPids()).toEqual([demo.pid]);
  expect(await home.show('blank')).toMatchObject({
    state: 'crashed',
    pid: null,
    fault: { code: 'qemu-exited' },
  });

  // Killed again, asked to stop through the next one: a clean end is told from a crash.
  await home.endBackend();
  await home.ok('stop', 'demo');
  await home.ok('wait', 'demo', '--for', 'stopped', '--timeout', '60s');
  expect(await home.show('demo')).toMatchObject({ state: 'stopped', fault: null });
  expect(home.leftovers().runtime).toEqual([]);
});

test('a guest that powers itself off while no back end is there is off, not crashed', async ({ home }) => {
  const demo = await startDemo(home);
  // Started first and cut loose: the command line would wait for the guest's answer.
  const going = home.ik('exec', 'demo', '--', 'sh', '-c', 'sleep 2; poweroff');
  await expect.poll(() => home.inGuest('demo', 'pidof sleep || true')).not.toBe('');
  await home.endBackend();
  await going;
  // Nobody is there to see it: QEMU keeps the guest that powered off until somebody has.
  const { qmp } = machineRuntime(home.folders, demo.id);
  await expect
    .poll(
      async () => {
        await using client = await QmpClient.connect({ path: qmp });
        return (await client.execute('query-status')).status;
      },
      { timeout: 60_000 },
    )
    .toBe('shutdown');
  expect(home.guestPids()).toEqual([demo.pid]);
  await home.ok('wait', 'demo', '--for', 'stopped', '--timeout', '60s');
  expect(await home.show('demo')).toMatchObject({ state: 'stopped', fault: null });
  expect(home.guestPids()).toEqual([]);
});

test('two commands at once, with no back end running, start one', async ({ home }) => {
  const lists = await Promise.all(Array.from({ length: 4 }, () => home.ik('list', '--json')));
  expect(lists.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
  expect(home.backendPid()).not.toBeNull();
});
