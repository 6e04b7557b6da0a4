import { expect, test } from 'vitest';
import { shrink } from './shrink.ts';

/** Rows of R values; G is twice, B thrice as much. */
function screen(...rows: number[][]) {
  const words = Uint32Array.from(
    rows.flat(),
    (red) => 0xff000000 | ((red * 3) << 16) | ((red * 2) << 8) | red,
  );
  return { words, width: rows[0]?.length ?? 0, height: rows.length };
}

const reds = ({ rgb }: { rgb: Uint8Array }) => [...rgb].filter((_value, index) => index % 3 === 0);

test('a screen that is narrow enough stays as it is', () => {
  const same = shrink(screen([1, 2], [3, 4]), 5);
  expect(same).toEqual({ rgb: Uint8Array.of(1, 2, 3, 2, 4, 6, 3, 6, 9, 4, 8, 12), width: 2, height: 2 });
  expect(shrink(screen([1, 2]))).toMatchObject({ width: 2, height: 1 });
});

test('a new pixel is the mean of those it stands for, each of which counts once', () => {
  expect(shrink(screen([0, 10, 20, 30], [40, 50, 60, 70]), 2)).toEqual({
    rgb: Uint8Array.of(25, 50, 75, 45, 90, 135),
    width: 2,
    height: 1,
  });
  expect(reds(shrink(screen([1, 2, 3, 4, 5]), 2))).toEqual([2, 4]);
});

test('what is very wide keeps a row', () => {
  expect(shrink(screen(new Array<number>(64).fill(7)), 16)).toMatchObject({ width: 16, height: 1 });
});
