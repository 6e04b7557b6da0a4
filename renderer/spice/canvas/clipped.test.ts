import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ROPD } from '../protocol/constants.ts';
import type { Rect } from '../protocol/geometry.ts';
import { type CompositeLayer, drawComposite } from './blend.ts';
import { drawCopy, drawFill, drawOpaque, drawRop3, drawTransparent, type Source } from './draw.ts';
import type { Mask, PixelFormat, Raster, Target } from './draw-types.ts';
import { storeRow } from './pixel-format.ts';
import { Surface } from './surface.ts';
import { drawText } from './text.ts';

/**
 * Images are converted as a whole where all of them is drawn, and else only what is read of them: the same pixels
 * have to come out. Each drawing is done with a clip list and without one, and compared where the list lets it draw.
 */

const width = 20;
const height = 14;
const surfaceFormats = ['x8r8g8b8', 'a8r8g8b8', 'x1r5g5b5', 'r5g6b5', 'a8', 'a1'] as const;
const edge = fc.integer({ min: -6, max: 26 });
const small = fc.integer({ min: 0, max: 4 });
const clip = fc.array(
  fc
    .tuple(edge, edge, small, small)
    .map(([left, top, w, h]) => ({ left, top, right: left + w, bottom: top + h })),
  { maxLength: 4 },
);

function noise(format: PixelFormat, size: { width: number; height: number }, from: number): Raster {
  const data = Uint32Array.from({ length: size.width * size.height }, (_, i) => {
    const word = Math.imul(i + from + 1, 0x9e3779b1);
    return word ^ (word >>> 15);
  });
  storeRow(format === 'x8r8g8b8' ? 'a8r8g8b8' : format, data, 0, data, 0, data.length);
  return { ...size, data, format, blankTop: format === 'x8r8g8b8' && from % 2 === 0 };
}

function picture(format: PixelFormat, from: number): Surface {
  const surface = new Surface(0, width, height, format, true);
  surface.data.set(noise(format, surface, from).data);
  return surface;
}

interface Inputs {
  readonly source: Source;
  readonly tile: Raster;
  readonly pos: { readonly x: number; readonly y: number };
  readonly code: number;
  readonly mask: Mask | null;
}

const scene = fc.record({
  format: fc.constantFrom(...surfaceFormats),
  imageFormat: fc.constantFrom(...surfaceFormats),
  /** The surface itself instead of an image, for the operations that read it as it was before. */
  itself: fc.boolean(),
  left: edge,
  top: edge,
  scaled: fc.boolean(),
  filter: fc.constantFrom('nearest' as const, 'bilinear' as const),
  clip,
  code: fc.integer({ min: 0, max: 255 }),
  masked: fc.boolean(),
  seed: fc.nat({ max: 1_000_000 }),
});

const box: Rect = { left: -2, top: -1, right: 18, bottom: 15 };

function check(draw: (surface: Surface, target: Target, inputs: Inputs) => void, itselfToo: boolean): void {
  fc.assert(
    fc.property(scene, (s) => {
      const drawn = (rects: readonly Rect[] | null): Uint32Array => {
        const surface = picture(s.format, s.seed);
        const image = noise(s.imageFormat, { width: 24, height: 17 }, s.seed * 3);
        const raster = s.itself && itselfToo ? surface : image;
        const [areaWidth, areaHeight] = s.scaled ? [31, 9] : [20, 16];
        const area = { left: 1, top: 1, right: 1 + areaWidth, bottom: 1 + areaHeight };
        const source = { raster, area, filter: s.filter };
        const bits = noise('a1', { width: 22, height: 18 }, s.seed * 5);
        const mask = s.masked ? { raster: bits, pos: { x: 1, y: 2 }, inverse: s.code > 99 } : null;
        const inputs = { source, tile: raster, pos: { x: s.left, y: s.top }, code: s.code, mask };
        draw(surface, { box, clip: rects }, inputs);
        return surface.data;
      };
      const whole = drawn(null);
      const isIn = (i: number, r: Rect): boolean => {
        const [x, y] = [i % width, Math.floor(i / width)];
        return x >= r.left && x < r.right && y >= r.top && y < r.bottom;
      };
      const wanted = picture(s.format, s.seed).data.map((word, i) =>
        s.clip.some((r) => isIn(i, r)) ? (whole[i] ?? 0) : word,
      );
      expect(drawn(s.clip)).toEqual(wanted);
    }),
    { numRuns: 300 },
  );
}

const rops = [ROPD.put, ROPD.xor, ROPD.and, ROPD.or | ROPD.inverseSource, ROPD.put | ROPD.inverseResult];
const ropOf = (code: number): number => rops[code % rops.length] ?? ROPD.put;

test('a copy', () => {
  check((surface, target, { source, code, mask }) => {
    drawCopy(surface, target, source, ropOf(code), mask);
  }, false);
});

test('a pattern', () => {
  check((surface, target, { tile, pos, code, mask }) => {
    drawFill(surface, target, { type: 'pattern', raster: tile, pos }, ropOf(code), mask);
  }, true);
});

test('a source under a pattern', () => {
  check((surface, target, { source, tile, pos, code, mask }) => {
    drawOpaque(surface, target, source, { type: 'pattern', raster: tile, pos }, ropOf(code), mask);
  }, false);
});

test('all but one colour', () => {
  check(
    (surface, target, { source, code }) => drawTransparent(surface, target, source, code * 0x10101),
    false,
  );
});

