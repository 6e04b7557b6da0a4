import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLz4 } from './encoders/lz4-encoder.ts';
import { decodeLz4 } from './lz4.ts';
import { expectContained, garbled, pictures } from './testing/garble.ts';
import { blank, vector, vectorHeight, vectorWidth } from './testing/vector.ts';
import { vectorPicture, withoutAlpha } from './testing/vector-picture.ts';

const kinds = ['rgb16', 'rgb24', 'rgb32', 'rgba'] as const;
const picture = vectorPicture(vectorWidth, vectorHeight);

function expected(kind: (typeof kinds)[number], pixels = picture): Uint32Array {
  return kind === 'rgba' ? pixels.data : withoutAlpha(pixels, kind === 'rgb16').data;
}

test.each(kinds)('decodes %s as liblz4 encodes it, in blocks of five rows', (kind) => {
  const target = blank();
  decodeLz4(vector(`lz4 ${kind}`), target);
  expect(target.data).toEqual(expected(kind));
});

// As the vectors are made, from packRows(picture, 'a8') by liblz4 1.9.4.
const alpha =
  'AQoAAAArGv8BABkAAQAKHAAp/w8BAAsdABkeAQALHQAZLQEACx0AFDwBAFA8PDw8PAAAACsa/wEACZAAGgAcACn/WgEACx0AGWkBAAsdABl4AQALHQAUhwEAUIeHh4eHAAAAKBr/AQAPkQAKGaUBAAo5ACn/tAEACx0AGcMBAAsdABTSAQBQ0tLS0tIAAAASGv8BAA+RAAoU8AEAUPDw8PDw';

test('decodes alpha alone as liblz4 encodes it, on black', () => {
  const target = blank();
  const bytes = Uint8Array.from(atob(alpha), (letter) => letter.charCodeAt(0));
  decodeLz4(bytes, target);
  expect(target.data).toEqual(picture.data.map((word) => (word & 0xff000000) >>> 0));
  const turned = blank();
  bytes[0] = 0;
  decodeLz4(bytes, turned);
  expect(turned.data.subarray(0, vectorWidth)).toEqual(target.data.subarray(-vectorWidth));
});

test('rows from the bottom are turned over', () => {
  const bytes = vector('lz4 rgb32');
  bytes[0] = 0;
  const target = blank();
  decodeLz4(bytes, target);
  const rows = Array.from({ length: vectorHeight }, (_, row) =>
    [...target.data.subarray(row * vectorWidth, (row + 1) * vectorWidth)].join(),
  );
  const right = blank();
  right.data.set(expected('rgb32'));
  const expectedRows = Array.from({ length: vectorHeight }, (_, row) =>
    [...right.data.subarray(row * vectorWidth, (row + 1) * vectorWidth)].join(),
  );
  expect(rows).toEqual(expectedRows.toReversed());
});

test.each(['rgb32', 'rgba'] as const)('what was encoded comes back: %s', (kind) => {
  fc.assert(
    fc.property(pictures(40), fc.integer({ min: 1, max: 40 }), (pixels, rows) => {
      const target = blank(pixels.width, pixels.height);
      decodeLz4(encodeLz4(pixels, kind, rows), target);
      expect(target.data).toEqual(expected(kind, pixels));
    }),
    { numRuns: 100 },
  );
});

/** Rows that come again after nearly as far as a match may reach, in changing parts. */
function large(): ReturnType<typeof vectorPicture> {
  const [width, height] = [600, 320];
  const data = new Uint32Array(width * height);
  for (let at = 0; at < data.length; at++) {
    const before = at - 27 * width;
    data[at] = before >= 0 && at % 97 !== 0 ? (data[before] ?? 0) : Math.imul(at, 0x9e3779b1) >>> 0;
  }
  return { width, height, data };
}

test.each(['rgb32', 'rgba'] as const)('colours change their order while matches reach back: %s', (kind) => {
  const pixels = large();
  for (const rows of [7, 320]) {
    const bytes = encodeLz4(pixels, kind, rows);
    const target = blank(pixels.width, pixels.height);
    decodeLz4(bytes, target);
    expect(target.data).toEqual(expected(kind, pixels));
    const turned = blank(pixels.width, pixels.height);
    bytes[0] = 0;
    decodeLz4(bytes, turned);
    expect(turned.data.subarray(0, pixels.width)).toEqual(target.data.subarray(-pixels.width));
  }
});

