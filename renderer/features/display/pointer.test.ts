import { expect, test } from 'vitest';
import { WheelNotches } from './pointer.ts';

test('a click of a mouse wheel is one notch, whatever the browser calls it', () => {
  for (const [delta, mode] of [
    [120, 0],
    [100, 0],
    [53, 0],
    [3, 1],
    [1, 2],
  ] as const) {
    expect(new WheelNotches().add(delta, mode)).toBe(1);
    expect(new WheelNotches().add(-delta, mode)).toBe(-1);
  }
});

test('a touch pad adds up to a notch; turning round starts anew', () => {
  const wheel = new WheelNotches();
  expect([20, 20, 20, 20].map((delta) => wheel.add(delta, 0))).toEqual([0, 0, 1, 0]);
  expect(wheel.add(-40, 0)).toBe(0);
  expect(wheel.add(-10, 0)).toBe(-1);
});
