import { expect, test } from 'vitest';
import { guestSizeFor } from './guest-size.ts';

test('a guest pixel for each of the display’s, in widths that guests can make', () => {
  expect(guestSizeFor({ width: 1003, height: 701 }, 1, 'sharp')).toEqual({ width: 1000, height: 701 });
  expect(guestSizeFor({ width: 1000, height: 700 }, 1.5, 'sharp')).toEqual({ width: 1496, height: 1050 });
  expect(guestSizeFor({ width: 1000, height: 700 }, 2, 'large')).toEqual({ width: 1000, height: 700 });
  expect(guestSizeFor({ width: 1000, height: 700 }, 1.5, 'large')).toEqual({ width: 1496, height: 1050 });
});

test('never too small to be used, never too large for Xorg, nothing for what does not show', () => {
  expect(guestSizeFor({ width: 200, height: 100 }, 1, 'sharp')).toEqual({ width: 640, height: 480 });
  expect(guestSizeFor({ width: 9000, height: 9000 }, 2, 'sharp')).toEqual({ width: 8192, height: 8192 });
  expect(guestSizeFor({ width: 0, height: 700 }, 1, 'sharp')).toBeNull();
});
