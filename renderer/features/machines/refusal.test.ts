import { expect, test } from 'vitest';
import { machineActions, machineStates } from '../../../backend/contract/machine.ts';
import { isOn, refusal } from './refusal.ts';

test('every refused action has a reason in every state', () => {
  for (const state of machineStates)
    for (const action of machineActions) expect(refusal(action, state)).toMatch(/\.$/);
});

test('deleting asks to shut down first where a guest is on', () => {
  expect(refusal('delete', 'running')).toBe('Shut it down first.');
  expect(isOn('crashed')).toBe(false);
  expect(isOn('paused')).toBe(true);
});
