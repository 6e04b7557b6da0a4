import type { DiskView } from '../contract/devices.ts';
import type { Fault } from '../contract/fault.ts';
import type { MachineState, MachineView } from '../contract/machine.ts';
import { PORTS } from '../devices/serial/qemu.ts';
import type { MachineDefinition } from './definition.ts';
import type { Guest } from './guest.ts';
import { allowedActions } from './lifecycle.ts';

export interface ViewParts {
  readonly definition: MachineDefinition;
  readonly state: MachineState;
  readonly stateSince: number;
  readonly fault: Fault | null;
  readonly forceOffered: boolean;
  readonly guest: Guest | null;
  readonly pid: number | null;
  /** Why an image cannot be used, by disk id (or cd0). */
  readonly problems: ReadonlyMap<string, string>;
  /** Disks on their way in or out. */
  readonly moving: ReadonlyMap<string, 'plugging' | 'unplugging'>;
}

/** The machine as every face shows it. */
export function viewOf(parts: ViewParts): MachineView {
  const { definition, guest, state } = parts;
  const launched = guest?.record ?? null;
  const pending = launched === null ? null : pendingEdits(definition, launched.definition);
  return {
    id: definition.id,
    name: definition.name,
    uuid: definition.uuid,
    origin: definition.origin,
    state,
    stateSince: parts.stateSince,
    startedAt: launched?.startedAt ?? null,
    fault: parts.fault?.toShape() ?? null,
    can: [...allowedActions(state)],
    forceOffered: parts.forceOffered,
    accelerator: launched?.accelerator ?? null,
    acceleratorReason: launched?.acceleratorReason ?? null,
    guestReady: guest?.guestReady ?? false,
    agentAnswers: guest?.agentAnswers ?? false,
    memoryMiB: launched?.definition.memory.sizeMiB ?? definition.memory.sizeMiB,
    cpus: launched?.definition.cpus ?? definition.cpus,
    pending,
    pid: parts.pid,
    devices: devicesOf(parts),
  };
}

function pendingEdits(wanted: MachineDefinition, running: MachineDefinition): MachineView['pending'] {
  const memory = wanted.memory.sizeMiB !== running.memory.sizeMiB;
  const cpus = wanted.cpus !== running.cpus;
  if (!memory && !cpus) return null;
  return { ...(memory ? { memoryMiB: wanted.memory.sizeMiB } : {}), ...(cpus ? { cpus: wanted.cpus } : {}) };
}

function devicesOf({ definition, guest, problems, moving }: ViewParts): MachineView['devices'] {
  const launched = guest?.record ?? null;
  const memory = launched?.definition.memory ?? definition.memory;
  return {
    memory: {
      sizeMiB: memory.sizeMiB,
      targetMiB: guest?.targetMiB ?? null,
      actualMiB: guest?.actualMiB ?? (guest === null ? null : memory.sizeMiB),
      floorMiB: Math.min(memory.floorMiB, memory.sizeMiB),
    },
    disks: definition.disks.map(
      (disk): DiskView => ({
        id: disk.id,
        bus: disk.bus,
        path: disk.path,
        format: disk.format,
        readOnly: disk.readOnly,
        sizeBytes: disk.sizeBytes,
        state: moving.get(disk.id) ?? 'plugged',
        problem: problems.get(disk.id) ?? null,
      }),
    ),
    cdrom:
      definition.cdrom === null
        ? null
        : {
            id: definition.cdrom.id,
            path: definition.cdrom.path,
            problem: problems.get(definition.cdrom.id) ?? null,
          },
    nics: definition.nics.map(({ id, model, mac, up, network }) => ({ id, model, mac, up, network })),
    entropy:
      definition.entropy === null
        ? null
        : { device: 'virtio-rng', source: definition.entropy.source, plugged: guest !== null },
    serial: [
      { name: 'ttyS0', purpose: 'console', device: 'isa-serial', guestOpen: null },
      ...PORTS.filter((port) => launched === null || launched.spice || port.purpose !== 'spice-agent').map(
        (port) => ({
          name: port.name,
          purpose: port.purpose,
          device: 'virtio-serial' as const,
          guestOpen: guest === null ? null : guest.portOpen(port.id),
        }),
      ),
    ],
    clock: { source: launched?.clockSource ?? 'hpet', rtc: definition.clock.rtc },
    display: {
      adapter: launched?.adapter ?? definition.display.adapter,
      protocol: launched !== null && !launched.spice ? 'none' : 'spice',
      clipboardAllowed: definition.display.clipboardAllowed,
    },
  };
}
