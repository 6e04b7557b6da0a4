// The other direction of lz.ts and glz.ts, for tests, benchmarks and servers of our own: greedy, with one candidate a hash.
import type { Pixels } from '../../protocol/pixels.ts';
import { lzKinds, lzMagic, lzVersion } from '../lz.ts';
import { ByteWriter } from './byte-writer.ts';

export type LzColourKind = 'rgb16' | 'rgb24' | 'rgb32' | 'rgba';
const farthest = 65_535 + 8191;

/** Encodes pixels as LZ. rgb16 takes the upper five bits of each colour. */
export function encodeLz(pixels: Pixels, kind: LzColourKind | 'xxxa' | 'a8', topDown = true): Uint8Array {
  const { width, height } = pixels;
  const bytesPerPixel = { rgb16: 2, rgb24: 3, rgb32: 4, rgba: 4, xxxa: 4, a8: 1 }[kind];
  const output = writeLzHeader(kind, width, height, width * bytesPerPixel, topDown);
  const words = inSentOrder(pixels, topDown);
  if (kind !== 'xxxa' && kind !== 'a8')
    encodeStream(output, colourUnits(words, kind), kind === 'rgb16' ? 2 : 3);
  if (kind === 'xxxa' || kind === 'a8' || kind === 'rgba') encodeStream(output, alphaUnits(words), 1);
  return output.finish();
}

/** Encodes rows of palette indices that are packed already. */
export function encodeLzPalette(
  rows: Uint8Array,
  kind: 'plt1-le' | 'plt1-be' | 'plt4-le' | 'plt4-be' | 'plt8',
  width: number,
  height: number,
  topDown = true,
): Uint8Array {
  const output = writeLzHeader(kind, width, height, rows.length / height, topDown);
  encodeStream(output, Uint32Array.from(rows), 1);
  return output.finish();
}

/** A dictionary's sending side: the images so far, by id from 0, and how many of the last may be referred to. */
export class GlzEncoder {
  readonly #images: Uint32Array[] = [];
  readonly #alphas: Uint32Array[] = [];
  readonly #windowImages: number;

  constructor(windowImages: number) {
    this.#windowImages = windowImages;
  }

