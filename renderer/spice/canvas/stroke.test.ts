import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINE_FLAG, PATH_FLAG, ROPD } from '../protocol/constants.ts';
import type { PathSegment } from '../protocol/draw.ts';
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
