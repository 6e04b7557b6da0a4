import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { inflate } from './inflate.ts';
import { deflate, store } from './testing/deflate.ts';

/** Repetitive enough for matches of every distance, rough enough for long codes. */
function sample(size: number, seed: number): Uint8Array {
  let state = seed | 1;
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    const back = (state >>> 8) % 40_000;
    bytes[at] =
      state >>> 28 < 9 && back < at
        ? (bytes[at - back - 1] ?? 0)
        : Math.clz32(state) * 5 + ((state >>> 20) & 3);
  }
  return bytes;
}

test.each([0, 1, 5, 1000, 100_000, 300_000])('inflates %i bytes that the engine deflated', async (size) => {
  for (const bytes of [sample(size, size + 1), new Uint8Array(size).fill(7)]) {
    const target = new Uint8Array(size);
    inflate(await deflate(bytes), target);
    expect(target.every((byte, at) => byte === bytes[at])).toBe(true);
  }
});

test('any bytes come back, deflated or stored', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 600 }),
      fc.integer({ min: 1, max: 700 }),
      async (bytes, block) => {
        for (const stream of [await deflate(bytes), store(bytes, block)]) {
          const target = new Uint8Array(bytes.length);
          inflate(stream, target);
          expect(target).toEqual(bytes);
        }
      },
    ),
    { numRuns: 100 },
  );
});

test('a stream of another length is refused', async () => {
  const stream = await deflate(sample(1000, 3));
  expect(() => inflate(stream, new Uint8Array(999))).toThrow(ProtocolError);
  expect(() => inflate(stream, new Uint8Array(1001))).toThrow('holds 1000 bytes instead of 1001');
  expect(() => inflate(stream.subarray(0, 300), new Uint8Array(1000))).toThrow('end within a block');
  expect(() => inflate(Uint8Array.of(1, 2, 3), new Uint8Array(1))).toThrow('not a zlib stream');
});

test('garbled streams end, in time and in bounds', async () => {
  const streams = [
    await deflate(sample(3000, 5)),
    await deflate(new Uint8Array(3000)),
    store(sample(3000, 6), 700),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...streams),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
      (stream, changes) => {
        const bytes = stream.slice();
        for (const [at, value] of changes) bytes[2 + (at % (bytes.length - 2))] = value;
        const around = new Uint8Array(3200).fill(0xa5);
        try {
          inflate(bytes, around.subarray(100, 3100));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
        expect(around.subarray(0, 100).every((byte) => byte === 0xa5)).toBe(true);
        expect(around.subarray(3100).every((byte) => byte === 0xa5)).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});
