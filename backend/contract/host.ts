import { z } from 'zod';

export const findingLevel = z.enum(['ok', 'note', 'warning', 'problem']);

/** One line of the host check: what is so, and what the person can do where it is not good. */
export const finding = z.object({
  id: z.enum([
    'accelerator',
    'qemu',
    'spice',
    'qxl',
    'devices',
    'memory',
    'disk',
    'permissions',
    'demo',
    'sandbox',
  ]),
  level: findingLevel,
  title: z.string(),
  /** One or two sentences: what was found and why it matters. */
  text: z.string(),
  /** What to do; null where nothing needs doing. May hold one command on a line of its own. */
  remedy: z.string().nullable(),
});
export type Finding = z.infer<typeof finding>;

export const hostReport = z.object({
  findings: z.array(finding),
  versions: z.array(z.object({ name: z.string(), version: z.string() })),
  accelerator: z.enum(['kvm', 'tcg', 'none']),
  acceleratorReason: z.string().nullable(),
  spice: z.boolean(),
  memoryTotalBytes: z.number(),
  cpus: z.number(),
  /** Folders, for the person to open or back up. */
  folders: z.object({ data: z.string(), runtime: z.string(), cache: z.string(), settings: z.string() }),
});
export type HostReport = z.infer<typeof hostReport>;

/** Once every two seconds while a face listens. */
export const hostFigures = z.object({
  at: z.number(),
  memoryTotalBytes: z.number(),
  memoryAvailableBytes: z.number(),
  machines: z.array(z.object({ id: z.string(), cpuPercent: z.number(), residentBytes: z.number() })),
});
export type HostFigures = z.infer<typeof hostFigures>;
