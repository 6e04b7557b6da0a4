import { z } from 'zod';
import { faultShape } from './fault.ts';

export const job = z.object({
  id: z.string(),
  /** For people: 'Building the demo machine'. */
  title: z.string(),
  /** What it is doing now: 'Downloading the kernel'. */
  step: z.string(),
  /** 0 to 1; null where it cannot be known. */
  progress: z.number().min(0).max(1).nullable(),
  state: z.enum(['running', 'done', 'failed', 'cancelled']),
  cancellable: z.boolean(),
  machine: z.string().nullable(),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  fault: faultShape.nullable(),
});
export type Job = z.infer<typeof job>;
