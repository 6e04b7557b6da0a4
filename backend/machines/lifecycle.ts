import { type MachineAction, type MachineState, stateWords } from '../contract/machine.ts';

/**
 * The one state machine. Requests may move a machine only where this table says so; facts (QMP events, the end of
 * the QEMU process) move it wherever QEMU has gone. QEMU's run states: qapi/run-state.json.
 */
export type Fact =
  /** QMP RESUME, or query-status says running. */
  | 'resumed'
  /** QMP STOP, or query-status says paused or io-error. */
  | 'stopped'
  /** QMP SUSPEND: the guest put itself to sleep (ACPI S3). */
  | 'suspended'
  /** QMP WAKEUP. */
  | 'woke'
  /** QMP SHUTDOWN: the guest powered off, or we told QEMU to quit. */
  | 'shut-down'
  /** The QEMU process is gone and nobody asked for it. */
  | 'died'
  /** The process is gone after a shut-down or a forced end. */
  | 'ended'
  /** Starting failed before the guest ran. */
  | 'start-failed';

const ALLOWED: Record<MachineState, readonly MachineAction[]> = {
  stopped: ['start', 'edit', 'delete'],
  starting: ['force-off'],
  running: ['stop', 'force-off', 'restart', 'reset', 'pause', 'edit'],
  paused: ['resume', 'force-off', 'reset', 'edit'],
  suspended: ['resume', 'force-off', 'reset', 'edit'],
  saving: [],
  saved: ['start', 'edit', 'delete'],
  stopping: ['stop', 'force-off', 'reset'],
  crashed: ['start', 'edit', 'delete'],
};

/** Where an allowed request leads at once; undefined: nowhere until QEMU reports. */
const ON_REQUEST: Partial<Record<MachineAction, MachineState>> = {
  start: 'starting',
  stop: 'stopping',
  restart: 'stopping',
};

export function allowedActions(state: MachineState): readonly MachineAction[] {
  return ALLOWED[state];
}

export type Move =
  | { readonly ok: true; readonly state: MachineState }
  | { readonly ok: false; readonly reason: string; readonly remedy: string };

export function onRequest(state: MachineState, action: MachineAction): Move {
  if (!ALLOWED[state].includes(action)) return { ok: false, ...refusal(state, action) };
  return { ok: true, state: ON_REQUEST[action] ?? state };
}

export function onFact(state: MachineState, fact: Fact): MachineState {
  switch (fact) {
    case 'resumed':
      // A machine that was asked to stop goes on running for a while; it stays "stopping" until it is off.
      return state === 'stopping' ? 'stopping' : 'running';
    case 'stopped':
      return state === 'saving' || state === 'starting' || state === 'stopping' ? state : 'paused';
    case 'suspended':
      return 'suspended';
    case 'woke':
      return 'running';
    case 'shut-down':
      return 'stopping';
    case 'ended':
      return state === 'saving' ? 'saved' : 'stopped';
    case 'start-failed':
      return 'stopped';
    case 'died':
      return 'crashed';
    default: {
      const never: never = fact;
      return never;
    }
  }
}

function refusal(state: MachineState, action: MachineAction): { reason: string; remedy: string } {
  const word = stateWords[state].toLowerCase();
  const verb = VERBS[action];
  if (state === 'paused' && (action === 'stop' || action === 'restart')) {
    return {
      reason: 'it is paused and cannot hear a request to shut down',
      remedy: 'Resume it first, or force it off.',
    };
  }
  if (state === 'suspended' && (action === 'stop' || action === 'restart')) {
    return {
      reason: 'it is asleep and cannot hear a request to shut down',
      remedy: 'Wake it first (resume), or force it off.',
    };
  }
  if (action === 'delete') return { reason: `it is ${word}`, remedy: 'Shut it down first.' };
  if (action === 'start') return { reason: `it is already ${word}`, remedy: 'Nothing needs doing.' };
  if (action === 'resume') return { reason: `it is ${word}, not paused`, remedy: 'Nothing needs doing.' };
  const off = state === 'stopped' || state === 'crashed' || state === 'saved';
  return {
    reason: `it is ${word}`,
    remedy: off ? `Start it before you ${verb} it.` : 'Wait a moment and try again.',
  };
}

const VERBS: Record<MachineAction, string> = {
  start: 'start',
  stop: 'shut down',
  'force-off': 'force off',
  restart: 'restart',
  reset: 'reset',
  pause: 'pause',
  resume: 'resume',
  delete: 'delete',
  edit: 'edit',
};
