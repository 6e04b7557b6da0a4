import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFlat } from './curve.ts';

/** In whole numbers of any size, as the reference client has them. */
function isFlatExactly(curve: readonly number[]): boolean {
  const [x0 = 0n, y0 = 0n, x1 = 0n, y1 = 0n, x2 = 0n, y2 = 0n, x3 = 0n, y3 = 0n] = curve.map(BigInt);
  const dot = (ax: bigint, ay: bigint, bx: bigint, by: bigint): bigint => (ax * bx + ay * by) >> 4n;
  const chord = dot(x3 - x0, y3 - y0, x3 - x0, y3 - y0);
  const first = dot(x1 - x0, y1 - y0, x1 - x0, y1 - y0);
  const second = dot(x2 - x3, y2 - y3, x2 - x3, y2 - y3);
  const along = dot(x1 - x0, y1 - y0, x3 - x0, y3 - y0);
  const back = dot(x2 - x3, y2 - y3, x0 - x3, y0 - y3);
  return (first * chord - along * along) >> 3n < chord && (second * chord - back * back) >> 3n < chord;
}

test('a curve is as flat in floating point as in whole numbers, of any size', () => {
  // Products of these are cut off in a double, to the other side of the limit.
  const ties = [
    [13357579, 21248674, -13104077, -10209759, 2618165, 8481305, -30411469, -30785338],
    [3684770, -29613362, -19431910, 12041909, 3102726, -28564522, -25272732, 22566806],
  ];
  for (const curve of ties) expect(isFlat(curve)).toBe(isFlatExactly(curve));
  for (const bits of [6, 10, 14, 18, 22, 26, 27, 31]) {
    const at = fc.integer({ min: -(2 ** bits), max: 2 ** bits - 1 });
    const anywhere = fc.array(at, { minLength: 8, maxLength: 8 });
    fc.assert(fc.property(anywhere, (curve) => isFlat(curve) === isFlatExactly(curve)));
    // Control points within a pixel or so of the chord, where it can be either.
    const near = fc.tuple(at, at, at, at, fc.array(fc.integer({ min: -16, max: 16 }), { minLength: 4 }));
    fc.assert(
      fc.property(near, fc.double({ min: 0, max: 1, noNaN: true }), ([x0, y0, x3, y3, off], t) => {
        const along = (from: number, to: number, i: number): number =>
          Math.round(from + (to - from) * t) + (off[i] ?? 0);
        const [x1, y1] = [along(x0, x3, 0), along(y0, y3, 1)];
        const [x2, y2] = [along(x3, x0, 2), along(y3, y0, 3)];
        const curve = [x0, y0, x1, y1, x2, y2, x3, y3];
        return isFlat(curve) === isFlatExactly(curve);
      }),
      { numRuns: 400 },
    );
  }
});
