import { describe, expect, test } from 'vitest';
import { type MachineAction, type MachineState, machineActions, machineStates } from '../contract/machine.ts';
import { allowedActions, type Fact, onFact, onRequest } from './lifecycle.ts';

/** The whole table, written down a second time on purpose: a change of it should be seen in a review. */
const REQUESTS: Record<MachineState, Partial<Record<MachineAction, MachineState>>> = {
  stopped: { start: 'starting', edit: 'stopped', delete: 'stopped' },
  starting: { 'force-off': 'starting' },
  running: {
    stop: 'stopping',
    'force-off': 'running',
    restart: 'stopping',
    reset: 'running',
    pause: 'running',
    edit: 'running',
  },
  paused: { resume: 'paused', 'force-off': 'paused', reset: 'paused', edit: 'paused' },
  suspended: { resume: 'suspended', 'force-off': 'suspended', reset: 'suspended', edit: 'suspended' },
  saving: {},
  saved: { start: 'starting', edit: 'saved', delete: 'saved' },
  stopping: { stop: 'stopping', 'force-off': 'stopping', reset: 'stopping' },
  crashed: { start: 'starting', edit: 'crashed', delete: 'crashed' },
};

const FACTS: Record<Fact, Record<MachineState, MachineState>> = {
  resumed: everywhere('running', { stopping: 'stopping' }),
  stopped: everywhere('paused', { saving: 'saving', starting: 'starting', stopping: 'stopping' }),
  suspended: everywhere('suspended'),
  woke: everywhere('running'),
  'shut-down': everywhere('stopping'),
  ended: everywhere('stopped', { saving: 'saved' }),
  'start-failed': everywhere('stopped'),
  died: everywhere('crashed'),
};

function everywhere(
  state: MachineState,
  but: Partial<Record<MachineState, MachineState>> = {},
): Record<MachineState, MachineState> {
  return Object.fromEntries(machineStates.map((from) => [from, but[from] ?? state])) as Record<
    MachineState,
    MachineState
  >;
}

describe.each(machineStates)('a %s machine', (state) => {
  test.each(machineActions)('asked to %s', (action) => {
    const move = onRequest(state, action);
    const next = REQUESTS[state][action];
    expect(move.ok).toBe(next !== undefined);
    expect(allowedActions(state).includes(action)).toBe(move.ok);
    if (move.ok) {
      expect(move.state).toBe(next);
      return;
    }
    expect(move.reason).toMatch(/^it is [a-z, ]+$/);
    expect(move.remedy).toMatch(/^[A-Z].+\.$/);
  });

  test.each(Object.keys(FACTS) as Fact[])('learns: %s', (fact) => {
    expect(onFact(state, fact)).toBe(FACTS[fact][state]);
  });
});

test('refusals say why in words that fit the state', () => {
  expect(onRequest('paused', 'stop')).toMatchObject({
    reason: 'it is paused and cannot hear a request to shut down',
  });
  expect(onRequest('suspended', 'restart')).toMatchObject({
    reason: 'it is asleep and cannot hear a request to shut down',
  });
  expect(onRequest('running', 'start')).toMatchObject({ reason: 'it is already running' });
  expect(onRequest('running', 'delete')).toMatchObject({ remedy: 'Shut it down first.' });
  expect(onRequest('stopped', 'pause')).toMatchObject({
    reason: 'it is off',
    remedy: 'Start it before you pause it.',
  });
  expect(onRequest('running', 'resume')).toMatchObject({ reason: 'it is running, not paused' });
});
