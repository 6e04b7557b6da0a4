import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLz, encodeLzPalette } from './encoders/lz-encoder.ts';
import { decodeLz, type LzKind, lzHeaderBytes, lzMagic, lzVersion, readLzHeader } from './lz.ts';
import { expectContained, garbled, pictures } from './testing/garble.ts';
import { blank, vector, vectorHeight, vectorWidth } from './testing/vector.ts';
import {
  packRows,
  paletteIndex,
  vectorPalette,
  vectorPicture,
  withoutAlpha,
} from './testing/vector-picture.ts';

const colours = ['rgb16', 'rgb24', 'rgb32', 'rgba'] as const;
const palettes = ['plt1-le', 'plt1-be', 'plt4-le', 'plt4-be', 'plt8'] as const;
const kinds: readonly LzKind[] = [...palettes, ...colours, 'xxxa', 'a8'];
const picture = vectorPicture(vectorWidth, vectorHeight);
const background = 0x44332211;

function expected(pixels: typeof picture, kind: LzKind): Uint32Array {
  switch (kind) {
    case 'rgba':
      return pixels.data;
    case 'xxxa':
      return pixels.data.map((word) => ((word & 0xff000000) | (background & 0xffffff)) >>> 0);
    case 'a8':
      return pixels.data.map((word) => (word & 0xff000000) >>> 0);
    case 'rgb16':
    case 'rgb24':
    case 'rgb32':
      return withoutAlpha(pixels, kind === 'rgb16').data;
    default:
      return pixels.data.map((word) => paletteWord(paletteIndex(word, Number(kind[3]))));
  }
}

function paletteWord(index: number): number {
  const entry = vectorPalette[index] ?? 0;
  return (0xff000000 | ((entry & 255) << 16) | (entry & 0xff00) | (entry >>> 16)) >>> 0;
}

test.each(kinds)('decodes %s as spice-common encodes it', (kind) => {
  const target = blank();
  target.data.fill(background);
  decodeLz(vector(`lz ${kind}`), target, kind.startsWith('plt') ? vectorPalette : null);
  expect(target.data).toEqual(expected(picture, kind));
});

test.each([...colours, 'xxxa', 'a8'] as const)('what was encoded comes back, either way up: %s', (kind) => {
  fc.assert(
    fc.property(pictures(), fc.boolean(), (pixels, topDown) => {
      const target = blank(pixels.width, pixels.height);
      target.data.fill(background);
      decodeLz(encodeLz(pixels, kind, topDown), target);
      expect(target.data).toEqual(expected(pixels, kind));
    }),
    { numRuns: 60 },
  );
});

test.each(palettes)('what was encoded comes back: %s', (kind) => {
  fc.assert(
    fc.property(pictures(), (pixels) => {
      const target = blank(pixels.width, pixels.height);
      decodeLz(
        encodeLzPalette(packRows(pixels, kind), kind, pixels.width, pixels.height),
        target,
        vectorPalette,
      );
      expect(target.data).toEqual(expected(pixels, kind));
    }),
    { numRuns: 40 },
  );
});

test('long runs and far matches', () => {
  for (const [width, height] of [
    [1023, 300],
    [1, 2000],
    [2000, 1],
  ] as const) {
    const pixels = vectorPicture(width, height);
    for (const kind of colours) {
      const target = blank(width, height);
      decodeLz(encodeLz(pixels, kind), target);
      expect(target.data).toEqual(expected(pixels, kind));
    }
  }
});

/** What a stream does: a match when there are as many units before it, literals otherwise. */
interface Step {
  readonly distance: number;
  readonly length: number;
  readonly value: number;
}

const steps = fc.array(
  fc.record({
    distance: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12_000 })),
    length: fc.oneof(fc.integer({ min: 4, max: 40 }), fc.integer({ min: 4, max: 900 })),
    value: fc.nat({ max: 0xffffff }),
  }),
  { minLength: 20, maxLength: 120 },
);

