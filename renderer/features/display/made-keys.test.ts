import { expect, test } from 'vitest';
import { pressedKey } from './made-keys.ts';

const event = (code: string, key: string, modifiers: readonly string[] = []) => ({
  code,
  key,
  shiftKey: modifiers.includes('Shift'),
  getModifierState: (name: string) => modifiers.includes(name),
});

test('a typed key is where it sits, whatever its letter', () => {
  expect(pressedKey(event('KeyQ', 'a'))).toEqual({ code: 'KeyQ', needsShift: false });
  expect(pressedKey(event('KeyA', 'A', ['Shift']))).toEqual({ code: 'KeyA', needsShift: false });
  expect(pressedKey(event('KeyA', 'A', ['CapsLock']))).toEqual({ code: 'KeyA', needsShift: false });
  expect(pressedKey(event('Digit1', '&'))).toEqual({ code: 'Digit1', needsShift: false });
  expect(pressedKey(event('Space', ' '))).toEqual({ code: 'Space', needsShift: false });
});

test('a made character gets the Shift it lacks and the place it does not tell', () => {
  expect(pressedKey(event('KeyA', 'A'))).toEqual({ code: 'KeyA', needsShift: true });
  expect(pressedKey(event('', '>'))).toEqual({ code: 'Period', needsShift: true });
  expect(pressedKey(event('', 'Enter'))).toEqual({ code: 'Enter', needsShift: false });
});
