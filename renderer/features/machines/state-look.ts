import type { MachineState } from '../../../backend/contract/machine.ts';
import type { Tone } from '../../ui/chip.tsx';

/** The colour of a state; its word always stands beside it. */
export const stateTone = {
  stopped: 'quiet',
  starting: 'info',
  running: 'accent',
  paused: 'warn',
  suspended: 'warn',
  saving: 'info',
  saved: 'quiet',
  stopping: 'info',
  crashed: 'bad',
} as const satisfies Record<MachineState, Tone>;
