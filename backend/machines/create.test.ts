import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RequestInput } from '../contract/requests.ts';
import { machineFolder } from '../store/paths.ts';
import { House } from './testing/house.ts';

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house[Symbol.asyncDispose]());

test('a new machine has what was asked for, in a folder of its own', async () => {
  const given = await house.image('given.img');
  const view = await house.request('machine.create', {
    name: '  Web „server“ ',
    memoryMiB: 96,
    cpus: 2,
    disks: [{ sizeBytes: 2 ** 30 }, { path: given, bus: 'virtio-scsi' }],
  });
  expect(view).toMatchObject({
    name: 'Web „server“',
    state: 'stopped',
    memoryMiB: 96,
    cpus: 2,
    can: ['start', 'edit', 'delete'],
    pending: null,
  });
  const { disks } = machineFolder(house.folders, view.id);
  expect(view.devices.disks).toMatchObject([
    { id: 'disk0', bus: 'virtio-blk', path: join(disks, 'disk0.qcow2'), format: 'qcow2', sizeBytes: 2 ** 30 },
    { id: 'disk1', bus: 'virtio-scsi', path: given, format: 'raw', sizeBytes: 64 * 2 ** 20 },
  ]);
  expect(await readdir(disks)).toEqual(['disk0.qcow2']);
  expect((await house.request('machine.list', {})).machines).toEqual([view]);
  expect((await house.show('WEB „SERVER“')).id).toBe(view.id);
});

test('the list is by name, after a restart too', async () => {
  for (const name of ['web10', 'Web2', 'api']) await house.create(name);
  const names = async () => (await house.request('machine.list', {})).machines.map(({ name }) => name);
  expect(await names()).toEqual(['api', 'Web2', 'web10']);
  await house.end();
  await house.begin();
  expect(await names()).toEqual(['api', 'Web2', 'web10']);
});

test('of two machines of one name, made in the same instant, one is made', async () => {
  const results = await Promise.allSettled([house.create('same'), house.create('Same')]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: {
      code: 'name-taken',
      message: expect.stringMatching(/already\.$/),
      path: ['name'],
      remedy: 'Choose another name.',
    },
  });
  expect(house.leftovers().machines).toHaveLength(1);
  await expect(house.create('SAME')).rejects.toMatchObject({ code: 'name-taken' });
});

const many = Math.ceil(totalmem() / 2 ** 20) + 1;
test.each<[string, Partial<RequestInput<'machine.create'>>, string, (string | number)[], RegExp]>([
  ['no name', { name: ' ' }, 'bad-input', ['name'], /empty/],
  ['a slash in the name', { name: 'a/b' }, 'bad-input', ['name'], /slash/],
  ['no memory', { memoryMiB: 0 }, 'bad-input', ['memoryMiB'], /16/],
  [
    'more memory than the host has',
    { memoryMiB: many },
    'bad-input',
    ['memoryMiB'],
    /more than this host has/,
  ],
  ['no CPUs', { cpus: 0 }, 'bad-input', ['cpus'], /1/],
  ['more CPUs than make sense', { cpus: 255 }, 'bad-input', ['cpus'], /far more than this host/],
  [
    'an image that is not there',
    { disks: [{ path: '/nowhere/x.img' }] },
    'not-found',
    ['disks', 0, 'path'],
    /\/nowhere\/x\.img/,
  ],
  [
    'a folder as an image',
    { disks: [{ path: '/tmp' }] },
    'bad-input',
    ['disks', 0, 'path'],
    /\/tmp is a folder/,
  ],
  ['a relative path', { disks: [{ path: 'x.img' }] }, 'bad-input', ['disks', 0, 'path'], /absolute/],
  ['a disk of no size', { disks: [{ sizeBytes: 0 }] }, 'bad-input', ['disks', 0, 'sizeBytes'], /1 MiB/],
  ['a disc that is not there', { cdrom: '/nowhere/x.iso' }, 'not-found', ['cdrom'], /\/nowhere\/x\.iso/],
])('%s is refused, and nothing is made', async (_, wish, code, path, words) => {
  await expect(house.create('refused', wish)).rejects.toMatchObject({
    code,
    path,
    message: expect.stringMatching(words),
  });
  expect(house.leftovers()).toEqual({ machines: [], runtime: [] });
});

test('an image given twice, also through a link, or of another machine, is refused', async () => {
  const path = await house.image('one.img');
  const alias = join(house.home, 'alias.img');
  await symlink(path, alias);
  await expect(house.create('both', { disks: [{ path }, { path: alias }] })).rejects.toMatchObject({
    code: 'bad-input',
    message: `${alias} is given twice.`,
    path: ['disks', 1, 'path'],
  });
  await house.create('owner', { disks: [{ path: alias }] });
  for (const again of [path, alias]) {
    await expect(house.create('thief', { disks: [{ path: again }] })).rejects.toMatchObject({
      code: 'bad-input',
      message: `${again} belongs to “owner” already; two guests writing one image destroy it.`,
    });
  }
  expect(await house.request('file.inspect', { path })).toMatchObject({ kind: 'disk', usedBy: ['owner'] });
  expect(house.leftovers().machines).toHaveLength(1);
});

test('on a full disk nothing is made, and it says so', async (context) => {
  const machines = join(house.folders.data, 'machines');
  await mkdir(machines, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', machines]);
  if (mounted.status !== 0) context.skip('only root can mount the small disk this needs');
  try {
    await writeFile(join(machines, 'ballast'), Buffer.alloc(120 * 1024));
    await expect(house.create('full')).rejects.toMatchObject({
      code: 'no-space',
      message: expect.stringContaining('full'),
      remedy: expect.stringContaining('Free some space'),
    });
    await expect(house.create('full', { disks: [] })).resolves.toMatchObject({ name: 'full' });
    await writeFile(join(machines, 'more ballast'), Buffer.alloc(64 * 1024)).catch(() => undefined);
    await expect(house.create('fuller', { disks: [] })).rejects.toMatchObject({ code: 'no-space' });
    expect((await readdir(machines)).filter((name) => name.endsWith('.part'))).toEqual([]);
  } finally {
    spawnSync('umount', [machines]);
  }
});

test('the demo machine’s failure to build leaves no machine', async () => {
  // A file where the cache folder should be: the image cannot be built, whatever this host has.
  const cache = await mkdtemp(join(house.home, 'cache-'));
  await rm(cache, { recursive: true });
  await writeFile(cache, '');
  await house.end();
  Object.assign(house.folders, { cache });
  await expect(house.begin()).rejects.toMatchObject({
    code: 'unsafe-folder',
    message: expect.stringContaining(cache),
  });
  expect(house.leftovers()).toEqual({ machines: [], runtime: [] });
});
