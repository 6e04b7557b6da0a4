import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../contract/fault.ts';
import { machineId } from '../contract/machine.ts';
import { binFolder, type Folders, machineFolder, machinesFolder, resolveFolders } from '../store/paths.ts';
import { type MachineDefinition, newDefinition } from './definition.ts';
import { Registry, UNDO_PERIOD } from './registry.ts';

let home: string;
let folders: Folders;
let registry: Registry;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'innkeeper-registry-'));
  folders = resolveFolders({ INNKEEPER_HOME: home });
  registry = new Registry(folders);
  await registry.load();
});
afterEach(() => rm(home, { recursive: true, force: true }));

function definitionNamed(name: string): MachineDefinition {
  return newDefinition({ name, origin: 'custom', memoryMiB: 64, cpus: 1, cdrom: null });
}

function create(definition: MachineDefinition): Promise<MachineDefinition> {
  return registry.create(definition, async (staging) => {
    await writeFile(join(staging, 'disks', 'disk0.raw'), 'bytes');
    return definition;
  });
}

test('what is created is there for the next back end, image and all', async () => {
  const definition = await create(definitionNamed('one'));
  expect(await new Registry(folders).load()).toEqual({ definitions: [definition], broken: [] });
  const { disks, folder } = machineFolder(folders, definition.id);
  expect(await readFile(join(disks, 'disk0.raw'), 'utf8')).toBe('bytes');
  expect((await readdir(folder)).toSorted()).toEqual(['disks', 'machine.json']);
});

test('a creation that fails half-way leaves nothing', async () => {
  const definition = definitionNamed('half');
  const failing = registry.create(definition, async (staging) => {
    await writeFile(join(staging, 'disks', 'disk0.raw'), 'bytes');
    throw Object.assign(new Error('write'), { code: 'ENOSPC' });
  });
  await expect(failing).rejects.toMatchObject({ code: 'no-space' });
  expect(await readdir(machinesFolder(folders))).toEqual([]);
  const own = new Fault({ code: 'cancelled', message: 'Enough.' });
  await expect(registry.create(definition, () => Promise.reject(own))).rejects.toBe(own);
  expect(await readdir(machinesFolder(folders))).toEqual([]);
});

test('what a killed back end was just making is cleared away; what others put there is not', async () => {
  const root = machinesFolder(folders);
  await mkdir(join(root, 'abcdefgh.part', 'disks'), { recursive: true });
  await mkdir(join(root, 'my notes'));
  await writeFile(join(root, 'README'), 'mine');
  expect(await registry.load()).toEqual({ definitions: [], broken: [] });
  expect((await readdir(root)).toSorted()).toEqual(['README', 'my notes']);
});

test('a definition cut at any length is shown broken, named, and left as it is', async () => {
  const definition = await create(definitionNamed('cut'));
  const file = machineFolder(folders, definition.id).definition;
  const whole = await readFile(file);
  for (let length = 0; length < whole.length - 1; length += 1) {
    await writeFile(file, whole.subarray(0, length));
    const { definitions, broken } = await registry.load();
    expect(definitions).toEqual([]);
    expect(broken).toEqual([{ id: definition.id, fault: expect.objectContaining({ code: 'bad-input' }) }]);
    expect(broken[0]?.fault.message).toContain(file);
    expect(await readFile(file)).toEqual(whole.subarray(0, length));
  }
});

test('one that a newer Innkeeper wrote, one that is missing and one of another machine are broken too', async () => {
  const [newer, missing, other] = await Promise.all(
    ['newer', 'missing', 'other'].map((name) => create(definitionNamed(name))),
  );
  if (newer === undefined || missing === undefined || other === undefined) throw new Error('three were made');
  const fileOf = (definition: MachineDefinition) => machineFolder(folders, definition.id).definition;
  const future = JSON.stringify({ ...newer, version: 99 });
  await writeFile(fileOf(newer), future);
  await rm(fileOf(missing));
  await writeFile(fileOf(other), JSON.stringify({ ...other, id: 'zzzzzzzz' }));
  const { definitions, broken } = await registry.load();
  expect(definitions).toEqual([]);
  const codes = new Map(broken.map(({ id, fault }) => [id, fault.code]));
  expect(codes.get(newer.id)).toBe('contract-mismatch');
  expect(codes.get(missing.id)).toBe('not-found');
  expect(codes.get(other.id)).toBe('bad-input');
  expect(await readFile(fileOf(newer), 'utf8')).toBe(future);
});

test.each([
  ['plain'],
  ['mit Leerzeichen „und“ Ümläuten'],
  ['%2e%2e %'],
  ['名'.repeat(64)],
  ['🐧'.repeat(32)],
  ['\ud800 alone'],
])('%j is discarded and brought back', async (name) => {
  const definition = await create(definitionNamed(name));
  const deleted = await registry.discard(definition.id);
  expect(await registry.load()).toEqual({ definitions: [], broken: [] });
  expect(await registry.deleted()).toEqual([deleted]);
  // JSON.stringify is well-formed (ECMA-262 §25.5.2.3): a lone surrogate survives as an escape.
  expect(await registry.nameOf(deleted)).toBe(name);
  expect(await registry.restore(deleted)).toEqual({ definition });
  expect(await registry.deleted()).toEqual([]);
  expect((await registry.load()).definitions).toEqual([definition]);
});

test('a broken machine can be discarded, and comes back as broken as it was', async () => {
  const definition = await create(definitionNamed('broken'));
  await writeFile(machineFolder(folders, definition.id).definition, '{"version": 1,');
  const deleted = await registry.discard(definition.id);
  expect(await registry.nameOf(deleted)).toBe(definition.id);
  expect(await registry.restore(deleted)).toMatchObject({ id: definition.id, fault: { code: 'bad-input' } });
});

test('restoring over a machine that is there fails and touches neither', async () => {
  const definition = await create(definitionNamed('twice'));
  const deleted = await registry.discard(definition.id);
  await create(definition);
  await expect(registry.restore(deleted)).rejects.toBeInstanceOf(Fault);
  expect((await registry.load()).definitions).toEqual([definition]);
  expect(await registry.deleted()).toEqual([deleted]);
});

test('discarding what is not there is a fault', async () => {
  await expect(registry.discard(machineId.parse('nothere1'))).rejects.toMatchObject({ code: 'not-found' });
});

test('only what can no longer be brought back is purged; a stranger’s folder in the bin stays', async () => {
  const fresh = await registry.discard((await create(definitionNamed('fresh'))).id);
  const old = await registry.discard((await create(definitionNamed('old'))).id);
  const bin = binFolder(folders);
  const long = { ...old, deletedAt: old.deletedAt - UNDO_PERIOD };
  await rename(join(bin, `${old.deletedAt}.${old.id}`), join(bin, `${long.deletedAt}.${long.id}`));
  await mkdir(join(bin, '%E0%A4%A.x'));
  await registry.purge(Date.now());
  expect((await registry.deleted()).map(({ id }) => id)).toEqual([fresh.id]);
  expect(await readdir(bin)).toContain('%E0%A4%A.x');
});
