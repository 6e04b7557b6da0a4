import * as fc from 'fast-check';
import { expect } from 'vitest';
import type { Pixels } from '../../protocol/pixels.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';

/** Some bytes of a valid stream changed, and perhaps its end cut off; the header is left so that it is decoded at all. */
export function garbled(valid: Uint8Array, headerBytes: number): fc.Arbitrary<Uint8Array> {
  return fc
    .record({
      changes: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { maxLength: 12 }),
      cut: fc.option(fc.nat({ max: valid.length }), { nil: 0, freq: 2 }),
    })
    .map(({ changes, cut }) => {
      const bytes = valid.slice(0, Math.max(headerBytes, valid.length - cut));
      for (const [at, value] of changes) {
        if (bytes.length > headerBytes) bytes[headerBytes + (at % (bytes.length - headerBytes))] = value;
      }
      return bytes;
    });
}

/** Decodes into the middle of a larger buffer: whatever the bytes, nothing but a ProtocolError, and nothing beside the target. */
export function expectContained(width: number, height: number, decode: (target: Pixels) => void): void {
  const margin = 64;
  const around = new Uint32Array(width * height + 2 * margin).fill(0xdeadbeef);
  try {
    decode({ width, height, data: around.subarray(margin, margin + width * height) });
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
  }
  const outside = [...around.subarray(0, margin), ...around.subarray(margin + width * height)];
  expect(outside.every((word) => word === 0xdeadbeef)).toBe(true);
}

/** Small pictures as windows have them: few colours in runs, or noise. */
export function pictures(maxSide = 24): fc.Arbitrary<Pixels> {
  return fc
    .tuple(
      fc.integer({ min: 1, max: maxSide }),
      fc.integer({ min: 1, max: maxSide }),
      fc.nat(),
      fc.nat({ max: 4 }),
    )
    .map(([width, height, seed, roughness]) => {
      let state = seed | 1;
      let word = 0;
      const data = new Uint32Array(width * height).map(() => {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        if (state >>> 24 < ([4, 30, 100, 200, 256][roughness] ?? 0))
          word = Math.imul(state, 0x9e3779b1) >>> 0;
        return word;
      });
      return { width, height, data };
    });
}
