import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { binFolder, machineFolder } from '../store/paths.ts';
import { House } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house[Symbol.asyncDispose]());

test('a deleted machine is gone, and comes back whole, by name or id, also from a later back end', async () => {
  const before = await house.create('short-lived');
  const { id } = before;
  const removed: string[] = [];
  house.on('machine.removed', ({ machine }) => removed.push(machine));
  const deleted = await house.request('machine.delete', { machine: 'Short-Lived' });
  expect(deleted).toMatchObject({ machine: id, name: 'short-lived' });
  expect(deleted.undoUntil).toBeGreaterThan(Date.now() + 50 * 60_000);
  expect(removed).toEqual([id]);
  expect((await house.request('machine.list', {})).machines).toEqual([]);
  await expect(house.show(id)).rejects.toMatchObject({ code: 'not-found' });
  expect(house.leftovers().machines).toEqual([]);

  expect(await house.request('machine.undelete', { machine: 'short-lived' })).toMatchObject({
    id,
    devices: before.devices,
  });
  await house.request('machine.delete', { machine: id });
  await house.end();
  await house.begin();
  await house.request('machine.undelete', { machine: id });
  expect((await house.request('machine.start', { machine: id })).state).toBe('running');
});

test('one that runs is not deleted', async () => {
  const { id } = await house.create('busy');
  const { pid } = await house.request('machine.start', { machine: id });
  await expect(house.request('machine.delete', { machine: id })).rejects.toMatchObject({
    code: 'illegal-move',
    message: '“busy” cannot be deleted: it is running.',
    remedy: 'Shut it down first.',
  });
  expect(house.guests()).toEqual([pid]);
  expect(house.leftovers().machines).toEqual([id]);
});

test('started and deleted in the same instant, it is the one or the other', async () => {
  for (let round = 0; round < 4; round += 1) {
    const { id } = await house.create(`race${round}`);
    const start = () => house.request('machine.start', { machine: id });
    const remove = () => house.request('machine.delete', { machine: id });
    const [one, two] = await Promise.allSettled(round % 2 === 0 ? [remove(), start()] : [start(), remove()]);
    expect([one.status, two.status].toSorted()).toEqual(['fulfilled', 'rejected']);
    const there = house.leftovers().machines.includes(id);
    expect(house.guests()).toHaveLength(there ? 1 : 0);
    if (there) await house.request('machine.stop', { machine: id, force: true });
  }
});

test('its name is free at once; then it does not come back under it', async () => {
  const { id } = await house.create('name');
  await house.request('machine.delete', { machine: id });
  await house.create('name');
  await expect(house.request('machine.undelete', { machine: id })).rejects.toMatchObject({
    code: 'name-taken',
  });
  await house.request('machine.edit', { machine: 'name', name: 'other' });
  expect(await house.request('machine.undelete', { machine: id })).toMatchObject({ id, name: 'name' });
});

test('of two deleted machines of one name the last comes back', async () => {
  const first = await house.create('name');
  await house.request('machine.delete', { machine: first.id });
  const second = await house.create('name');
  await house.request('machine.delete', { machine: second.id });
  // The bin goes by milliseconds: make sure that they differ.
  const bin = binFolder(house.folders);
  const entry = (await import('node:fs')).readdirSync(bin).find((name) => name.endsWith(first.id)) ?? '';
  await rename(`${bin}/${entry}`, `${bin}/${Number.parseInt(entry, 10) - 1000}.${first.id}`);
  expect((await house.request('machine.undelete', { machine: 'name' })).id).toBe(second.id);
});

test('what was never deleted does not come back', async () => {
  await expect(house.request('machine.undelete', { machine: 'ghost' })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('“ghost”'),
    remedy: expect.stringContaining('60 minutes'),
  });
});

test('a broken machine is shown, cannot be used, and can be deleted and brought back', async () => {
  const { id } = await house.create('broken');
  const file = machineFolder(house.folders, id).definition;
  await house.end();
  const half = (await readFile(file, 'utf8')).slice(0, 100);
  await writeFile(file, half);
  await house.begin();
  const [view] = (await house.request('machine.list', {})).machines;
  expect(view).toMatchObject({
    id,
    name: id,
    can: ['delete'],
    fault: { code: 'bad-input', message: expect.stringContaining(file) },
  });
  await expect(house.request('machine.start', { machine: id })).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining(file),
    remedy: expect.stringContaining(`Mend ${file}`),
  });
  await expect(house.request('machine.edit', { machine: id, name: 'x' })).rejects.toMatchObject({
    code: 'bad-input',
  });
  const offered: string[][] = [];
  house.on('machine.changed', (changed) => offered.push(changed.can));
  await house.request('machine.delete', { machine: id });
  expect(await house.request('machine.undelete', { machine: id })).toMatchObject({ id, can: ['delete'] });
  expect(offered).toEqual([['delete']]);
  expect(await readFile(file, 'utf8')).toBe(half);
});

test('a deletion that fails leaves a machine that works', async (context) => {
  if (process.getuid?.() === 0) {
    // Modes do not bind root: a file where the bin should be is in the way of everybody.
    const { id } = await house.create('sticky');
    const bin = binFolder(house.folders);
    await rename(bin, `${bin}.aside`);
    await writeFile(bin, '');
    await expect(house.request('machine.delete', { machine: id })).rejects.toMatchObject({
      message: expect.any(String),
    });
    const running = house.until(id, (view) => view.state === 'running');
    expect((await house.request('machine.start', { machine: id })).state).toBe('running');
    await running;
    return;
  }
  await chmod(binFolder(house.folders), 0o500);
  context.onTestFinished(() => chmod(binFolder(house.folders), 0o700));
  const { id } = await house.create('sticky');
  await expect(house.request('machine.delete', { machine: id })).rejects.toMatchObject({
    code: 'no-permission',
  });
  expect((await house.request('machine.start', { machine: id })).state).toBe('running');
});
