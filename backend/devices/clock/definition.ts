import { z } from 'zod';

export const clockDefinition = z.looseObject({ rtc: z.enum(['utc', 'localtime']) });
export type ClockDefinition = z.infer<typeof clockDefinition>;
