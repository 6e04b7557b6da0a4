import { z } from 'zod';

export const entropyDefinition = z.looseObject({
  device: z.literal('virtio-rng'),
  source: z.enum(['rng-builtin', 'rng-random']),
});
export type EntropyDefinition = z.infer<typeof entropyDefinition>;
