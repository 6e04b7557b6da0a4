import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLz, encodeLzPalette } from './encoders/lz-encoder.ts';
import { decodeLz, type LzKind, lzHeaderBytes, readLzHeader } from './lz.ts';
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