test('sequences of every length and distance', () => {
  const [width, height] = [150, 140];
  const size = width * height * 4;
  const count = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 900 }));
  const sequences = fc.array(
    fc.record({
      literals: fc.oneof(fc.constant(0), count),
      distance: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 65_535 })),
      length: count,
    }),
    { minLength: 250, maxLength: 400 },
  );
  fc.assert(
    fc.property(sequences, fc.nat(), (taken, seed) => {
      const block: number[] = [];
      const bytes: number[] = [];
      const rest = (told: number) => {
        for (let left = told - 15; left >= 0; left -= 255) block.push(Math.min(left, 255));
      };
      const literals = (many: number, match: number) => {
        block.push((Math.min(many, 15) << 4) | Math.min(match, 15));
        rest(many);
        for (let index = 0; index < many; index++) {
          bytes.push((Math.imul(bytes.length + seed, 0x9e3779b1) >>> 24) & 255);
          block.push(bytes.at(-1) ?? 0);
        }
      };
      for (const { literals: many, distance, length } of taken) {
        if (bytes.length + many + length + 4 > size - 5) break;
        if (distance > bytes.length + many) continue;
        literals(many, length);
        block.push(distance & 255, distance >> 8);
        rest(length);
        for (let index = 0; index < length + 4; index++) bytes.push(bytes[bytes.length - distance] ?? 0);
      }
      literals(size - bytes.length, 0);
      const image = new Uint8Array(6 + block.length);
      image.set([1, 9]);
      new DataView(image.buffer).setUint32(2, block.length);
      image.set(block, 6);
      const target = blank(width, height);
      decodeLz4(image, target);
      const right = new DataView(Uint8Array.from(bytes).buffer);
      const wrong = target.data.findIndex((word, at) => {
        const sent = right.getUint32(at * 4, true);
        return word !== ((sent & 0xff00ff00) | ((sent & 255) << 16) | ((sent >>> 16) & 255)) >>> 0;
      });
      expect(wrong).toBe(-1);
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

test('garbled data of a larger picture stay within the target', () => {
  const pixels = large();
  const small = { width: 600, height: 30, data: pixels.data.subarray(0, 600 * 30) };
  fc.assert(
    fc.property(garbled(encodeLz4(small, 'rgba', 11), 2), (bytes) => {
      expectContained(small.width, small.height, (target) => decodeLz4(bytes, target));
    }),
    { numRuns: 60 },
  );
});

test.each(kinds)('garbled data stay within the target: %s', (kind) => {
  fc.assert(
    fc.property(garbled(vector(`lz4 ${kind}`), 2), (bytes) => {
      expectContained(vectorWidth, vectorHeight, (target) => decodeLz4(bytes, target));
    }),
    { numRuns: 400 },
  );
});

test('garbled data stay within the target: alpha alone', () => {
  const bytes = Uint8Array.from(atob(alpha), (letter) => letter.charCodeAt(0));
  fc.assert(
    fc.property(garbled(bytes, 2), (bad) => {
      expectContained(vectorWidth, vectorHeight, (target) => decodeLz4(bad, target));
    }),
    { numRuns: 200 },
  );
});

test('any blocks stay within the target', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }), (blocks) => {
      const bytes = Uint8Array.from([1, 8, ...blocks.flatMap((block) => [0, 0, 0, block.length, ...block])]);
      expectContained(vectorWidth, vectorHeight, (target) => decodeLz4(bytes, target));
    }),
    { numRuns: 1000 },
  );
});

test('formats that LZ4 does not come in are refused', () => {
  expect(() => decodeLz4(Uint8Array.of(1, 5, 0, 0, 0, 0), blank())).toThrow('bitmap format 5');
  expect(() => decodeLz4(Uint8Array.of(1, 11, 0, 0, 0, 0), blank())).toThrow('bitmap format 11');
  expect(() => decodeLz4(Uint8Array.of(1, 8, 0, 0, 0, 0, 0, 0, 0, 0), blank())).toThrow('a block is empty');
  expect(() => decodeLz4(Uint8Array.of(1, 8, 255, 0, 0, 0, 0, 0, 0, 0), blank())).toThrow(
    'end within a block',
  );
  expect(() => decodeLz4(Uint8Array.of(1, 8, 0, 0, 0, 0), blank())).toThrow('6 bytes cannot hold');
  expect(() => decodeLz4(new Uint8Array(0), blank())).toThrow('bitmap format 0');
});
