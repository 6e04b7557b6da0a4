import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBitmap } from './bitmap.ts';
import { expectContained } from './testing/garble.ts';
import { blank } from './testing/vector.ts';

const palette = Uint32Array.from({ length: 16 }, (_, index) => index * 0x010203);

/** Two rows of three pixels, padded to twelve bytes a row. */
function decode(format: number, first: readonly number[], second: readonly number[]): string {
  const bytes = new Uint8Array(24);
  bytes.set(first, 0);
  bytes.set(second, 12);
  const target = blank(3, 2);
  decodeBitmap(bytes, target, { format, topDown: true, stride: 12, palette });
  return [...target.data].map((word) => word.toString(16).padStart(8, '0')).join(' ');
}

test.each([
  ['1 bit, low first', 1, [0b101], [0b010], 'ff030201 ff000000 ff030201 ff000000 ff030201 ff000000'],
  [
    '1 bit, high first',
    2,
    [0b10100000],
    [0b01000000],
    'ff030201 ff000000 ff030201 ff000000 ff030201 ff000000',
  ],
  ['4 bits, low first', 3, [0x21, 0x03], [0, 0], 'ff030201 ff060402 ff090603 ff000000 ff000000 ff000000'],
  ['4 bits, high first', 4, [0x12, 0x30], [0, 0], 'ff030201 ff060402 ff090603 ff000000 ff000000 ff000000'],
  ['8 bits', 5, [1, 2, 200], [0, 0, 15], 'ff030201 ff060402 ff000000 ff000000 ff000000 ff2d1e0f'],
  [
    '16 bits',
    6,
    [0x00, 0x7c, 0xe0, 0x03, 0x1f, 0],
    [0x21, 0x04, 0, 0, 0, 0x80],
    'ff0000ff ff00ff00 ffff0000 ff080808 ff000000 ff000000',
  ],
  [
    '24 bits',
    7,
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
    [9, 8, 7],
    'ff010203 ff040506 ff070809 ff090807 ff000000 ff000000',
  ],
  [
    '32 bits',
    8,
    [1, 2, 3, 99, 4, 5, 6, 98],
    [0, 0, 0, 0],
    'ff010203 ff040506 ff000000 ff000000 ff000000 ff000000',
  ],
  [
    'RGBA',
    9,
    [1, 2, 3, 99, 4, 5, 6, 98],
    [0, 0, 0, 0],
    '63010203 62040506 00000000 00000000 00000000 00000000',
  ],
  ['alpha', 10, [1, 2, 255], [0, 0, 15], '01000000 02000000 ff000000 00000000 00000000 0f000000'],
])('%s', (_name, format, first, second, expected) => {
  expect(decode(format, first, second)).toBe(expected);
});

test('rows from the bottom, and rows that are not aligned', () => {
  const bytes = Uint8Array.of(0, 1, 2, 3, 0, 4, 5, 6, 0, 9);
  const target = blank(1, 2);
  decodeBitmap(bytes.subarray(1), target, { format: 8, topDown: false, stride: 4, palette: null });
  expect([...target.data]).toEqual([0xff040506, 0xff010203]);
});

test('any layout stays within source and target', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 400 }),
      fc.nat({ max: 12 }),
      fc.nat({ max: 40 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 20 }),
      (bytes, format, stride, topDown, width, height) => {
        expectContained(width, height, (target) =>
          decodeBitmap(bytes, target, { format, topDown, stride, palette }),
        );
      },
    ),
    { numRuns: 1000 },
  );
});
