import { expect, test } from 'vitest';
import { pressedKey } from './made-keys.ts';

const event = (code: string, key: string, modifiers: readonly string[] = []) => ({
  code,
  key,
  shiftKey: modifiers.includes('Shift'),
  altKey: modifiers.includes('Alt'),
  getModifierState: (name: string) => modifiers.includes(name),
});

test('a typed key is where it sits, whatever its letter', () => {
  expect(pressedKey(event('KeyQ', 'a'))).toEqual({ code: 'KeyQ', needsShift: false });
  expect(pressedKey(event('KeyA', 'A', ['Shift']))).toEqual({ code: 'KeyA', needsShift: false });
  expect(pressedKey(event('KeyA', 'A', ['CapsLock']))).toEqual({ code: 'KeyA', needsShift: false });
  expect(pressedKey(event('Digit1', '&'))).toEqual({ code: 'Digit1', needsShift: false });
  expect(pressedKey(event('Space', ' '))).toEqual({ code: 'Space', needsShift: false });
});

test('a character that AltGr makes needs no Shift, though the US layout has it there with Shift', () => {
  for (const [code, key] of [
    ['Digit2', '@'],
    ['Digit3', '#'],
    ['Digit4', '$'],
  ] as const) {
    for (const modifiers of [['AltGraph'], ['Control', 'Alt'], ['Alt']]) {
      expect(pressedKey(event(code, key, modifiers))).toEqual({ code, needsShift: false });
    }
    expect(pressedKey(event(code, key))).toEqual({ code, needsShift: true });
  }
});

test('a made character gets the Shift it lacks and the place it does not tell', () => {
  expect(pressedKey(event('KeyA', 'A'))).toEqual({ code: 'KeyA', needsShift: true });
  expect(pressedKey(event('', '>'))).toEqual({ code: 'Period', needsShift: true });
  expect(pressedKey(event('', 'Enter'))).toEqual({ code: 'Enter', needsShift: false });
});
