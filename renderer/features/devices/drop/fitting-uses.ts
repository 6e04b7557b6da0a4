import type { DiskBus } from '../../../../backend/contract/devices.ts';
import type { MachineView } from '../../../../backend/contract/machine.ts';
import { words } from '../words.ts';
import type { Inspected } from './drop-queue.ts';

const text = words.drop;

/** What a file can become in a machine. */
export interface Use {
  readonly id: 'cd' | DiskBus | 'read-only';
  readonly label: string;
  readonly note: string;
  readonly term: string;
  readonly request:
    | { readonly kind: 'cd' }
    | { readonly kind: 'disk'; readonly bus: DiskBus; readonly readOnly: boolean };
}

const insert: Use = {
  id: 'cd',
  label: text.insert,
  note: text.insertText,
  term: 'cdrom',
  request: { kind: 'cd' },
};
const blk: Use = {
  id: 'virtio-blk',
  label: text.blk,
  note: text.blkText,
  term: 'virtio-blk',
  request: { kind: 'disk', bus: 'virtio-blk', readOnly: false },
};
const scsi: Use = {
  id: 'virtio-scsi',
  label: text.scsi,
  note: text.scsiText,
  term: 'virtio-scsi',
  request: { kind: 'disk', bus: 'virtio-scsi', readOnly: false },
};
const readOnly: Use = {
  id: 'read-only',
  label: text.readOnlyDisk,
  note: text.readOnlyText,
  term: 'virtio-blk',
  request: { kind: 'disk', bus: 'virtio-blk', readOnly: true },
};

/** What fits, the most likely first. An ISO is never offered for writing. */
export function fittingUses(
  file: Pick<Inspected, 'kind'>,
  machine: Pick<MachineView, 'devices'>,
): readonly Use[] {
  if (file.kind === 'disk') return [blk, scsi];
  return machine.devices.cdrom === null ? [readOnly] : [insert, readOnly];
}
