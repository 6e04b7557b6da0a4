import { z } from 'zod';

export const displayDefinition = z.looseObject({
  adapter: z.enum(['qxl-vga', 'virtio-vga', 'VGA']),
  /** Text may cross between the guest's clipboard and the person's. Definitions from before there was a choice have none. */
  clipboardAllowed: z.boolean().default(false),
});
export type DisplayDefinition = z.infer<typeof displayDefinition>;
