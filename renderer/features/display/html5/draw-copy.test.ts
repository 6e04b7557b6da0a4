import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clipRectangles, intersect, tightRows } from './draw-copy.ts';

test('an intersection lies in both', () => {
  const rectangle = fc
    .tuple(fc.nat(100), fc.nat(100), fc.nat(50), fc.nat(50))
    .map(([left, top, width, height]) => ({ left, top, right: left + width, bottom: top + height }));
  fc.assert(
    fc.property(rectangle, rectangle, fc.nat(160), fc.nat(160), (a, b, x, y) => {
      const inside = (r: typeof a | null) =>
        r !== null && x >= r.left && x < r.right && y >= r.top && y < r.bottom;
      expect(inside(intersect(a, b))).toBe(inside(a) && inside(b));
    }),
  );
});

test('no clip means the whole box, an empty clip means nothing', () => {
  const box = { left: 1, top: 2, right: 3, bottom: 4 };
  expect(clipRectangles({ type: 0 }, box)).toEqual([box]);
  expect(clipRectangles({ type: 1, rects: { num_rects: 0 } }, box)).toEqual([]);
});

test('rows lose the gap between them, also when the last row has none', () => {
  const data = new Uint8Array([1, 2, 3, 4, 9, 9, 5, 6, 7, 8]).buffer;
  expect([...new Uint8Array(tightRows(data, 6, 4, 2))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
