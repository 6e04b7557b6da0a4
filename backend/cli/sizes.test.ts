import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCount, parseDuration, parseMiB, parseSize, sizeText } from './sizes.ts';

test.each([
  ['512M', 512 * 2 ** 20],
  ['64MiB', 64 * 2 ** 20],
  ['2G', 2 ** 31],
  ['1.5GB', 1.5 * 2 ** 30],
  ['1 t', 2 ** 40],
  ['4k', 4096],
  ['0M', 0],
])('%s is %d bytes', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', '512', 'M', '-1M', '1e3M', 'G2', '1..5G', './20G', '0x10M', '1.3K'])(
  '%j is no size',
  (text) => {
    expect(parseSize(text)).toBeNull();
  },
);

test('memory is whole MiB, and says what is wrong with it otherwise', () => {
  expect(parseMiB('2G', '--memory')).toBe(2048);
  expect(() => parseMiB('512', '--memory')).toThrow("--memory '512' is not a size");
  expect(() => parseMiB('1536K', '--memory')).toThrow('whole number of MiB');
});

test('times and counts', () => {
  expect(parseDuration('60s', 't')).toBe(60_000);
  expect(parseDuration('60', 't')).toBe(60_000);
  expect(parseDuration('500ms', 't')).toBe(500);
  expect(parseDuration('1.5m', 't')).toBe(90_000);
  for (const text of ['', '0', '-1s', '1d', 'soon'])
    expect(() => parseDuration(text, 't')).toThrow('is not a time');
  expect(parseCount('4', 'n')).toBe(4);
  for (const text of ['', '-1', '1.5', '0x2', '٤'])
    expect(() => parseCount(text, 'n')).toThrow('whole number');
});

test('any text is a size in bytes or null, and never throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^\d{1,20}(\.\d{1,9})?[KMGT](i?B)?$/)), (text) => {
      const bytes = parseSize(text);
      expect(bytes === null || (Number.isSafeInteger(bytes) && bytes >= 0)).toBe(true);
    }),
  );
});

test('sizes read well', () => {
  expect([0, 1023, 1536 * 2 ** 20, 2 ** 31, 10.4 * 2 ** 30].map(sizeText)).toEqual([
    '0 B',
    '1023 B',
    '1.5 GiB',
    '2 GiB',
    '10 GiB',
  ]);
});
