import { z } from 'zod';
import { diskBus, imageFormat } from '../../contract/devices.ts';
import { Fault } from '../../contract/fault.ts';

/** 28 virtio-blk disks at most by tradition: one PCI slot each. */
export const BLK_SLOTS = 28;
/** Targets 0–255 on a virtio-scsi controller (virtio 1.2 §5.6.6.1), one disk each. */
export const SCSI_TARGETS = 256;

export const diskDefinition = z.looseObject({
  id: z.string().regex(/^disk\d{1,4}$/),
  bus: diskBus,
  /** virtio-blk: the PCI slot, 0 to 27. virtio-scsi: the target, 0 to 255. Kept, so that a guest finds its disk where it was. */
  slot: z
    .int()
    .min(0)
    .max(SCSI_TARGETS - 1),
  path: z.string().startsWith('/'),
  format: imageFormat,
  readOnly: z.boolean(),
  /** What the guest sees, bytes, as found when the image was brought. */
  sizeBytes: z.number().min(0),
});
export type DiskDefinition = z.infer<typeof diskDefinition>;

export const cdromDefinition = z.looseObject({
  id: z.literal('cd0'),
  path: z.string().startsWith('/').nullable(),
});
export type CdromDefinition = z.infer<typeof cdromDefinition>;

export function checkDisks(disks: readonly DiskDefinition[]): string | null {
  if (new Set(disks.map((disk) => disk.id)).size !== disks.length) return 'two disks have the same id';
  const places = disks.map((disk) => `${disk.bus} ${disk.slot}`);
  if (new Set(places).size !== disks.length) return 'two disks sit in the same slot';
  if (disks.some((disk) => disk.bus === 'virtio-blk' && disk.slot >= BLK_SLOTS)) {
    return `a virtio-blk disk has a slot above ${BLK_SLOTS - 1}`;
  }
  return null;
}

/** The lowest free id and slot for one more disk. */
export function placeDisk(
  disks: readonly DiskDefinition[],
  bus: DiskDefinition['bus'],
): { id: string; slot: number } {
  const ids = new Set(disks.map((disk) => disk.id));
  const taken = new Set(disks.filter((disk) => disk.bus === bus).map((disk) => disk.slot));
  const limit = bus === 'virtio-blk' ? BLK_SLOTS : SCSI_TARGETS;
  const slot = lowestFree((n) => taken.has(n));
  if (slot >= limit) {
    throw new Fault({
      code: 'not-supported',
      message: `All ${limit} ${bus} places of this machine are taken.`,
      remedy:
        bus === 'virtio-blk'
          ? 'Attach it by virtio-scsi, which takes hundreds: --bus virtio-scsi'
          : 'Detach a disk first.',
      path: ['bus'],
    });
  }
  return { id: `disk${lowestFree((n) => ids.has(`disk${n}`))}`, slot };
}

function lowestFree(taken: (n: number) => boolean): number {
  let n = 0;
  while (taken(n)) n += 1;
  return n;
}
