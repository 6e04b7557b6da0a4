import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isMoving, sliderStep } from './balloon-target.ts';

test('the step lands on both ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 4096 }), fc.integer({ min: 0, max: 1 << 20 }), (floor, span) => {
      expect(span % sliderStep(floor, floor + span)).toBe(0);
    }),
  );
  expect(sliderStep(64, 512)).toBe(8);
  expect(sliderStep(512, 8192)).toBe(64);
  expect(sliderStep(100, 101)).toBe(1);
});

test('a balloon within a page of its target has arrived', () => {
  expect(isMoving(256, 256)).toBe(false);
  expect(isMoving(256, 257)).toBe(false);
  expect(isMoving(256, 300)).toBe(true);
  expect(isMoving(null, 300)).toBe(false);
});
