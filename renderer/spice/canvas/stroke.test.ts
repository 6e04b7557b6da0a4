import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINE_FLAG, PATH_FLAG, ROPD } from '../protocol/constants.ts';
import type { PathSegment } from '../protocol/draw.ts';
import type { Rect } from '../protocol/geometry.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { walkLine } from './line.ts';
import { drawStroke } from './stroke.ts';
import { Surface } from './surface.ts';

const solid = { flags: 0, style: null };
const white = { type: 'solid', color: 0xffffff } as const;

function surfaceOf(width: number, height: number): Surface {
  return new Surface(0, width, height, 'x8r8g8b8', true);
}

function path(flags: number, ...points: number[]): PathSegment {
  return { flags: PATH_FLAG.begin | flags, points: Int32Array.from(points, (value) => value * 16) };
}

function rows(surface: Surface): string[] {
  return Array.from({ length: surface.height }, (_, y) =>
    [...surface.data.subarray(y * surface.width, (y + 1) * surface.width)]
      .map((w) => (w === 0 ? '.' : '#'))
      .join(''),
  );
}

function stroke(
  surface: Surface,
  segments: readonly PathSegment[],
  line = solid as Parameters<typeof drawStroke>[3],
): void {
  const box = { left: -1000, top: -1000, right: 1000, bottom: 1000 };
  drawStroke(surface, { box, clip: null }, segments, line, white, ROPD.xor);
}

test('a line leaves its last point out; a closed path draws every corner once', () => {
  const surface = surfaceOf(6, 3);
  stroke(surface, [path(0, 0, 0, 4, 0)]);
  expect(rows(surface)).toEqual(['####..', '......', '......']);
  const closed = surfaceOf(4, 3);
  stroke(closed, [path(PATH_FLAG.end | PATH_FLAG.close, 0, 0, 3, 0, 3, 2, 0, 2)]);
  expect(rows(closed)).toEqual(['####', '#..#', '####']);
});

test('dashes and gaps alternate; a list may start with a gap', () => {
  const style = Int32Array.of(3 * 16, 2 * 16);
  const surface = surfaceOf(12, 1);
  stroke(surface, [path(0, 0, 0, 11, 0)], { flags: LINE_FLAG.styled, style });
  expect(rows(surface)).toEqual(['###..###..#.']);
});

test('cutting a line to the surface changes none of its pixels', () => {
  const far = fc.integer({ min: -60, max: 80 });
  fc.assert(
    fc.property(far, far, far, far, (x1, y1, x2, y2) => {
      const pixels = (width: number, height: number, dx: number, dy: number): Set<string> => {
        const seen = new Set<string>();
        walkLine(x1 + dx, y1 + dy, x2 + dx, y2 + dy, width, height, (x, y, count) => {
          for (let i = 0; i < count; i++) seen.add(`${x + i - dx},${y - dy}`);
        });
        return seen;
      };
      const whole = pixels(300, 300, 100, 100);
      const inside = [...whole].filter((key) => {
        const [x = 0, y = 0] = key.split(',').map(Number);
        return x >= 0 && x < 20 && y >= 0 && y < 15;
      });
      expect(whole.size).toBe(Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1)));
      expect(pixels(20, 15, 0, 0)).toEqual(new Set(inside));
    }),
  );
});

test('lines of any length, in any style, cost no more than the surface', () => {
  const most = 2 ** 27 - 1;
  const surface = surfaceOf(50, 40);
  const box = { left: 0, top: 0, right: 50, bottom: 40 };
  const points = Int32Array.from([-most, -most, most, most, -most, 20, most, 21], (value) => value * 16);
  for (const style of [null, Int32Array.of(16, 16), Int32Array.of(0, 0)]) {
    const line = { flags: style === null ? 0 : LINE_FLAG.styled, style };
    const started = performance.now();
    drawStroke(surface, { box, clip: null }, [{ flags: PATH_FLAG.begin, points }], line, white, ROPD.put);
    expect(performance.now() - started).toBeLessThan(2000);
  }
  expect(rows(surface)[7]?.[7]).toBe('#');
});

test('a curve needs its points', () => {
  const surface = surfaceOf(5, 5);
  const flags = PATH_FLAG.begin | PATH_FLAG.bezier;
  expect(() => stroke(surface, [{ flags, points: new Int32Array(6) }])).toThrow(ProtocolError);
  stroke(surface, [{ flags, points: Int32Array.from([0, 0, 0, 64, 64, 64, 64, 0]) }]);
  expect(rows(surface).join('')).toContain('#');
});

const most = 0x7ffffff0;

/** A path of wild curves, 48 bytes each, that leave every surface far behind. */
function wildCurves(count: number): PathSegment[] {
  const points = [0, 0];
  for (let i = 0; i < count; i++) {
    const end = i % 2 === 0 ? most : 0;
    points.push(most, -most, -most, most, end, end);
  }
  return [{ flags: PATH_FLAG.begin | PATH_FLAG.bezier, points: Int32Array.from(points) }];
}

test('curves cost the pieces that are seen; with dashes, which count the unseen too, a path has only so many', () => {
  const dashed = { flags: LINE_FLAG.styled, style: Int32Array.of(160, 160) };
  const surface = surfaceOf(50, 40);
  stroke(surface, wildCurves(2000));
  expect(() => stroke(surface, wildCurves(40), dashed)).toThrow(/too many points/);
});

test('leaving out the unseen pieces of a curve changes no pixel', () => {
  const coordinate = fc.integer({ min: -3000, max: 4000 });
  fc.assert(
    fc.property(
      fc.array(coordinate, { minLength: 14, maxLength: 14 }),
      fc.integer({ min: 0, max: 40 }),
      (points, at) => {
        const draw = (clip: Rect[] | null): Uint32Array => {
          const surface = surfaceOf(60, 50);
          const box = { left: 0, top: 0, right: 60, bottom: 50 };
          const segment = { flags: PATH_FLAG.begin | PATH_FLAG.bezier, points: Int32Array.from(points) };
          drawStroke(surface, { box, clip }, [segment], solid, white, ROPD.xor);
          return surface.data;
        };
        const window = { left: at, top: at, right: at + 9, bottom: at + 6 };
        const inWindow = (i: number): boolean => {
          const [x, y] = [i % 60, Math.floor(i / 60)];
          return x >= window.left && x < window.right && y >= window.top && y < window.bottom;
        };
        expect(draw([window])).toEqual(draw(null).map((word, i) => (inWindow(i) ? word : 0)));
      },
    ),
    { numRuns: 500 },
  );
});
