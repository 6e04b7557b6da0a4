import { clockOptions, clockSource } from '../devices/clock/qemu.ts';
import { diskOptions } from '../devices/disk/qemu.ts';
import { chooseAdapter, displayOptions } from '../devices/display/qemu.ts';
import { entropyOptions } from '../devices/entropy/qemu.ts';
import { memoryOptions } from '../devices/memory/qemu.ts';
import { nicOptions } from '../devices/network/qemu.ts';
import { serialOptions } from '../devices/serial/qemu.ts';
import type { QemuCapabilities } from '../qemu/capabilities.ts';
import { legacyOption } from '../qemu/command-line.ts';
import { SANDBOX } from '../qemu/probe-features.ts';
import type { MachineRuntime } from '../store/paths.ts';
import type { MachineDefinition } from './definition.ts';

export interface LaunchPlan {
  readonly args: string[];
  readonly accelerator: 'kvm' | 'tcg';
  /** Why not KVM; null under KVM. */
  readonly acceleratorReason: string | null;
  readonly clockSource: 'kvm-clock' | 'hpet';
  readonly adapter: MachineDefinition['display']['adapter'];
  readonly spice: boolean;
}

/**
 * A definition on this host as QEMU's arguments. Nothing is left to QEMU's defaults or to a configuration file.
 * `shutdown=pause` keeps a guest that powered off until the back end has seen it: so a back end that was away can
 * tell a clean end from a crash.
 */
export function planLaunch(
  definition: MachineDefinition,
  qemu: QemuCapabilities,
  runtime: MachineRuntime,
): LaunchPlan {
  const accelerator = qemu.kvm.usable ? 'kvm' : 'tcg';
  const spice = qemu.hasSpice;
  const args = [
    ...legacyOption('-name', null, { guest: definition.name, 'debug-threads': 'on' }),
    '-uuid',
    definition.uuid,
    '-nodefaults',
    '-no-user-config',
    ...(qemu.sandbox ? SANDBOX : []),
    '-machine',
    'q35',
    '-accel',
    accelerator === 'kvm' ? 'kvm' : 'tcg,thread=multi',
    '-cpu',
    accelerator === 'kvm' ? 'host' : 'max',
    '-smp',
    String(definition.cpus),
    '-msg',
    'timestamp=on',
    '-action',
    'shutdown=pause,panic=pause',
    ...legacyOption('-chardev', 'socket', { id: 'chr-qmp', path: runtime.qmp, server: 'on', wait: 'off' }),
    ...legacyOption('-mon', null, { chardev: 'chr-qmp', mode: 'control' }),
    '-S',
    ...memoryOptions(definition.memory),
    ...clockOptions(definition.clock),
    ...displayOptions(definition.display, { spice, qxl: qemu.hasQxl, spiceSocket: runtime.spice }),
    ...serialOptions(runtime, spice),
    ...diskOptions(definition.disks, definition.cdrom),
    ...nicOptions(definition.nics),
    ...(definition.entropy === null ? [] : entropyOptions(definition.entropy)),
  ];
  return {
    args,
    accelerator,
    acceleratorReason: qemu.kvm.reason,
    clockSource: clockSource(accelerator),
    adapter: chooseAdapter(definition.display, { qxl: qemu.hasQxl }),
    spice,
  };
}
