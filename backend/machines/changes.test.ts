import { rm, symlink } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readJsonFile } from '../store/atomic-file.ts';
import { machineFolder } from '../store/paths.ts';
import { parseDefinition } from './definition.ts';
import { House } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house[Symbol.asyncDispose]());

async function written(id: string) {
  const file = machineFolder(house.folders, id).definition;
  return parseDefinition(await readJsonFile(file), file);
}

test('while it is off, disks, disc and cable change the definition alone', async () => {
  const { id } = await house.create('off');
  const path = await house.image('data.img');
  const disk = await house.request('disk.attach', { machine: id, path, bus: 'virtio-scsi', readOnly: true });
  expect(disk).toMatchObject({
    id: 'disk1',
    bus: 'virtio-scsi',
    path,
    format: 'raw',
    readOnly: true,
    state: 'plugged',
  });
  await house.request('cdrom.insert', { machine: id, path: await house.image('disc.iso') });
  await house.request('nic.link', { machine: id, up: false });
  expect(await written(id)).toMatchObject({
    disks: [{ id: 'disk0' }, { id: 'disk1', slot: 0, path }],
    cdrom: { path: join(house.home, 'disc.iso') },
    nics: [{ id: 'nic0', up: false }],
  });
  await house.request('disk.detach', { machine: id, disk: 'disk1' });
  await house.request('cdrom.eject', { machine: id });
  await house.request('nic.link', { machine: id, nic: 'nic0', up: true });
  expect(await written(id)).toMatchObject({
    disks: [{ id: 'disk0' }],
    cdrom: { path: null },
    nics: [{ up: true }],
  });
  expect(house.guests()).toEqual([]);
});

test('while it runs, QEMU has each change before the definition has it, and the next start has them all', async () => {
  const { id } = await house.create('live');
  await house.request('machine.start', { machine: id });
  const nodes = async () => {
    const { return: blocks } = await house.request('machine.qmp', {
      machine: id,
      command: { execute: 'query-named-block-nodes', arguments: { flat: true } },
    });
    return (blocks as { 'node-name': string }[]).map((block) => block['node-name']);
  };
  const blk = await house.request('disk.attach', { machine: id, path: await house.image('blk.img') });
  const scsi = await house.request('disk.attach', {
    machine: id,
    path: await house.image('scsi.img'),
    bus: 'virtio-scsi',
  });
  expect([blk.id, scsi.id]).toEqual(['disk1', 'disk2']);
  expect(await nodes()).toEqual(expect.arrayContaining(['disk0', 'disk1', 'disk2']));
  await house.request('disk.detach', { machine: id, disk: 'disk2' });
  expect(await nodes()).not.toContain('disk2');
  await house.request('cdrom.insert', { machine: id, path: await house.image('one.iso') });
  await house.request('cdrom.insert', { machine: id, path: await house.image('two.iso') });
  expect((await house.show(id)).devices.cdrom).toEqual({
    id: 'cd0',
    path: join(house.home, 'two.iso'),
    problem: null,
  });
  expect((await nodes()).filter((node) => node.startsWith('cd0'))).toHaveLength(1);
  await house.request('cdrom.eject', { machine: id });
  expect((await nodes()).filter((node) => node.startsWith('cd0'))).toHaveLength(0);
  expect(await house.request('nic.link', { machine: id, up: false })).toEqual({ nic: 'nic0', up: false });
  expect((await written(id)).disks.map((disk) => disk.id)).toEqual(['disk0', 'disk1']);
  await house.request('machine.stop', { machine: id, force: true });
  const again = await house.request('machine.start', { machine: id });
  expect(again.devices).toMatchObject({ disks: [{ id: 'disk0' }, { id: 'disk1' }], nics: [{ up: false }] });
  expect(house.trouble).toEqual([]);
});

test('changes asked for all at once each get their place', async () => {
  const { id } = await house.create('many');
  await house.request('machine.start', { machine: id });
  const images = await Promise.all(Array.from({ length: 8 }, (_, n) => house.image(`many${n}.img`)));
  const disks = await Promise.all(
    images.map((path, n) =>
      house.request('disk.attach', { machine: id, path, bus: n % 2 === 0 ? 'virtio-scsi' : 'virtio-blk' }),
    ),
  );
  expect(new Set(disks.map((disk) => disk.id)).size).toBe(8);
  expect((await written(id)).disks).toHaveLength(9);
});

test('one image is not plugged twice, nor into two machines that write it', async () => {
  const { id } = await house.create('one');
  await house.create('two');
  const path = await house.image('shared.img');
  const alias = join(house.home, 'alias.img');
  await symlink(path, alias);
  await house.request('disk.attach', { machine: id, path: alias });
  await expect(house.request('disk.attach', { machine: id, path })).rejects.toMatchObject({
    code: 'bad-input',
    message: `${path} is attached to “one” already, as disk1.`,
  });
  await expect(house.request('disk.attach', { machine: 'two', path })).rejects.toMatchObject({
    message: `${path} belongs to “one” already; two guests writing one image destroy it.`,
    remedy: expect.stringContaining('read-only'),
  });
  await house.request('disk.attach', { machine: 'two', path, readOnly: true });
});

