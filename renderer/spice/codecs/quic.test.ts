import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeQuic } from './encoders/quic-encoder.ts';
import { decodeQuic } from './quic.ts';
import { type QuicKind, quicHeaderBytes, readQuicHeader } from './quic-header.ts';
import { expectContained, garbled, pictures } from './testing/garble.ts';
import { blank, vector, vectorHeight, vectorWidth } from './testing/vector.ts';
import { vectorPicture, withoutAlpha } from './testing/vector-picture.ts';

const kinds: readonly QuicKind[] = ['gray', 'rgb16', 'rgb24', 'rgb32', 'rgba'];
const picture = vectorPicture(vectorWidth, vectorHeight);

function expected(pixels: typeof picture, kind: QuicKind): Uint32Array {
  if (kind === 'rgba') return pixels.data;
  if (kind === 'gray') return pixels.data.map((word) => (0xff000000 | ((word & 255) * 0x010101)) >>> 0);
  return withoutAlpha(pixels, kind === 'rgb16').data;
}

test.each(kinds)('decodes %s as spice-common encodes it', (kind) => {
  const target = blank();
  decodeQuic(vector(`quic ${kind}`), target);
  expect(target.data).toEqual(expected(picture, kind));
});

test.each(kinds)('our encoder writes the very bytes of spice-common: %s', (kind) => {
  expect(encodeQuic(picture, kind)).toEqual(vector(`quic ${kind}`));
});

test.each(kinds)('what was encoded comes back: %s', (kind) => {
  fc.assert(
    fc.property(pictures(), (pixels) => {
      const target = blank(pixels.width, pixels.height);
      decodeQuic(encodeQuic(pixels, kind), target);
      expect(target.data).toEqual(expected(pixels, kind));
    }),
    { numRuns: 60 },
  );
});

test.each([
  [1, 1],
  [1, 700],
  [700, 1],
  [2, 3],
  [3, 400],
  [1023, 9],
  // Past 6 × 2048 samples, where the wait mask stops growing, within a row and over many.
  [16_384, 2],
  [150, 150],
])('decodes %i × %i', (width, height) => {
  const pixels = vectorPicture(width, height);
  for (const kind of kinds) {
    const target = blank(width, height);
    decodeQuic(encodeQuic(pixels, kind), target);
    expect(target.data).toEqual(expected(pixels, kind));
  }
});

test.each([
  [16_384, 14],
  [600, 500],
])('decodes a stream longer than what the decoder has of it at a time: %i × %i', (width, height) => {
  const data = Uint32Array.from({ length: width * height }, (_, at) => {
    const mixed = Math.imul(at ^ (at >>> 9), 0x9e3779b1);
    return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b) >>> 0;
  });
  const pixels = { width, height, data };
  const bytes = encodeQuic(pixels, 'rgba');
  expect(bytes.length).toBeGreaterThan(800_000);
  const target = blank(width, height);
  decodeQuic(bytes, target);
  expect(target.data.findIndex((word, at) => word !== data[at])).toBe(-1);
  expect(() => decodeQuic(bytes.subarray(0, 700_000), target)).toThrow('quic: the data end in row');
});

test('alpha that changes slowly comes back, with its empty runs', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 9 }),
      fc.nat(),
      (width, step, seed) => {
        const height = 40;
        const data = Uint32Array.from({ length: width * height }, (_, at) => {
          const [x, y] = [at % width, Math.floor(at / width)];
          // Now and then a leap: a long codeword behind an empty run.
          const leap = Math.imul(at + seed, 0x9e3779b1) >>> 24 < 6 ? 0x7b : 0;
          return (((((x + y) / step) & 255) ^ leap) << 24) >>> 0;
        });
        const target = blank(width, height);
        decodeQuic(encodeQuic({ width, height, data }, 'rgba'), target);
        expect(target.data).toEqual(data);
      },
    ),
    { numRuns: 60 },
  );
});

