import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitRate, byteRate, bytes, duration, mebibytes, words } from './format.ts';

test('sizes have three figures at most and a unit people know', () => {
  expect(words(bytes(0))).toBe('0 B');
  expect(words(bytes(1023))).toBe('1023 B');
  expect(words(bytes(1024))).toBe('1 KiB');
  expect(words(bytes(1.5 * 2 ** 30))).toBe('1.50 GiB');
  expect(words(mebibytes(512))).toBe('512 MiB');
  expect(words(mebibytes(24 * 1024))).toBe('24 GiB');
  expect(words(byteRate(12_400_000))).toBe('12.4 MB/s');
  expect(words(bitRate(10_512_500))).toBe('84.1 Mbit/s');
});

test('no size is drawn longer than the place planned for it', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 2 ** 58, noNaN: true }), (amount) => {
      const { value, unit } = bytes(amount);
      expect(value.length).toBeLessThanOrEqual(4);
      expect(unit).not.toBe('');
    }),
  );
});

test('spans of time are told in two parts at most', () => {
  expect(duration(-5)).toBe('0 s');
  expect(duration(59_999)).toBe('59 s');
  expect(duration(60_000)).toBe('1 min');
  expect(duration(3 * 3_600_000)).toBe('3 h');
  expect(duration((3 * 60 + 12) * 60_000)).toBe('3 h 12 min');
  expect(duration(50 * 3_600_000)).toBe('2 d 2 h');
});