test('what is not there cannot be changed', async () => {
  const { id } = await house.create('few');
  await expect(house.request('disk.detach', { machine: id, disk: 'disk7' })).rejects.toMatchObject({
    code: 'not-found',
    message: '“few” has no disk disk7.',
    remedy: 'Its disks: disk0.',
  });
  await expect(house.request('nic.link', { machine: id, nic: 'nic3', up: true })).rejects.toMatchObject({
    code: 'not-found',
    remedy: 'Its cards: nic0.',
  });
  await expect(house.request('disk.attach', { machine: id, path: '/nowhere.img' })).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('/nowhere.img'),
  });
  expect((await written(id)).disks).toHaveLength(1);
});

test('an image that went away is told by the disk', async () => {
  const { id } = await house.create('problem');
  const path = await house.image('data.img');
  await house.request('disk.attach', { machine: id, path });
  await rm(path);
  const { disks } = await house.request('disk.list', { machine: id });
  expect(disks.map((disk) => disk.problem)).toEqual([null, `There is no file ${path}.`]);
});

test('a disk that QEMU refuses is not in the definition', async () => {
  const { id } = await house.create('refused');
  const { pid } = await house.request('machine.start', { machine: id });
  const path = await house.image('held.img');
  // Whoever writes an image holds a lock on it (QEMU's file-posix locking): another QEMU, unknown to this house.
  await house.request('machine.qmp', {
    machine: id,
    command: {
      execute: 'blockdev-add',
      arguments: { driver: 'raw', 'node-name': 'disk1', file: { driver: 'file', filename: path } },
    },
  });
  await expect(house.request('disk.attach', { machine: id, path })).rejects.toMatchObject({
    code: 'qemu-refused',
  });
  expect((await written(id)).disks).toHaveLength(1);
  expect(await house.show(id)).toMatchObject({
    pid,
    state: 'running',
    devices: { disks: [{ id: 'disk0' }] },
  });
});

test('a guest without the driver does not move its balloon: told so, and no target is left standing', async () => {
  const { id } = await house.create('rigid');
  await house.request('machine.start', { machine: id });
  await expect(house.request('memory.set', { machine: id, memoryMiB: 128 })).rejects.toMatchObject({
    code: 'bad-input',
    path: ['memoryMiB'],
    message: expect.stringContaining('more than the 64 MiB'),
  });
  await expect(house.request('memory.set', { machine: id, memoryMiB: 32 })).rejects.toMatchObject({
    code: 'guest-unresponsive',
    remedy: expect.stringContaining('virtio-balloon'),
  });
  expect((await house.show(id)).devices.memory).toMatchObject({ sizeMiB: 64, targetMiB: null });
  await house.request('machine.pause', { machine: id });
  await expect(house.request('memory.set', { machine: id, memoryMiB: 32 })).rejects.toMatchObject({
    code: 'illegal-move',
    remedy: 'Resume it first: innkeeper resume rigid',
  });
}, 20_000);

test('edits of a running machine wait for its next start; those of one that is off do not', async () => {
  const { id } = await house.create('edited');
  expect(await house.request('machine.edit', { machine: id, cpus: 2 })).toMatchObject({
    cpus: 2,
    pending: null,
  });
  await house.request('machine.start', { machine: id });
  const edited = await house.request('machine.edit', {
    machine: id,
    memoryMiB: 128,
    cpus: 1,
    name: 'renamed',
  });
  expect(edited).toMatchObject({
    name: 'renamed',
    memoryMiB: 64,
    cpus: 2,
    pending: { memoryMiB: 128, cpus: 1 },
  });
  expect(await house.request('machine.edit', { machine: id, cpus: 2 })).toMatchObject({
    pending: { memoryMiB: 128 },
  });
  await house.request('machine.stop', { machine: id, force: true });
  expect(await house.request('machine.start', { machine: id })).toMatchObject({
    memoryMiB: 128,
    cpus: 2,
    pending: null,
  });
});

test('an edit that cannot be is refused whole', async () => {
  const { id } = await house.create('kept');
  await house.create('taken');
  const more = Math.ceil(totalmem() / 2 ** 20) + 1;
  const refused = [
    [{ name: 'Taken' }, 'name-taken'],
    [{ name: '' }, 'bad-input'],
    [{ name: 'new', memoryMiB: more }, 'bad-input'],
    [{ name: 'new', memoryMiB: 0 }, 'bad-input'],
    [{ name: 'new', cpus: 100_000 }, 'bad-input'],
  ] as const;
  for (const [edit, code] of refused) {
    await expect(house.request('machine.edit', { machine: id, ...edit })).rejects.toMatchObject({ code });
  }
  expect(await written(id)).toMatchObject({ name: 'kept', memory: { sizeMiB: 64 }, cpus: 1 });
  // Only the case changes: that is its own name.
  expect(await house.request('machine.edit', { machine: id, name: 'KEPT' })).toMatchObject({ name: 'KEPT' });
});
