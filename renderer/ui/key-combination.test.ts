import { expect, test } from 'vitest';
import { combinationLabel, combinationOf, isForTyping } from './key-combination.ts';

const none = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false };

test('modifiers have one order, and alone they are no combination', () => {
  expect(combinationOf({ ...none, code: 'KeyT', altKey: true, ctrlKey: true })).toBe('Ctrl+Alt+KeyT');
  expect(combinationOf({ code: 'Tab', ctrlKey: true, altKey: true, shiftKey: true, metaKey: true })).toBe(
    'Ctrl+Alt+Shift+Meta+Tab',
  );
  expect(combinationOf({ ...none, code: 'F11' })).toBe('F11');
  expect(combinationOf({ ...none, code: 'AltLeft', altKey: true })).toBeNull();
  expect(combinationOf({ ...none, code: '' })).toBeNull();
});

test.each([
  ['Ctrl+Alt+KeyT', 'Ctrl Alt T'],
  ['Alt+Digit1', 'Alt 1'],
  ['Ctrl+Alt+ArrowLeft', 'Ctrl Alt ←'],
  ['PrintScreen', 'Print Screen'],
  ['F11', 'F11'],
  ['Ctrl+Numpad1', 'Ctrl Numpad 1'],
  ['Ctrl+Equal', 'Ctrl ='],
])('%s reads %s', (combination, label) => expect(combinationLabel(combination)).toBe(label));

test('keys for typing cannot be taken from the guest', () => {
  expect(['KeyA', 'Shift+KeyA', 'Enter', 'Escape', 'ArrowUp', 'Shift+Tab'].every(isForTyping)).toBe(true);
  expect(
    ['F11', 'Shift+F10', 'PrintScreen', 'Ctrl+KeyA', 'Alt+Tab', 'Shift+Meta+KeyS'].some(isForTyping),
  ).toBe(false);
});
