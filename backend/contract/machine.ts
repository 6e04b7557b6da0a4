import { z } from 'zod';
import { deviceViews } from './devices.ts';
import { faultShape } from './fault.ts';

/** Eight lower-case letters or digits, given at creation, never reused. */
export const machineId = z
  .string()
  .regex(/^[a-z0-9]{8}$/, 'is not a machine id')
  .brand<'MachineId'>();
export type MachineId = z.infer<typeof machineId>;

export const machineName = z
  .string()
  .trim()
  .min(1, 'is empty; give the machine a name')
  .max(64, 'is longer than 64 characters')
  .regex(/^[^\p{Cc}/\\]*$/u, 'has a slash, a backslash or a control character')
  .refine((name) => !/^[-.]/.test(name), 'starts with a dash or a dot');

/** In requests a machine is named by its id or by its name. */
export const machineRef = z.string().min(1).max(64);

export const machineStates = [
  'stopped',
  'starting',
  'running',
  'paused',
  'suspended',
  'saving',
  'saved',
  'stopping',
  'crashed',
] as const;
export const machineState = z.enum(machineStates);
export type MachineState = z.infer<typeof machineState>;

/** What people read; the same on screen and in the CLI. */
export const stateWords = {
  stopped: 'Off',
  starting: 'Starting',
  running: 'Running',
  paused: 'Paused',
  suspended: 'Asleep',
  saving: 'Saving',
  saved: 'Saved',
  stopping: 'Stopping',
  crashed: 'Crashed',
} as const satisfies Record<MachineState, string>;

export const machineActions = [
  'start',
  'stop',
  'force-off',
  'restart',
  'reset',
  'pause',
  'resume',
  'delete',
  'edit',
] as const;
export const machineAction = z.enum(machineActions);
export type MachineAction = z.infer<typeof machineAction>;

/** Memory limits of a machine, MiB. The upper bound is what QEMU's x86 machines can address sensibly. */
export const memoryMiB = z
  .int()
  .min(16, 'is below 16 MiB')
  .max(4 * 1024 * 1024, 'is above 4 TiB');
export const cpuCount = z.int().min(1, 'is below 1').max(255, 'is above 255');

export const machineView = z.object({
  id: machineId,
  name: z.string(),
  uuid: z.string(),
  origin: z.enum(['demo', 'custom']),
  state: machineState,
  /** Milliseconds since the epoch at which the state was entered. */
  stateSince: z.number(),
  /** When the guest was last started, ms since the epoch; null while it is off. */
  startedAt: z.number().nullable(),
  /** Why a crashed machine crashed. */
  fault: faultShape.nullable(),
  /** What the state machine allows now. A control whose action is not here is drawn disabled. */
  can: z.array(machineAction),
  /** A shut-down was asked for and the guest has not followed in time: offer to force it off. */
  forceOffered: z.boolean(),
  /** Null while it is off. 'tcg' is software emulation; `acceleratorReason` then says why not KVM. */
  accelerator: z.enum(['kvm', 'tcg']).nullable(),
  acceleratorReason: z.string().nullable(),
  /** The guest said so itself: over the Innkeeper channel, or its agent answered. */
  guestReady: z.boolean(),
  agentAnswers: z.boolean(),
  memoryMiB: z.number(),
  cpus: z.number(),
  /** Edits that take effect at the next start; null when there are none. */
  pending: z.object({ memoryMiB: z.number().optional(), cpus: z.number().optional() }).nullable(),
  pid: z.number().nullable(),
  devices: deviceViews,
});
export type MachineView = z.infer<typeof machineView>;
