import { jsonOption } from '../../qemu/command-line.ts';
import type { MemoryDefinition } from './definition.ts';

export const BALLOON_ID = 'balloon0';

/**
 * `-m` and virtio-balloon (virtio 1.2 §5.5) with free page reporting (§5.5.6.7): pages the guest frees go back
 * to the host without anybody asking. `deflate-on-oom` lets a guest in need take back what the balloon holds.
 */
export function memoryOptions(memory: MemoryDefinition): string[] {
  return [
    '-m',
    `size=${memory.sizeMiB}M`,
    ...jsonOption('-device', {
      driver: 'virtio-balloon-pci',
      id: BALLOON_ID,
      'free-page-reporting': true,
      'deflate-on-oom': true,
    }),
  ];
}
