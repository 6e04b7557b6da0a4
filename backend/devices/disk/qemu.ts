import { jsonOption } from '../../qemu/command-line.ts';
import { BLK_SLOTS, type CdromDefinition, type DiskDefinition } from './definition.ts';

export const SCSI_CONTROLLER = 'scsi0';
/** The CD drive hangs on q35's own AHCI, which firmware and every installer can read. */
export const CD_ID = 'cd0';
const CD_BUS = 'ide.2';

const rootPort = (slot: number): string => `rp${slot}`;

/**
 * One PCIe root port for each possible virtio-blk disk, eight to a slot: on q35 only what sits behind a root port can
 * be plugged while the guest runs. They reserve no I/O ports, which modern virtio does not use and which run out at 16.
 */
export function hotPlugPorts(): string[] {
  return Array.from({ length: BLK_SLOTS }, (_, n) =>
    jsonOption('-device', {
      driver: 'pcie-root-port',
      id: rootPort(n),
      bus: 'pcie.0',
      chassis: n + 1,
      addr: `${(0x10 + Math.floor(n / 8)).toString(16)}.${n % 8}`,
      ...(n % 8 === 0 ? { multifunction: true } : {}),
      'io-reserve': 0,
    }),
  ).flat();
}

/** The block node of a disk image, for -blockdev and for blockdev-add alike. Formats are never guessed by QEMU. */
export function imageNode(
  disk: Pick<DiskDefinition, 'id' | 'path' | 'format' | 'readOnly'>,
): Record<string, unknown> {
  return {
    driver: disk.format === 'iso' ? 'raw' : disk.format,
    'node-name': disk.id,
    'read-only': disk.readOnly,
    discard: 'unmap',
    file: { driver: 'file', filename: disk.path },
  };
}

/** The device in front of it, for -device and for device_add alike. */
export function diskDevice(
  disk: DiskDefinition,
  bootIndex?: number,
): Record<string, unknown> & { driver: string } {
  const common = {
    id: disk.id,
    drive: disk.id,
    serial: disk.id,
    ...(bootIndex === undefined ? {} : { bootindex: bootIndex }),
  };
  return disk.bus === 'virtio-blk'
    ? { driver: 'virtio-blk-pci', bus: rootPort(disk.slot), ...common }
    : { driver: 'scsi-hd', bus: `${SCSI_CONTROLLER}.0`, 'scsi-id': disk.slot, lun: 0, ...common };
}

/** Disks boot in their order, then the CD: an empty disk falls through to it, an installed one wins. */
export function diskOptions(disks: readonly DiskDefinition[], cdrom: CdromDefinition | null): string[] {
  return [
    ...hotPlugPorts(),
    ...jsonOption('-device', { driver: 'virtio-scsi-pci', id: SCSI_CONTROLLER }),
    ...disks.flatMap((disk, n) => [
      ...jsonOption('-blockdev', imageNode(disk)),
      ...jsonOption('-device', diskDevice(disk, n)),
    ]),
    ...(cdrom === null ? [] : cdromOptions(cdrom, disks.length)),
  ];
}

function cdromOptions(cdrom: CdromDefinition, bootIndex: number): string[] {
  const drive = { driver: 'ide-cd', id: CD_ID, bus: CD_BUS, bootindex: bootIndex };
  if (cdrom.path === null) return jsonOption('-device', drive);
  return [
    ...jsonOption('-blockdev', mediumNode(cdrom.path, 'cd0-0')),
    ...jsonOption('-device', { ...drive, drive: 'cd0-0' }),
  ];
}

export function mediumNode(path: string, node: string): Record<string, unknown> {
  return { driver: 'raw', 'node-name': node, 'read-only': true, file: { driver: 'file', filename: path } };
}
