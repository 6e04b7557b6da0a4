import { z } from 'zod';

export const displayDefinition = z.looseObject({ adapter: z.enum(['qxl-vga', 'virtio-vga', 'VGA']) });
export type DisplayDefinition = z.infer<typeof displayDefinition>;
