import { randomInt, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Fault } from '../contract/fault.ts';
import { cpuCount, type MachineId, machineId, machineName } from '../contract/machine.ts';
import { clockDefinition } from '../devices/clock/definition.ts';
import { cdromDefinition, checkDisks, diskDefinition } from '../devices/disk/definition.ts';
import { displayDefinition } from '../devices/display/definition.ts';
import { entropyDefinition } from '../devices/entropy/definition.ts';
import { defaultFloor, memoryDefinition } from '../devices/memory/definition.ts';
import { checkNics, newMac, nicDefinition } from '../devices/network/definition.ts';

export const DEFINITION_VERSION = 1;

/**
 * What a machine is: data, never a command line. Fields this version does not know are kept as they are (loose
 * objects), so that an older Innkeeper does not destroy what a newer one wrote.
 */
export const machineDefinition = z
  .looseObject({
    version: z.literal(DEFINITION_VERSION),
    id: machineId,
    uuid: z.uuid(),
    name: machineName,
    origin: z.enum(['demo', 'custom']),
    createdAt: z.number(),
    cpus: cpuCount,
    memory: memoryDefinition,
    disks: z.array(diskDefinition),
    cdrom: cdromDefinition.nullable(),
    nics: z.array(nicDefinition),
    entropy: entropyDefinition.nullable(),
    clock: clockDefinition,
    display: displayDefinition,
  })
  .superRefine((definition, context) => {
    const disks = checkDisks(definition.disks);
    if (disks !== null) context.addIssue({ code: 'custom', path: ['disks'], message: disks });
    const nics = checkNics(definition.nics);
    if (nics !== null) context.addIssue({ code: 'custom', path: ['nics'], message: nics });
  });
export type MachineDefinition = z.infer<typeof machineDefinition>;

/** Each entry lifts a definition from its version to the next. Version 0 never left the drawing board, so there is none yet. */
const MIGRATIONS: Record<number, (old: Record<string, unknown>) => Record<string, unknown>> = {};

/** Reads what a file held. Throws a Fault that says where in it the trouble is. */
export function parseDefinition(value: unknown, file: string): MachineDefinition {
  let current = z.record(z.string(), z.unknown()).safeParse(value);
  if (!current.success) {
    throw new Fault({
      code: 'bad-input',
      message: `${file} is not a machine definition: it holds no JSON object.`,
      remedy: 'Mend it in an editor, put a backup in its place, or delete the machine.',
    });
  }
  for (let version = current.data.version; typeof version === 'number' && version < DEFINITION_VERSION; ) {
    const migrate = MIGRATIONS[version];
    if (migrate === undefined) break;
    current = { success: true, data: migrate(current.data) };
    version = current.data.version;
  }
  if (typeof current.data.version === 'number' && current.data.version > DEFINITION_VERSION) {
    throw new Fault({
      code: 'contract-mismatch',
      message: `${file} was written by a newer Innkeeper (definition version ${current.data.version}).`,
      remedy: 'Open it with that version; this one leaves it as it is.',
    });
  }
  const parsed = machineDefinition.safeParse(current.data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = (issue?.path ?? []).filter((part) => typeof part !== 'symbol');
  throw new Fault({
    code: 'bad-input',
    message: `${file} does not parse at ${path.join('.') || 'its top'}: ${issue?.message ?? 'unknown trouble'}.`,
    remedy: 'Mend it in an editor, put a backup in its place, or delete the machine.',
    path,
  });
}

const ID_LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

export function newMachineId(): MachineId {
  const letters = Array.from({ length: 8 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]);
  return machineId.parse(letters.join(''));
}

export interface NewMachine {
  readonly name: string;
  readonly origin: 'demo' | 'custom';
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly cdrom: string | null;
}

export function newDefinition(wish: NewMachine): MachineDefinition {
  return {
    version: DEFINITION_VERSION,
    id: newMachineId(),
    uuid: randomUUID(),
    name: wish.name,
    origin: wish.origin,
    createdAt: Date.now(),
    cpus: wish.cpus,
    memory: { sizeMiB: wish.memoryMiB, floorMiB: defaultFloor(wish.memoryMiB) },
    disks: [],
    cdrom: { id: 'cd0', path: wish.cdrom },
    nics: [{ id: 'nic0', model: 'virtio-net', mac: newMac(), network: 'user', up: true }],
    entropy: { device: 'virtio-rng', source: 'rng-builtin' },
    clock: { rtc: 'utc' },
    display: { adapter: 'qxl-vga', clipboardAllowed: false },
  };
}
