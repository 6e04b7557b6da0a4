import { z } from 'zod';
import { Fault } from '../../contract/fault.ts';
import { memoryMiB } from '../../contract/machine.ts';

export const memoryDefinition = z.looseObject({
  sizeMiB: memoryMiB,
  /** The lowest balloon target that is offered; a guest squeezed below it kills its own programs. */
  floorMiB: z.int().min(16),
});
export type MemoryDefinition = z.infer<typeof memoryDefinition>;

/** A quarter of the size, but at least 128 MiB where there is that much. */
export function defaultFloor(sizeMiB: number): number {
  return Math.min(sizeMiB, Math.max(128, Math.floor(sizeMiB / 4)));
}

/** Refuses a machine that this host can never hold. */
export function checkMemoryFits(sizeMiB: number, hostTotalBytes: number): void {
  const hostMiB = Math.floor(hostTotalBytes / 2 ** 20);
  if (sizeMiB <= hostMiB) return;
  throw new Fault({
    code: 'bad-input',
    message: `${sizeMiB} MiB of memory is more than this host has (${hostMiB} MiB).`,
    remedy: `Give the machine ${Math.max(16, Math.floor(hostMiB / 2))} MiB or less.`,
    path: ['memoryMiB'],
  });
}
