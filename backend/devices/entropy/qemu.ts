import { jsonOption } from '../../qemu/command-line.ts';
import type { EntropyDefinition } from './definition.ts';

/** virtio-rng (virtio 1.2 §5.4). `rng-builtin` draws from getrandom(2) through QEMU; `rng-random` reads /dev/urandom. */
export function entropyOptions(entropy: EntropyDefinition): string[] {
  const source =
    entropy.source === 'rng-random'
      ? { 'qom-type': 'rng-random', id: 'entropy0', filename: '/dev/urandom' }
      : { 'qom-type': 'rng-builtin', id: 'entropy0' };
  return [
    ...jsonOption('-object', source),
    ...jsonOption('-device', { driver: 'virtio-rng-pci', id: 'rng0', rng: 'entropy0' }),
  ];
}
