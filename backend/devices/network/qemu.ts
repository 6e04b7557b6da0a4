import { jsonOption } from '../../qemu/command-line.ts';
import type { NicDefinition } from './definition.ts';

const DRIVERS = { 'virtio-net': 'virtio-net-pci', vmxnet3: 'vmxnet3', e1000e: 'e1000e' } as const;

/** QEMU's user-mode network (slirp) behind each card. The cable is pulled before the guest starts where it was. */
export function nicOptions(nics: readonly NicDefinition[]): string[] {
  return nics.flatMap((nic) => [
    ...jsonOption('-netdev', { type: 'user', id: `net-${nic.id}` }),
    ...jsonOption('-device', {
      driver: DRIVERS[nic.model],
      id: nic.id,
      netdev: `net-${nic.id}`,
      mac: nic.mac,
      romfile: '',
    }),
  ]);
}
