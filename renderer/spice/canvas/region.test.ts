import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rect } from '../protocol/geometry.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { areaOf, boundsOf, boxFrom, clipRegion, intersect, paintRegion, type Region } from './region.ts';

const width = 24;
const height = 18;
const edge = fc.integer({ min: -8, max: 30 });
const rect = fc.record({ left: edge, top: edge, right: edge, bottom: edge });

/** How often each pixel is painted. */
function counts(region: Region): number[] {
  const painted = Array.from({ length: width * height }, () => 0);
  paintRegion(region, {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        for (let x = x1; x < x2; x++) painted[y * width + x] = (painted[y * width + x] ?? 0) + 1;
      }
    },
  });
  return painted;
}

test('every pixel of the box that is in the clip list is painted once, and no other', () => {
  fc.assert(
    fc.property(rect, fc.option(fc.array(rect, { maxLength: 12 })), (box, clip) => {
      const isIn = (r: typeof box, x: number, y: number): boolean =>
        x >= r.left && x < r.right && y >= r.top && y < r.bottom;
      const wanted = Array.from({ length: width * height }, (_, i) => {
        const x = i % width;
        const y = Math.floor(i / width);
        return isIn(box, x, y) && (clip === null || clip.some((r) => isIn(r, x, y))) ? 1 : 0;
      });
      expect(counts(clipRegion(box, clip, width, height))).toEqual(wanted);
    }),
  );
});

test('boxes come in bands from the top and from the left, without two bands that could be one', () => {
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 12 }), (clip) => {
      const region = clipRegion({ left: 0, top: 0, right: width, bottom: height }, clip, width, height);
      for (let i = 4; i < region.count * 4; i += 4) {
        const [, y1 = 0, x2 = 0, y2 = 0] = region.boxes.subarray(i - 4, i);
        const [left = 0, top = 0, , bottom = 0] = region.boxes.subarray(i, i + 4);
        if (top === y1) expect([left > x2, bottom]).toEqual([true, y2]);
        else expect(top).toBeGreaterThanOrEqual(y2);
      }
    }),
  );
});

test('intersecting cuts the boxes', () => {
  const region = clipRegion({ left: 0, top: 0, right: 10, bottom: 10 }, null, width, height);
  const cut = intersect(region, 5, -3, 40, 4);
  expect([...cut.boxes]).toEqual([5, 0, 10, 4]);
  expect(intersect(region, 10, 0, 20, 20).count).toBe(0);
});

test('the bounds are the smallest rectangle around all boxes', () => {
  const clip = [
    { left: 3, top: 2, right: 5, bottom: 4 },
    { left: 1, top: 6, right: 9, bottom: 7 },
  ];
  const region = clipRegion({ left: 0, top: 0, right: width, bottom: height }, clip, width, height);
  expect(boundsOf(region)).toEqual({ left: 1, top: 2, right: 9, bottom: 7 });
});

test('the first box from a pixel on holds it, or is the next to its right or below; the area counts all pixels', () => {
  fc.assert(
    fc.property(fc.array(rect, { maxLength: 12 }), edge, edge, (clip, x, y) => {
      const region = clipRegion({ left: 0, top: 0, right: width, bottom: height }, clip, width, height);
      expect(areaOf(region)).toBe(counts(region).reduce((sum, count) => sum + count, 0));
      const boxes = Array.from({ length: region.count }, (_, i) => [
        ...region.boxes.subarray(i * 4, i * 4 + 4),
      ]);
      const wanted = boxes.findIndex(
        ([, top = 0, right = 0, bottom = 0]) => top > y || (bottom > y && right > x),
      );
      expect(boxFrom(region, x, y)).toBe((wanted < 0 ? region.count : wanted) * 4);
    }),
  );
});

const screen = { left: 0, top: 0, right: 16_000, bottom: 16_000 };

function cut(clip: readonly Rect[]): Region {
  return clipRegion(screen, clip, screen.right, screen.bottom);
}

/** Rectangles that all go on to the bottom, each beginning a row lower and to the right of the one before. */
function stairs(steps: number): Rect[] {
  return Array.from({ length: steps }, (_, i) => ({ left: 2 * i, top: i, right: 2 * i + 1, bottom: steps }));
}

test('a clip list whose bands would never end is refused', () => {
  const clip = Array.from({ length: 16_000 }, (_, i) => ({
    left: 0,
    top: i % 8000,
    right: 5,
    bottom: 16_000 - (i % 7999),
  }));
  expect(() => cut(clip)).toThrow(/too complex/);
});

test('a few rectangles cannot become millions', () => {
  expect(cut(stairs(900)).count).toBe((900 * 901) / 2);
  expect(() => cut(stairs(1000))).toThrow(ProtocolError);
  const same = Array.from({ length: 500_001 }, () => ({ left: 1, top: 1, right: 2, bottom: 2 }));
  expect(() => cut(same)).toThrow(ProtocolError);
});

test('a round window of 4,096 rows, in any order, and a desktop of many pieces are far from the limit', () => {
  const round = Array.from({ length: 4096 }, (_, y) => {
    const half = Math.sqrt(2048.5 ** 2 - (y - 2047.5) ** 2);
    return {
      left: Math.round(2048 - half) * 2 + (y & 1),
      top: y,
      right: Math.round(2048 + half) * 2,
      bottom: y + 1,
    };
  });
  expect(cut(round).count).toBe(4096);
  expect(cut(round.toReversed())).toEqual(cut(round));
  const pieces = Array.from({ length: 40_000 }, (_, i) => {
    const [left, top] = [(i % 200) * 10, Math.floor(i / 200) * 10];
    return { left, top, right: left + 7, bottom: top + 7 };
  });
  expect(cut(pieces).count).toBe(40_000);
});