test.each(kinds)('what leaps among few values comes back, in runs of any length: %s', (kind) => {
  const values = [0xfff4f4f4, 0x00202020, 0x80b07040, 0xff0000ff];
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 2, max: 40 }),
      fc.nat(),
      (width, every, seed) => {
        const height = 12;
        const data = new Uint32Array(width * height);
        let [mixed, value] = [seed | 1, 0];
        for (let at = 0; at < data.length; at++) {
          mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
          if ((mixed >>> 8) % every === 0) value = values[(mixed >>> 4) & 3] ?? 0;
          // As often as not, what stands above.
          data[at] = at >= width && mixed < 0 ? (data[at - width] ?? 0) : value;
        }
        const target = blank(width, height);
        decodeQuic(encodeQuic({ width, height, data }, kind), target);
        expect(target.data).toEqual(expected({ width, height, data }, kind));
      },
    ),
    { numRuns: 60 },
  );
});

test('the source may begin anywhere in a larger buffer', () => {
  const bytes = vector('quic rgb32');
  const larger = new Uint8Array(bytes.length + 3);
  larger.set(bytes, 3);
  const target = blank();
  decodeQuic(larger.subarray(3), target);
  expect(target.data).toEqual(expected(picture, 'rgb32'));
});

test.each(kinds)('garbled data stay within the target: %s', (kind) => {
  const valid = vector(`quic ${kind}`);
  fc.assert(
    fc.property(garbled(valid, quicHeaderBytes), (bytes) => {
      expectContained(vectorWidth, vectorHeight, (target) => decodeQuic(bytes, target));
    }),
    { numRuns: 300 },
  );
});

test('any bytes behind a header stay within the target', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 300 }), (kind, rest) => {
      const bytes = new Uint8Array(quicHeaderBytes + rest.length);
      bytes.set(vector(`quic ${kind}`).subarray(0, quicHeaderBytes));
      bytes.set(rest, quicHeaderBytes);
      expectContained(vectorWidth, vectorHeight, (target) => decodeQuic(bytes, target));
    }),
    { numRuns: 500 },
  );
});

test('data that end early are refused', () => {
  const bytes = vector('quic rgb32');
  expect(() => decodeQuic(bytes.subarray(0, bytes.length - 16), blank())).toThrow(
    'quic: the data end in row',
  );
});

test('a size that takes more bits than there are is refused', () => {
  const header = (kind: number, width: number, height: number, bytes: number): Uint8Array => {
    const all = new Uint8Array(quicHeaderBytes + bytes);
    all.set(new Uint8Array(Uint32Array.of(0x43495551, 0, kind, width, height).buffer));
    return all;
  };
  // Three colours of three pixels and a run take ten bits a row, alpha four more.
  expect(readQuicHeader(header(4, 2000, 8, 10)).height).toBe(8);
  expect(() => readQuicHeader(header(4, 2000, 9, 10))).toThrow('cannot hold');
  expect(readQuicHeader(header(5, 2000, 8, 14)).height).toBe(8);
  expect(() => readQuicHeader(header(5, 2000, 8, 13))).toThrow('cannot hold');
});

test('headers are checked', () => {
  const header = (...words: number[]) => new Uint8Array(Uint32Array.from([...words, 0, 0, 0]).buffer);
  const magic = 0x43495551;
  expect(readQuicHeader(header(magic, 0, 4, 7, 5))).toEqual({ kind: 'rgb32', width: 7, height: 5 });
  expect(() => readQuicHeader(new Uint8Array(19))).toThrow('end before the header');
  expect(() => readQuicHeader(header(magic + 1, 0, 4, 7, 5))).toThrow('not QUIC');
  expect(() => readQuicHeader(header(magic, 1, 4, 7, 5))).toThrow('not QUIC');
  expect(() => readQuicHeader(header(magic, 0, 0, 7, 5))).toThrow('no image kind 0');
  expect(() => readQuicHeader(header(magic, 0, 6, 7, 5))).toThrow('no image kind 6');
  expect(() => readQuicHeader(header(magic, 0, 4, 0, 5))).toThrow('out of bounds');
  expect(() => readQuicHeader(header(magic, 0, 4, 16_385, 1))).toThrow('out of bounds');
  expect(() => readQuicHeader(header(magic, 0, 4, 16_384, 16_384))).toThrow('out of bounds');
  expect(() => readQuicHeader(header(magic, 0, 4, 4096, 4096))).toThrow('cannot hold');
  expect(() => decodeQuic(vector('quic rgb32'), blank(3, 3))).toThrow('announced as 3 × 3');
});
