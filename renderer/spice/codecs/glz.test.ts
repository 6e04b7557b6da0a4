import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Pixels } from '../protocol/pixels.ts';
import { GlzEncoder } from './encoders/lz-encoder.ts';
import { decodeGlz, glzHeaderBytes, readGlzHeader } from './glz.ts';
import { GlzWindow } from './glz-window.ts';
import { deflate } from './testing/deflate.ts';
import { expectContained, garbled, pictures } from './testing/garble.ts';
import { blank, vector, vectorHeight, vectorWidth } from './testing/vector.ts';
import { vectorPicture, withoutAlpha } from './testing/vector-picture.ts';
import { inflateGlz } from './zlib-glz.ts';

const kinds = ['rgb16', 'rgb24', 'rgb32', 'rgba'] as const;
const changes = [0, 4, 12];
const megapixel = 1024 * 1024;

function expected(pixels: Pixels, kind: (typeof kinds)[number]): Uint32Array {
  return kind === 'rgba' ? pixels.data : withoutAlpha(pixels, kind === 'rgb16').data;
}

test.each(kinds)('decodes three %s images of one dictionary as spice-server encodes them', (kind) => {
  const window = new GlzWindow(megapixel);
  for (const [index, change] of changes.entries()) {
    const target = blank();
    expect(decodeGlz(vector(`glz ${kind} ${index}`), target, window)).toBeNull();
    expect(target.data).toEqual(expected(vectorPicture(vectorWidth, vectorHeight, change), kind));
  }
});

test.each(kinds)('the same deflated: %s', async (kind) => {
  const window = new GlzWindow(megapixel);
  for (const [index, change] of changes.entries()) {
    const glz = vector(`glz ${kind} ${index}`);
    const target = blank();
    const inflated = inflateGlz(await deflate(glz), glz.length, target.data.length);
    expect(decodeGlz(inflated, target, window)).toBeNull();
    expect(target.data).toEqual(expected(vectorPicture(vectorWidth, vectorHeight, change), kind));
  }
});

test.each(kinds)('images in any order come back, either way up: %s', (kind) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(pictures(), fc.boolean()), { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
      (images, order) => {
        const encoder = new GlzEncoder(3);
        const waiting = images.map(([pixels, topDown]) => ({
          pixels,
          bytes: encoder.encode(pixels, kind, topDown),
        }));
        const window = new GlzWindow(megapixel);
        for (let tries = 0; waiting.length > 0; tries++) {
          expect(tries).toBeLessThan(1000);
          // With a few tries for each image it is its turn at last.
          const at = tries < 20 ? order.next().value % waiting.length : tries % waiting.length;
          const next = waiting[at];
          if (next === undefined) continue;
          const target = blank(next.pixels.width, next.pixels.height);
          const missing = decodeGlz(next.bytes, target, window);
          if (missing !== null) {
            expect(missing).toBeLessThan(readGlzHeader(next.bytes).id);
            continue;
          }
          expect(target.data).toEqual(expected(next.pixels, kind));
          waiting.splice(at, 1);
        }
        expect(window.heldPixels).toBeLessThanOrEqual(4 * (24 * 24 + 64));
      },
    ),
    { numRuns: 60 },
  );
});

test('an image that refers to one that is not there says which, and keeps nothing', () => {
  const window = new GlzWindow(megapixel);
  expect(decodeGlz(vector('glz rgb32 1'), blank(), window)).toBe(0);
  expect(window.heldPixels).toBe(0);
});

test('references stay within images of their kind', () => {
  const window = new GlzWindow(megapixel);
  decodeGlz(vector('glz rgba 0'), blank(), window);
  expect(() => decodeGlz(vector('glz rgb32 1'), blank(), window)).toThrow(
    'a rgb32 image refers to a rgba one',
  );
});

test.each(kinds)('garbled data stay within the target and the window: %s', (kind) => {
  const [first, second] = [vector(`glz ${kind} 0`), vector(`glz ${kind} 1`)];
  fc.assert(
    fc.property(garbled(second, glzHeaderBytes), (bytes) => {
      const window = new GlzWindow(megapixel);
      decodeGlz(first, blank(), window);
      expectContained(vectorWidth, vectorHeight, (target) => decodeGlz(bytes, target, window));
      expect(window.heldPixels).toBeLessThanOrEqual(2 * (vectorWidth * vectorHeight + 64));
    }),
    { numRuns: 300 },
  );
});

test('any bytes stay within the target', () => {
  const header = vector('glz rgb32 1').subarray(0, glzHeaderBytes);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (rest, withHeader) => {
      const bytes = withHeader ? Uint8Array.from([...header, ...rest]) : rest;
      expectContained(vectorWidth, vectorHeight, (target) =>
        decodeGlz(bytes, target, new GlzWindow(megapixel)),
      );
    }),
    { numRuns: 1000 },
  );
});

test('a deflated image may not pretend to be huge', async () => {
  const bytes = await deflate(vector('glz rgb32 0'));
  expect(() => inflateGlz(bytes, 2 ** 31, 2 ** 26)).toThrow('cannot stand for');
  expect(() => inflateGlz(bytes, 10_000, 29 * 17)).toThrow('cannot stand for');
  expect(() => inflateGlz(bytes, 100, 29 * 17)).toThrow('too many bytes');
});

test('headers are checked', () => {
  const bytes = vector('glz rgba 2');
  expect(readGlzHeader(bytes)).toEqual({
    kind: 'rgba',
    width: vectorWidth,
    height: vectorHeight,
    topDown: true,
    id: 2,
    reach: 2,
  });
  const changed = (at: number, ...values: number[]) => {
    const copy = bytes.slice();
    copy.set(values, at);
    return copy;
  };
  expect(() => readGlzHeader(bytes.subarray(0, 32))).toThrow('end before the header');
  expect(() => readGlzHeader(changed(0, 1))).toThrow('not GLZ');
  expect(() => readGlzHeader(changed(8, 5))).toThrow('no image kind 5');
  expect(() => readGlzHeader(changed(9, 255))).toThrow('out of bounds');
  expect(() => readGlzHeader(changed(11, 32, 0, 0, 0, 32, 0))).toThrow('cannot hold');
  expect(() => readGlzHeader(changed(21, 255))).toThrow('beyond 53 bits');
});
