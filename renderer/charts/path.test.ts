import fc from 'fast-check';
import { expect, test } from 'vitest';
import { areaPath, linePath, type Sample } from './path.ts';

const frame = { until: 60_000, width: 60, height: 10, ceiling: 10, inset: 0 };

test('time runs from left to right, values from the floor up', () => {
  const samples: Sample[] = [
    { at: 0, value: 0 },
    { at: 30_000, value: 5 },
    { at: 60_000, value: 10 },
  ];
  expect(linePath(samples, frame)).toBe('M0.0 10.0L30.0 5.0L60.0 0.0');
  expect(areaPath(samples, frame)).toBe('M0.0 10.0L30.0 5.0L60.0 0.0L60.0 10.0L0.0 10.0Z');
});

test('a gap breaks the line; what is left of the edge is dropped but for one', () => {
  const samples: Sample[] = [
    { at: -20_000, value: 1 },
    { at: -10_000, value: 1 },
    { at: 10_000, value: 1 },
    { at: 20_000, value: null },
    { at: 30_000, value: 1 },
  ];
  expect(linePath(samples, frame)).toBe('M-10.0 9.0L10.0 9.0M30.0 9.0h1');
});

test('any samples give a path of finite numbers inside the frame', () => {
  const sample = fc.record({
    at: fc.integer({ min: 0, max: 60_000 }),
    value: fc.option(fc.double({ min: -1e12, max: 1e12, noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(sample), (samples) => {
      const sorted = samples.sort((a, b) => a.at - b.at);
      const path = linePath(sorted, frame) + areaPath(sorted, frame);
      expect(path).not.toMatch(/NaN|Infinity/);
      for (const [, y] of path.matchAll(/[ML][-\d.]+ ([-\d.]+)/g)) {
        expect(Number(y)).toBeGreaterThanOrEqual(0);
        expect(Number(y)).toBeLessThanOrEqual(10);
      }
    }),
  );
});
