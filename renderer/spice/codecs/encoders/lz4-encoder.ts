// The other direction of lz4.ts, for tests, benchmarks and servers of our own: greedy, with one candidate a hash.

import type { Pixels } from '../../protocol/pixels.ts';
import { bitmapFormats } from '../bitmap.ts';
import { ByteWriter } from './byte-writer.ts';

/** Encodes pixels as spice-server does, so many rows a block. */
export function encodeLz4(pixels: Pixels, kind: 'rgb32' | 'rgba', rowsPerBlock = 32): Uint8Array {
  const { width, height, data } = pixels;
  const bytes = new Uint8Array(width * height * 4);
  for (let index = 0; index < data.length; index++) {
    const word = data[index] ?? 0;
    bytes.set([word >>> 16, word >>> 8, word, kind === 'rgba' ? word >>> 24 : 0], index * 4);
  }
  const output = new ByteWriter();
  output.byte(1);
  output.byte(kind === 'rgba' ? bitmapFormats.rgba : bitmapFormats.thirtyTwoBits);
  const seen = new Int32Array(1 << 16).fill(-1);
  const block = rowsPerBlock * width * 4;
  for (let from = 0; from < bytes.length; from += block) {
    const at = output.length;
    output.word(0, false);
    encodeBlock(output, bytes, from, Math.min(bytes.length, from + block), seen);
    output.setWord(at, output.length - at - 4, false);
  }
  return output.finish();
}

/** The LZ4 block format: the last five bytes are literals, and no match begins in the last twelve. */
function encodeBlock(
  output: ByteWriter,
  bytes: Uint8Array,
  from: number,
  end: number,
  seen: Int32Array,
): void {
  const view = new DataView(bytes.buffer);
  let literalsFrom = from;
  let at = from;
  while (at < end - 12) {
    const four = view.getInt32(at, true);
    const slot = Math.imul(four, 0x9e3779b1) >>> 16;
    const candidate = seen[slot] ?? -1;
    seen[slot] = at;
    if (candidate < 0 || at - candidate > 65_535 || view.getInt32(candidate, true) !== four) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < end - 5 && bytes[at + length] === bytes[candidate + length]) length++;
    writeSequence(output, bytes.subarray(literalsFrom, at), at - candidate, length);
    at += length;
    literalsFrom = at;
  }
  writeSequence(output, bytes.subarray(literalsFrom, end), 0, 0);
}

/** Literals and then a match; without one at the end of a block. */
function writeSequence(output: ByteWriter, literals: Uint8Array, distance: number, length: number): void {
  const match = distance === 0 ? 0 : length - 4;
  output.byte((Math.min(15, literals.length) << 4) | Math.min(15, match));
  writeCount(output, literals.length);
  output.bytes(literals);
  if (distance === 0) return;
  output.byte(distance & 255);
  output.byte(distance >> 8);
  writeCount(output, match);
}

function writeCount(output: ByteWriter, count: number): void {
  if (count < 15) return;
  let rest = count - 15;
  for (; rest >= 255; rest -= 255) output.byte(255);
  output.byte(rest);
}