/** The bytes of a stream that fills so many units, and the units; literals in the end, as encoders of SPICE have them. */
function stream(
  taken: readonly Step[],
  size: number,
  unitBytes: 1 | 3,
): { bytes: number[]; units: number[] } {
  const bytes: number[] = [];
  const units: number[] = [];
  const literals = (count: number, value: number) => {
    bytes.push(count - 1);
    for (let index = 0; index < count; index++) {
      const unit = unitBytes === 1 ? (value + (index >> 3)) & 255 : (value + index * 0x10203) & 0xffffff;
      units.push(unit);
      for (let byte = unitBytes - 1; byte >= 0; byte--) bytes.push((unit >>> (byte * 8)) & 255);
    }
  };
  for (const { distance, length, value } of taken) {
    const count = Math.min(length, size - units.length - 3);
    if (count < 4) break;
    if (distance === 0 || distance > units.length) {
      literals(Math.min(32, count), value);
      continue;
    }
    const far = distance > 8191;
    const told = unitBytes === 1 ? count - 2 : count;
    bytes.push((Math.min(told, 7) << 5) | (far ? 31 : (distance - 1) >> 8));
    let rest = told - 7;
    for (; rest >= 255; rest -= 255) bytes.push(255);
    if (rest >= 0) bytes.push(rest);
    bytes.push(far ? 255 : (distance - 1) & 255);
    if (far) bytes.push((distance - 8192) >> 8, (distance - 8192) & 255);
    for (let index = 0; index < count; index++) units.push(units[units.length - distance] ?? 0);
  }
  while (units.length < size) literals(Math.min(32, size - units.length), units.at(-1) ?? 0);
  return { bytes, units };
}

/** An image of streams; kinds by number: 5 is plt8, 8 and more have four bytes a pixel. */
function imageOf(kind: number, width: number, height: number, ...streams: number[][]): Uint8Array {
  const bytes = Uint8Array.from([...new Array(lzHeaderBytes).fill(0), ...streams.flat()]);
  const view = new DataView(bytes.buffer);
  const stride = kind === 5 ? width : width * 4;
  for (const [index, word] of [lzMagic, lzVersion, kind, width, height, stride, 1].entries())
    view.setUint32(index * 4, word);
  return bytes;
}

