import { z } from 'zod';
import { agentWish } from './agent.ts';
import { machineFigures } from './devices.ts';
import { hostFigures } from './host.ts';
import { job } from './job.ts';
import { machineView } from './machine.ts';

/** The one map of events. They say what happened; they never steer. */
export const events = {
  'machine.changed': machineView,
  'machine.removed': z.object({ machine: z.string() }),
  'machine.logged': z.object({ machine: z.string(), at: z.number(), text: z.string() }),
  'machine.figures': z.object({ machine: z.string(), figures: machineFigures }),
  'host.figures': hostFigures,
  'job.changed': job,
  /** To the connection alone whose `viewer.offer` this answers; it answers with `viewer.answer`. */
  'viewer.asked': z.object({ id: z.string(), machine: z.string(), wish: agentWish }),
  /** Another viewer connects to the machine's screen, which ends the session of this one (the `viewer` of its streams). */
  'viewer.taken': z.object({ machine: z.string(), viewer: z.string() }),
} as const satisfies Record<string, z.ZodType>;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<N extends EventName> = z.output<Events[N]>;
