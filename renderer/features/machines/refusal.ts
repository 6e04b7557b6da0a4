import type { MachineAction, MachineState } from '../../../backend/contract/machine.ts';
import { text } from '../../i18n/en.ts';

const { reasons } = text.machine;

const byState = {
  stopped: reasons.off,
  starting: reasons.starting,
  running: reasons.running,
  paused: reasons.paused,
  suspended: reasons.asleep,
  saving: reasons.saving,
  saved: reasons.saved,
  stopping: reasons.stopping,
  crashed: reasons.crashed,
} as const satisfies Record<MachineState, string>;

/** Why an action that the state machine does not allow now is drawn disabled. */
export function refusal(action: MachineAction, state: MachineState): string {
  if (action === 'delete' || action === 'edit') return isOn(state) ? reasons.mustBeOff : byState[state];
  if (action === 'resume' && state === 'running') return reasons.notPaused;
  if (state === 'running') return reasons.running;
  return byState[state];
}

/** A guest is in memory. */
export function isOn(state: MachineState): boolean {
  return state !== 'stopped' && state !== 'crashed' && state !== 'saved';
}
