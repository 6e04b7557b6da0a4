import { expect, test } from 'vitest';
import { LeaveChord } from './leave-chord.ts';

function type(...keys: string[]): boolean[] {
  const chord = new LeaveChord();
  return keys.map((key) => chord.key(key.slice(1), key.startsWith('+')));
}

test('Ctrl and Alt together, then let go, leaves once', () => {
  expect(type('+ControlLeft', '+AltLeft', '-ControlLeft', '-AltLeft')).toEqual([false, false, false, true]);
  expect(type('+AltLeft', '+ControlLeft', '-ControlLeft', '-AltLeft').at(-1)).toBe(true);
});

test('a shortcut of the guest does not leave', () => {
  expect(type('+ControlLeft', '+AltLeft', '+F2', '-F2', '-AltLeft', '-ControlLeft')).not.toContain(true);
  expect(type('+ControlLeft', '-ControlLeft', '+AltLeft', '-AltLeft')).not.toContain(true);
  expect(type('+ControlLeft', '+KeyC', '-KeyC', '-ControlLeft')).not.toContain(true);
});

test('after a shortcut the next bare chord leaves', () => {
  const keys = ['+ControlLeft', '+AltLeft', '+F2', '-F2', '-AltLeft', '-ControlLeft'];
  const results = type(...keys, '+ControlLeft', '+AltLeft', '-AltLeft', '-ControlLeft');
  expect(results.at(-1)).toBe(true);
});
