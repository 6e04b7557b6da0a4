import { expect, test } from 'vitest';
import { fitBounds } from './fit-bounds.ts';

const left = { x: 0, y: 0, width: 1920, height: 1040 };
const right = { x: 1920, y: 0, width: 2560, height: 1400 };

test('the first window is of a comfortable size, or as small as the screen', () => {
  expect(fitBounds(null, [left])).toEqual({ width: 1280, height: 840 });
  expect(fitBounds(null, [{ x: 0, y: 0, width: 1024, height: 700 }])).toEqual({ width: 1024, height: 700 });
});

test('it comes back where it was', () => {
  const there = { x: 2000, y: 40, width: 1500, height: 1000 };
  expect(fitBounds(there, [left, right])).toEqual(there);
});

test('a screen that is gone, or a window that was dragged out, brings it to the middle', () => {
  expect(fitBounds({ x: 2000, y: 40, width: 1500, height: 1000 }, [left])).toEqual({
    width: 1500,
    height: 1000,
  });
  expect(fitBounds({ x: 100, y: -500, width: 1000, height: 700 }, [left])).toEqual({
    width: 1000,
    height: 700,
  });
});

test('it is never below its least size nor larger than its screen', () => {
  expect(fitBounds({ x: 10, y: 10, width: 5, height: 5 }, [left])).toEqual({ width: 900, height: 600 });
  expect(fitBounds({ x: 10, y: 10, width: 9999, height: 9999 }, [left])).toMatchObject({
    width: 1920,
    height: 1040,
  });
});
