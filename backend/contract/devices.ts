import { z } from 'zod';

/**
 * What is true of each device of a machine. Slow-changing facts only: they travel in `machine.changed`.
 * Figures that move all the time travel in `machine.figures`, and only while a face watches.
 */

export const diskBus = z.enum(['virtio-blk', 'virtio-scsi']);
export type DiskBus = z.infer<typeof diskBus>;

export const imageFormat = z.enum(['raw', 'qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc', 'iso']);
export type ImageFormat = z.infer<typeof imageFormat>;

export const memoryView = z.object({
  /** What the machine was started with (or will be), MiB. */
  sizeMiB: z.number(),
  /** What was asked of the balloon; null: never asked. */
  targetMiB: z.number().nullable(),
  /** What the guest has now, by QEMU's BALLOON_CHANGE; null while it is off. */
  actualMiB: z.number().nullable(),
  /** The lowest target the screen offers, MiB. */
  floorMiB: z.number(),
});

export const diskView = z.object({
  /** Also the qdev id and, cut to 20 bytes, the serial the guest sees: `disk0`, `disk1`, … */
  id: z.string(),
  bus: diskBus,
  path: z.string(),
  format: imageFormat,
  readOnly: z.boolean(),
  /** What the guest sees, bytes; null when the file cannot be read now. */
  sizeBytes: z.number().nullable(),
  state: z.enum(['plugged', 'plugging', 'unplugging']),
  /** Why the image cannot be used, when it cannot. */
  problem: z.string().nullable(),
});
export type DiskView = z.infer<typeof diskView>;

export const cdromView = z.object({
  id: z.string(),
  path: z.string().nullable(),
  problem: z.string().nullable(),
});

export const nicView = z.object({
  id: z.string(),
  model: z.enum(['virtio-net', 'vmxnet3', 'e1000e']),
  mac: z.string(),
  /** The cable: what QEMU was told and confirmed. */
  up: z.boolean(),
  network: z.enum(['user']),
});
export type NicView = z.infer<typeof nicView>;

export const entropyView = z.object({
  device: z.literal('virtio-rng'),
  /** QEMU's back end of it: its own generator seeded by the host kernel, or /dev/urandom. */
  source: z.enum(['rng-builtin', 'rng-random']),
  plugged: z.boolean(),
});

export const serialPortView = z.object({
  name: z.string(),
  purpose: z.enum(['console', 'guest-agent', 'spice-agent', 'ready']),
  device: z.enum(['isa-serial', 'virtio-serial']),
  /** Whether the guest has opened its end; null where QEMU does not tell. */
  guestOpen: z.boolean().nullable(),
});

export const clockView = z.object({
  /** What the CPU offers the guest. */
  source: z.enum(['kvm-clock', 'hpet']),
  rtc: z.enum(['utc', 'localtime']),
});

export const displayView = z.object({
  adapter: z.enum(['qxl-vga', 'virtio-vga', 'VGA']),
  protocol: z.enum(['spice', 'none']),
  /** Text may cross between the guest's clipboard and the person's. */
  clipboardAllowed: z.boolean(),
});

export const deviceViews = z.object({
  memory: memoryView,
  disks: z.array(diskView),
  cdrom: cdromView.nullable(),
  nics: z.array(nicView),
  entropy: entropyView.nullable(),
  serial: z.array(serialPortView),
  clock: clockView,
  display: displayView,
});
export type DeviceViews = z.infer<typeof deviceViews>;

/** One sample. Counters are cumulative since the guest started; the face makes rates of them. */
export const machineFigures = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  /** Share of one host core, percent (200 is two cores). */
  cpuPercent: z.number(),
  /** What the host holds for it, bytes (resident set of the QEMU process). */
  residentBytes: z.number(),
  /** What the guest's balloon driver says; null where it says nothing. Bytes. */
  guestMemory: z.object({ totalBytes: z.number(), availableBytes: z.number() }).nullable(),
  disks: z.array(
    z.object({
      id: z.string(),
      readBytes: z.number(),
      writtenBytes: z.number(),
      allocatedBytes: z.number().nullable(),
    }),
  ),
  /** From the guest agent; empty where none answers. */
  nics: z.array(
    z.object({
      mac: z.string(),
      guestName: z.string(),
      addresses: z.array(z.string()),
      receivedBytes: z.number(),
      sentBytes: z.number(),
    }),
  ),
  /** Guest clock minus host clock, ms, from the guest agent, with the half round trip it may be off by. */
  clock: z
    .object({ driftMs: z.number(), uncertaintyMs: z.number(), guestSource: z.string().nullable() })
    .nullable(),
  /** Clients that have the SPICE screen open. */
  displayClients: z.number(),
});
export type MachineFigures = z.infer<typeof machineFigures>;
