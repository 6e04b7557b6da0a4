import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../contract/fault.ts';
import { DEFINITION_VERSION, newDefinition, newMachineId, parseDefinition } from './definition.ts';

const FILE = '/data/machines/abcdefgh/machine.json';

function sample() {
  const definition = newDefinition({
    name: 'Web server',
    origin: 'custom',
    memoryMiB: 1024,
    cpus: 2,
    cdrom: '/isos/debian.iso',
  });
  return {
    ...definition,
    disks: [
      {
        id: 'disk0',
        bus: 'virtio-blk' as const,
        slot: 0,
        path: '/images/root.qcow2',
        format: 'qcow2' as const,
        readOnly: false,
        sizeBytes: 2 ** 30,
      },
    ],
  };
}

function faultOf(work: () => unknown): Fault {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return error as Fault;
  }
  throw new Error('nothing was thrown');
}

/** A deep copy whose part at `path` is replaced; undefined takes it away. */
function withPart(value: unknown, path: readonly (string | number)[], part: unknown): unknown {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  let at = copy;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  const last = path.at(-1);
  if (last === undefined) return part;
  if (part === undefined) delete at[last];
  else at[last] = part;
  return copy;
}

test('what is written is read again as it was', () => {
  const definition = sample();
  expect(parseDefinition(JSON.parse(JSON.stringify(definition)), FILE)).toEqual(definition);
});

test('fields of a newer Innkeeper are kept at every level', () => {
  const definition = sample();
  const newer = {
    ...definition,
    notes: { author: 'me', tags: ['a', 'b'] },
    memory: { ...definition.memory, hugePages: true },
    disks: definition.disks.map((disk) => ({ ...disk, cache: 'none' })),
    cdrom: { ...definition.cdrom, locked: false },
    nics: definition.nics.map((nic) => ({ ...nic, bandwidth: { in: 1, out: 2 } })),
    entropy: { ...definition.entropy, rate: 5 },
    clock: { ...definition.clock, tickPolicy: 'catchup' },
    display: { ...definition.display, heads: 2 },
  };
  expect(parseDefinition(JSON.parse(JSON.stringify(newer)), FILE)).toEqual(newer);
});

test('one from before the clipboard could be shared does not share it', () => {
  const { clipboardAllowed, ...display } = sample().display;
  expect(clipboardAllowed).toBe(false);
  expect(parseDefinition({ ...sample(), display }, FILE).display).toEqual({ ...display, clipboardAllowed });
});

test('a newer version is refused, named as such', () => {
  const fault = faultOf(() => parseDefinition({ ...sample(), version: DEFINITION_VERSION + 1 }, FILE));
  expect(fault.code).toBe('contract-mismatch');
  expect(fault.message).toContain(FILE);
  expect(fault.message).toContain(`version ${DEFINITION_VERSION + 1}`);
  expect(fault.remedy).toContain('leaves it as it is');
});

test.each([
  [['version'], undefined],
  [['version'], 0],
  [['version'], '1'],
  [['id'], 'UPPER000'],
  [['id'], '../../etc'],
  [['uuid'], 'not-a-uuid'],
  [['name'], ''],
  [['name'], 'a/b'],
  [['name'], '-rf'],
  [['name'], 'x'.repeat(65)],
  [['origin'], 'elsewhere'],
  [['cpus'], 0],
  [['cpus'], 1.5],
  [['memory', 'sizeMiB'], 0],
  [['memory', 'sizeMiB'], '512'],
  [['memory', 'floorMiB'], -1],
  [['disks'], 'none'],
  [['disks', 0, 'path'], 'relative.qcow2'],
  [['disks', 0, 'path'], ''],
  [['disks', 0, 'bus'], 'ide'],
  [['disks', 0, 'format'], 'nbd'],
  [['disks', 0, 'slot'], 256],
  [['disks', 0, 'id'], 'disk0,readonly=off'],
  [['cdrom', 'id'], 'cd1'],
  [['cdrom', 'path'], 'x.iso'],
  [['nics', 0, 'mac'], '52:54:00:00:00'],
  [['nics', 0, 'model'], 'rtl8139'],
  [['nics', 0, 'network'], 'bridge'],
  [['entropy', 'source'], '/dev/sda'],
  [['clock', 'rtc'], 'moon'],
  [['display', 'adapter'], 'cirrus'],
] as const)('a bad %j (%j) is found and named', (path, part) => {
  const fault = faultOf(() => parseDefinition(withPart(sample(), path, part), FILE));
  expect(fault.code).toBe('bad-input');
  expect(fault.path).toEqual(path);
  expect(fault.message).toContain(FILE);
  expect(fault.message).toContain(path.join('.'));
  expect(fault.remedy).toBeTruthy();
});

test('disks and network cards are checked against each other', () => {
  const definition = sample();
  const [disk] = definition.disks;
  const [nic] = definition.nics;
  const bad = [
    [{ ...definition, disks: [disk, { ...disk, slot: 1 }] }, 'disks', 'the same id'],
    [{ ...definition, disks: [disk, { ...disk, id: 'disk1' }] }, 'disks', 'the same slot'],
    [{ ...definition, disks: [{ ...disk, slot: 28 }] }, 'disks', 'above 27'],
    [{ ...definition, nics: [nic, { ...nic, id: 'nic1' }] }, 'nics', 'the same MAC'],
  ] as const;
  for (const [value, path, words] of bad) {
    const fault = faultOf(() => parseDefinition(value, FILE));
    expect(fault.path).toEqual([path]);
    expect(fault.message).toContain(words);
  }
});

test('whatever a file holds, it parses or it is a Fault that names the file', () => {
  const near = fc
    .record({ path: fc.constantFrom(...paths(sample())), part: fc.anything() })
    .map(({ path, part }) => withPart(sample(), path, part));
  fc.assert(
    fc.property(
      fc.oneof(fc.anything({ withBigInt: true, withNullPrototype: true }), fc.jsonValue(), near),
      (value) => {
        try {
          expect(parseDefinition(value, FILE).version).toBe(DEFINITION_VERSION);
        } catch (error) {
          expect(error).toBeInstanceOf(Fault);
          expect((error as Fault).message).toContain(FILE);
          expect((error as Fault).remedy).toBeTruthy();
        }
      },
    ),
    { numRuns: 500 },
  );
});

function paths(value: unknown, at: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    at,
    ...Object.entries(value).flatMap(([key, part]) =>
      paths(part, [...at, Array.isArray(value) ? Number(key) : key]),
    ),
  ];
}

test('ids are ids, and not the same twice', () => {
  const ids = new Set(Array.from({ length: 1000 }, newMachineId));
  expect(ids.size).toBe(1000);
  for (const id of ids) expect(id).toMatch(/^[a-z2-9]{8}$/);
});