test('all but one colour of the surface itself, scaled', () => {
  check((surface, target, { source, code }) => {
    const area = { ...source.area, right: 9 };
    drawTransparent(surface, target, { ...source, area }, code * 0x10101);
  }, true);
});

test('a ternary operation', () => {
  check((surface, target, { source, tile, pos, code, mask }) => {
    drawRop3(surface, target, source, { type: 'pattern', raster: tile, pos }, code, mask);
  }, true);
});

const repeats = ['none', 'normal', 'pad', 'reflect'] as const;

for (const [numbers, operators] of [
  ['bytes', [1, 3, 5, 7, 9, 48]],
  ['single precision', [13, 24, 35, 53]],
] as const) {
  test(`a composition in ${numbers}`, () => {
    check((surface, target, { source, pos, code }) => {
      const layer = (turned: boolean): CompositeLayer => ({
        raster: source.raster,
        transform: turned ? { xx: 60_000, xy: -20_000, x0: 9000, yx: 15_000, yy: 80_000, y0: -7000 } : null,
        filter: source.filter,
        repeat: repeats[code % 4] ?? 'none',
        origin: pos,
      });
      drawComposite(surface, target, {
        operator: operators[code % operators.length] ?? 3,
        source: layer((code & 16) !== 0),
        sourceOpaque: (code & 32) !== 0,
        mask: (code & 64) === 0 ? null : layer((code & 128) !== 0),
        componentAlpha: (code & 8) !== 0,
      });
    }, true);
  });
}

test('text in a pattern', () => {
  check((surface, target, { tile, pos }) => {
    const data = Uint8Array.from({ length: 64 }, (_, i) => i * 37);
    const glyph = { renderPosition: { x: 1, y: 1 }, origin: pos, width: 8, height: 8, data };
    const brush = { type: 'pattern', raster: tile, pos } as const;
    const backArea = { left: 0, top: 0, right: 9, bottom: 9 };
    drawText(surface, target, {
      bits: 8,
      glyphs: [glyph],
      backArea,
      foreBrush: brush,
      backBrush: brush,
      foreMode: ROPD.put,
    });
  }, false);
});

/** A raster that counts how many of its words are read. */
function counting(raster: Raster): { readonly raster: Raster; reads: number } {
  const counted = { raster, reads: 0 };
  const data = new Proxy(raster.data, {
    get(words, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) counted.reads += 1;
      return Reflect.get(words, key, words) as unknown;
    },
  });
  return Object.assign(counted, { raster: { ...raster, data } });
}

const pixel: Target = { box: { left: 3, top: 3, right: 4, bottom: 4 }, clip: null };
const corners: Target = {
  box: { left: 0, top: 0, right: width, bottom: height },
  clip: [
    { left: 0, top: 0, right: 1, bottom: 1 },
    { left: width - 1, top: height - 1, right: width, bottom: height },
  ],
};

test('a drawing reads no more of an image than it draws, however large the image', () => {
  const layer = { transform: null, filter: 'nearest', repeat: 'none', origin: { x: 0, y: 0 } } as const;
  const brush = (raster: Raster) => ({ type: 'pattern', raster, pos: { x: 1, y: 2 } }) as const;
  const draws: ((surface: Surface, target: Target, raster: Raster, source: Source) => void)[] = [
    (surface, target, _raster, source) => drawCopy(surface, target, source, ROPD.xor, null),
    (surface, target, raster) => drawFill(surface, target, brush(raster), ROPD.put, null),
    (surface, target, _raster, source) => drawTransparent(surface, target, source, 0),
    (surface, target, raster, source) => drawRop3(surface, target, source, brush(raster), 0xca, null),
    (surface, target, raster) =>
      drawComposite(surface, target, {
        operator: 3,
        source: { ...layer, raster },
        sourceOpaque: false,
        mask: null,
        componentAlpha: false,
      }),
  ];
  for (const target of [pixel, corners]) {
    for (const format of ['x8r8g8b8', 'r5g6b5', 'a8'] as const) {
      for (const area of [target.box, { left: 0, top: 0, right: 150, bottom: 90 }]) {
        for (const draw of draws) {
          const counted = counting(noise('x8r8g8b8', { width: 200, height: 100 }, 2));
          const surface = picture(format, 1);
          draw(surface, target, counted.raster, { raster: counted.raster, area, filter: 'bilinear' });
          expect(counted.reads).toBeGreaterThan(0);
          expect(counted.reads).toBeLessThanOrEqual(2 * (4 + 1));
        }
      }
    }
  }
});

test('a pixel of a surface drawn onto itself costs no copy of the surface', () => {
  const surface = picture('a8r8g8b8', 1);
  const slice = vi.spyOn(surface.data, 'slice');
  const source = { raster: surface, area: pixel.box, filter: 'nearest' } as const;
  const brush = { type: 'pattern', raster: surface, pos: { x: 1, y: 2 } } as const;
  const layer = {
    raster: surface,
    transform: null,
    filter: 'nearest',
    repeat: 'none',
    origin: { x: 0, y: 0 },
  } as const;
  drawFill(surface, pixel, brush, ROPD.xor, null);
  drawRop3(surface, pixel, source, brush, 0xca, null);
  for (const operator of [3, 13]) {
    const rest = { sourceOpaque: false, mask: layer, componentAlpha: false };
    drawComposite(surface, pixel, { operator, source: layer, ...rest });
  }
  expect(slice).not.toHaveBeenCalled();
});
