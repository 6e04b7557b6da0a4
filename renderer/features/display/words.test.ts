import { expect, test } from 'vitest';
import { words } from './words.ts';

test('times that are all alike are said once', () => {
  expect(words.times(74.2, 74.2)).toBe('74 ms');
  expect(words.times(0.41, 0.44)).toBe('0.4 ms');
  expect(words.times(1.1, 3.8)).toBe('1.1 ms, nearly all by 3.8 ms');
});
