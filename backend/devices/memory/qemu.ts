import { jsonOption } from '../../qemu/command-line.ts';
import type { MemoryDefinition } from './definition.ts';

export const BALLOON_ID = 'balloon0';

/**
 * `-m` and virtio-balloon (virtio 1.2 §5.5) with free page reporting (§5.5.6.7): pages the guest frees go back
 * to the host without anybody asking. Without `deflate-on-oom`, so that Linux counts the balloon out of its MemTotal
 * and people in the guest see what they have.
 */
export function memoryOptions(memory: MemoryDefinition): string[] {
  return [
    '-m',
    `size=${memory.sizeMiB}M`,
    ...jsonOption('-device', {
      driver: 'virtio-balloon-pci',
      id: BALLOON_ID,
      'free-page-reporting': true,
    }),
  ];
}