  /** All images of one encoder must be of one kind. */
  encode(pixels: Pixels, kind: LzColourKind, topDown = true): Uint8Array {
    const id = this.#images.length;
    const reach = Math.min(id, this.#windowImages);
    const output = new ByteWriter();
    output.word(lzMagic, false);
    output.word(lzVersion, false);
    output.byte(lzKinds.indexOf(kind) | (topDown ? 16 : 0));
    const { width, height } = pixels;
    const stride = width * { rgb16: 2, rgb24: 3, rgb32: 4, rgba: 4 }[kind];
    for (const value of [width, height, stride, 0, id, reach]) output.word(value, false);
    const words = inSentOrder(pixels, topDown);
    const colours = colourUnits(words, kind);
    const alpha = kind === 'rgba' ? alphaUnits(words) : new Uint32Array(0);
    this.#images.push(colours);
    this.#alphas.push(alpha);
    encodeStream(output, colours, kind === 'rgb16' ? 2 : 3, this.#images.slice(id - reach));
    if (kind === 'rgba') encodeStream(output, alpha, 1, this.#alphas.slice(id - reach));
    return output.finish();
  }
}

function writeLzHeader(
  kind: (typeof lzKinds)[number],
  width: number,
  height: number,
  stride: number,
  topDown: boolean,
) {
  const output = new ByteWriter();
  for (const value of [lzMagic, lzVersion, lzKinds.indexOf(kind), width, height, stride, Number(topDown)]) {
    output.word(value, false);
  }
  return output;
}

function inSentOrder(pixels: Pixels, topDown: boolean): Uint32Array {
  const { width, height, data } = pixels;
  if (topDown) return data;
  const words = new Uint32Array(width * height);
  for (let row = 0; row < height; row++) {
    words.set(data.subarray(row * width, (row + 1) * width), (height - 1 - row) * width);
  }
  return words;
}

/** Each pixel as a number whose bytes, high first, are what is sent. */
function colourUnits(words: Uint32Array, kind: LzColourKind): Uint32Array {
  return words.map((word) => {
    const [red, green, blue] = [word & 255, (word >>> 8) & 255, (word >>> 16) & 255];
    return kind === 'rgb16'
      ? ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3)
      : (blue << 16) | (green << 8) | red;
  });
}

function alphaUnits(words: Uint32Array): Uint32Array {
  return words.map((word) => word >>> 24);
}

/**
 * One stream of units of so many bytes.
 * @param images for GLZ: the window's images, the last of which is `units` itself
 */
function encodeStream(
  output: ByteWriter,
  units: Uint32Array,
  unitBytes: 1 | 2 | 3,
  images: readonly Uint32Array[] | null = null,
): void {
  const seen = new Map<number, number>();
  const all = images ?? [units];
  for (const [index, image] of all.slice(0, -1).entries()) {
    for (let at = 0; at + 3 < image.length; at += 3) seen.set(hash(image, at), index * 2 ** 26 + at);
  }
  const current = all.length - 1;
  const shortest = [0, 5, 4, 3][unitBytes] ?? 5;
  let literals = 0;
  const flush = (end: number) => {
    for (let at = end - literals; at < end; ) {
      const count = Math.min(32, end - at);
      output.byte(count - 1);
      for (const stop = at + count; at < stop; at++) {
        for (let shift = unitBytes * 8 - 8; shift >= 0; shift -= 8)
          output.byte(((units[at] ?? 0) >>> shift) & 255);
      }
    }
    literals = 0;
  };
  for (let at = 0; at < units.length; ) {
    const key = hash(units, at);
    const found = at > 0 && units[at] === units[at - 1] ? current * 2 ** 26 + at - 1 : seen.get(key);
    if (at + 3 < units.length) seen.set(key, current * 2 ** 26 + at);
    const index = found === undefined ? 0 : Math.floor(found / 2 ** 26);
    const place = found === undefined ? 0 : found % 2 ** 26;
    const other = all[index] ?? units;
    let length = 0;
    if (found !== undefined && (images !== null || at - place <= farthest)) {
      while (at + length < units.length && units[at + length] === other[place + length]) length++;
    }
    if (length < shortest) {
      literals++;
      at++;
      continue;
    }
    flush(at);
    if (images === null) writeLzMatch(output, at - place, length + unitBytes - 3);
    else
      writeGlzMatch(
        output,
        current - index,
        index === current ? at - place - 1 : place,
        length + unitBytes - 3,
      );
    at += length;
  }
  flush(units.length);
}

function hash(units: Uint32Array, at: number): number {
  return (
    (units[at] ?? 0) * 2 ** 28 +
    ((((units[at + 1] ?? 0) << 13) ^ (units[at + 2] ?? 0) ^ ((units[at + 3] ?? 0) << 7)) & 0xfffffff)
  );
}

function writeLength(output: ByteWriter, length: number): void {
  if (length < 7) return;
  let rest = length - 7;
  for (; rest >= 255; rest -= 255) output.byte(255);
  output.byte(rest);
}

function writeLzMatch(output: ByteWriter, distance: number, length: number): void {
  const biased = distance - 1;
  const far = biased >= 8191;
  output.byte((Math.min(length, 7) << 5) | (far ? 31 : biased >> 8));
  writeLength(output, length);
  output.byte(far ? 255 : biased & 255);
  if (far) {
    output.byte((biased - 8191) >> 8);
    output.byte((biased - 8191) & 255);
  }
}

function writeGlzMatch(output: ByteWriter, back: number, place: number, length: number): void {
  const long = place >= 4096;
  output.byte((Math.min(length, 7) << 5) | (long ? 16 : 0) | (place & 15));
  writeLength(output, length);
  output.byte((place >> 4) & 255);
  const high: number[] = [];
  for (let rest = long ? back : back >> 6; rest > 0; rest >>= 8) high.push(rest & 255);
  const longer = place >= 1 << 17;
  output.byte((high.length << 6) | (long ? (longer ? 32 : 0) | ((place >> 12) & 31) : back & 63));
  for (const part of high) output.byte(part);
  if (longer) output.byte(place >> 17);
}
