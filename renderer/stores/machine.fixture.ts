import { type MachineView, machineId } from '../../backend/contract/machine.ts';

/** A machine that is off, as the back end would send it. */
export function machineFixture(id: string, change: Partial<MachineView> = {}): MachineView {
  return {
    id: machineId.parse(id),
    name: id,
    uuid: '00000000-0000-4000-8000-000000000000',
    origin: 'custom',
    state: 'stopped',
    stateSince: 0,
    startedAt: null,
    fault: null,
    can: ['start', 'delete', 'edit'],
    forceOffered: false,
    accelerator: null,
    acceleratorReason: null,
    guestReady: false,
    agentAnswers: false,
    memoryMiB: 512,
    cpus: 1,
    pending: null,
    pid: null,
    devices: {
      memory: { sizeMiB: 512, targetMiB: null, actualMiB: null, floorMiB: 128 },
      disks: [],
      cdrom: null,
      nics: [],
      entropy: null,
      serial: [],
      clock: { source: 'hpet', rtc: 'utc' },
      display: { adapter: 'qxl-vga', protocol: 'spice', clipboardAllowed: false },
    },
    ...change,
  };
}