test('matches of every length and distance, of colours and of alpha', () => {
  const [width, height] = [131, 127];
  fc.assert(
    fc.property(steps, steps, (colourSteps, alphaSteps) => {
      const colours = stream(colourSteps, width * height, 3);
      const alpha = stream(alphaSteps, width * height, 1);
      const image = (kind: number, ...streams: number[][]) => imageOf(kind, width, height, ...streams);
      const target = blank(width, height);
      decodeLz(image(9, colours.bytes, alpha.bytes), target);
      expect(target.data.every((word, at) => word === pixel(colours.units[at], alpha.units[at]))).toBe(true);
      decodeLz(image(8, colours.bytes), target);
      expect(target.data.every((word, at) => word === pixel(colours.units[at], 255))).toBe(true);
      decodeLz(image(10, alpha.bytes), target);
      expect(target.data.every((word, at) => word === pixel(colours.units[at], alpha.units[at]))).toBe(true);
      decodeLz(image(5, alpha.bytes), target, greys);
      expect(target.data.every((word, at) => word === paletteGrey(alpha.units[at]))).toBe(true);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

const greys = Uint32Array.from({ length: 256 }, (_, level) => level * 0x010101);

function paletteGrey(level = 0): number {
  return (0xff000000 | (level * 0x010101)) >>> 0;
}

/** Blue on top in the units, as it is the first on the wire; in pixels too. */
function pixel(colour = 0, alpha = 0): number {
  return ((alpha << 24) | colour) >>> 0;
}

test.each([
  ['none', () => 0],
  ['full', () => 255],
  ['one level', () => 77],
  ['another in the last pixel', (at: number) => (at === 2999 ? 9 : 255)],
  ['another in the first pixel', (at: number) => (at === 0 ? 9 : 0)],
  ['another in the second half', (at: number) => (at < 1500 ? 255 : 0)],
])('alpha: %s', (_, level) => {
  const [width, height] = [60, 50];
  const data = vectorPicture(width, height).data.map(
    (word, at) => ((word & 0xffffff) | (level(at) << 24)) >>> 0,
  );
  const target = blank(width, height);
  decodeLz(encodeLz({ width, height, data }, 'rgba'), target);
  expect(target.data).toEqual(data);
});

test('a match of alpha reaches back to where it was the usual one', () => {
  const black = [0, 0, 0, 0, 0xe0, 99 - 7, 0];
  const levels = (...literals: number[]) => [literals.length - 1, ...literals];
  const target = blank(100, 1);
  decodeLz(
    imageOf(9, 100, 1, black, levels(7, 8), [0xe0, 90 - 9, 1], levels(9, 9, 9, 9, 9, 9, 9, 7)),
    target,
  );
  const alpha = [
    levels(255),
    [0xe0, 60 - 9, 0],
    levels(9),
    [0xe0, 30 - 9, 39],
    levels(...new Array(8).fill(255)),
  ];
  decodeLz(imageOf(9, 100, 1, black, ...alpha), target);
  expect([...target.data].map((word) => word >>> 24)).toEqual(
    Array.from({ length: 100 }, (_, at) => (at === 61 ? 9 : 255)),
  );
});

test('literals beyond the image are refused', () => {
  const white = (count: number, unitBytes: number) => [
    ...Array.from({ length: 99 }, () => new Array(unitBytes * 2 + 1).fill(255).with(0, 1)).flat(),
    ...new Array(count * unitBytes + 1).fill(255).with(0, count - 1),
  ];
  const target = blank(200, 1);
  decodeLz(imageOf(9, 200, 1, white(2, 3), white(2, 1)), target);
  for (const bytes of [
    imageOf(8, 200, 1, white(3, 3)),
    imageOf(8, 200, 1, white(3, 3), new Array(99).fill(0)),
    imageOf(9, 200, 1, white(2, 3), white(3, 1)),
    imageOf(9, 200, 1, white(2, 3), white(3, 1), new Array(99).fill(0)),
    imageOf(5, 200, 1, white(3, 1)),
    imageOf(5, 200, 1, white(3, 1), new Array(99).fill(0)),
  ])
    expect(() => decodeLz(bytes, target, greys)).toThrow('beyond the image');
});

test.each([...colours, 'xxxa', 'a8'] as const)(
  'garbled data of a larger picture stay within the target: %s',
  (kind) => {
    const valid = encodeLz(vectorPicture(150, 90), kind);
    fc.assert(
      fc.property(garbled(valid, lzHeaderBytes), (bytes) => {
        expectContained(150, 90, (target) => decodeLz(bytes, target));
      }),
      { numRuns: 60 },
    );
  },
);

test('palette indices wrap as in spice-gtk', () => {
  const target = blank(4, 1);
  const rows = Uint8Array.of(0x01, 0x2f);
  decodeLz(encodeLzPalette(rows, 'plt4-be', 4, 1), target, Uint32Array.of(0x112233, 0x445566, 0x778899));
  expect([...target.data]).toEqual([0xff332211, 0xff665544, 0xff998877, 0xff332211]);
  expect(() => decodeLz(encodeLzPalette(rows, 'plt4-be', 4, 1), target)).toThrow('palette is missing');
});

test.each(kinds)('garbled data stay within the target: %s', (kind) => {
  const valid = vector(`lz ${kind}`);
  fc.assert(
    fc.property(garbled(valid, lzHeaderBytes), (bytes) => {
      expectContained(vectorWidth, vectorHeight, (target) => decodeLz(bytes, target, vectorPalette));
    }),
    { numRuns: 300 },
  );
});

test('any bytes behind a header stay within the target', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 200 }), (kind, rest) => {
      const bytes = new Uint8Array(lzHeaderBytes + rest.length);
      bytes.set(vector(`lz ${kind}`).subarray(0, lzHeaderBytes));
      bytes.set(rest, lzHeaderBytes);
      expectContained(vectorWidth, vectorHeight, (target) => decodeLz(bytes, target, vectorPalette));
    }),
    { numRuns: 1000 },
  );
});

test('headers are checked', () => {
  const header = (...words: number[]) => {
    const bytes = new Uint8Array(lzHeaderBytes + 40);
    const view = new DataView(bytes.buffer);
    for (const [index, word] of words.entries()) view.setUint32(index * 4, word);
    return bytes;
  };
  const start = [0x20205a4c, 0x00010001];
  expect(readLzHeader(header(...start, 8, 7, 5, 28, 1))).toEqual({
    kind: 'rgb32',
    width: 7,
    height: 5,
    stride: 28,
    topDown: true,
  });
  expect(() => readLzHeader(new Uint8Array(27))).toThrow('end before the header');
  expect(() => readLzHeader(header(1, 0x00010001, 8, 7, 5, 28, 1))).toThrow('not LZ');
  expect(() => readLzHeader(header(...start, 12, 7, 5, 28, 1))).toThrow('no image kind 12');
  expect(() => readLzHeader(header(...start, 8, 7, 5, 29, 1))).toThrow('rows of 29 bytes');
  expect(() => readLzHeader(header(...start, 8, 7, 0, 28, 1))).toThrow('out of bounds');
  expect(() => readLzHeader(header(...start, 8, 4096, 4096, 16_384, 1))).toThrow('cannot hold');
});
