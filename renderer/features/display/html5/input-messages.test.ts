import { expect, test } from 'vitest';
import { mouseButtons } from '../mouse-buttons.ts';
import { keyDown, keyUp, mouseButton, mouseMotion, mousePosition } from './input-messages.ts';

const hex = (buffer: ArrayBuffer) =>
  [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, '0')).join(' ');

test('keys travel as their scan code bytes, lowest first', () => {
  expect(hex(keyDown([0x1e]))).toBe('65 00 04 00 00 00 1e 00 00 00');
  expect(hex(keyUp([0x1e]))).toBe('66 00 04 00 00 00 9e 00 00 00');
  expect(hex(keyDown([0xe0, 0x48]))).toBe('65 00 04 00 00 00 e0 48 00 00');
  expect(hex(keyUp([0xe0, 0x48]))).toBe('66 00 04 00 00 00 e0 c8 00 00');
});

test('the pointer travels in guest pixels', () => {
  expect(hex(mousePosition(1023, 767, 1))).toBe('70 00 0b 00 00 00 ff 03 00 00 ff 02 00 00 01 00 00');
  expect(hex(mouseMotion(-2, 3, 0))).toBe('6f 00 0a 00 00 00 fe ff ff ff 03 00 00 00 00 00');
  expect(hex(mouseButton(mouseButtons.right, true, 4))).toBe('71 00 03 00 00 00 03 04 00');
  expect(hex(mouseButton(mouseButtons.up, false, 0))).toBe('72 00 03 00 00 00 04 00 00');
});
