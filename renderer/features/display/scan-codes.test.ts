import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanCodeOf } from './scan-codes.ts';

test('letters, digits and the extended block', () => {
  expect(scanCodeOf('KeyA')).toEqual([0x1e]);
  expect(scanCodeOf('Digit0')).toEqual([0x0b]);
  expect(scanCodeOf('Enter')).toEqual([0x1c]);
  expect(scanCodeOf('NumpadEnter')).toEqual([0xe0, 0x1c]);
  expect(scanCodeOf('ArrowUp')).toEqual([0xe0, 0x48]);
  expect(scanCodeOf('Delete')).toEqual([0xe0, 0x53]);
  expect(scanCodeOf('AltRight')).toEqual([0xe0, 0x38]);
});

test('any other name gives nothing, never a wrong key', () => {
  expect(scanCodeOf('')).toBeNull();
  expect(scanCodeOf('constructor')).toBeNull();
  fc.assert(
    fc.property(fc.string(), (code) => {
      const bytes = scanCodeOf(code);
      for (const byte of bytes ?? []) expect(byte > 0 && byte < 0x100).toBe(true);
    }),
  );
});
