import { randomBytes } from 'node:crypto';
import { z } from 'zod';

export const nicDefinition = z.looseObject({
  id: z.string().regex(/^nic\d{1,2}$/),
  model: z.enum(['virtio-net', 'vmxnet3', 'e1000e']),
  mac: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'is not a MAC address'),
  network: z.literal('user'),
  up: z.boolean(),
});
export type NicDefinition = z.infer<typeof nicDefinition>;

/** A random address in QEMU's and KVM's own range, 52:54:00. */
export function newMac(): string {
  return ['52', '54', '00', ...[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0'))].join(
    ':',
  );
}

export function checkNics(nics: readonly NicDefinition[]): string | null {
  const macs = new Set(nics.map((nic) => nic.mac));
  return macs.size === nics.length ? null : 'two network cards have the same MAC address';
}
