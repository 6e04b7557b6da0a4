// LZ4 (spice.proto, image_type LZ4): a byte for top down, a byte with the bitmap format, then blocks in the LZ4 block format, each
// after its length (32 bits, big-endian). They make one stream: a match may reach into the blocks before, up to 64 KiB back.
// Rows follow each other without padding.
import { checkImageSize, checkTarget, flipRows, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { bitmapFormats, bitmapRowBytes, decodeBitmap } from './bitmap.ts';
import { expandsBeyond } from './lz.ts';
import { repeatBytes } from './lz-bytes.ts';
import { scratchBytes } from './scratch.ts';

const where = 'lz4';
/** How far back a match may reach, in bytes. */
const reach = 65_536;
/** So much is unpacked before its colours are put into our order, which is while it is still in the processor's cache. In bytes. */
const band = 65_536;

/** Throws unless so many bytes can stand for an image of this size and format; answers the format. */
export function readLz4Format(source: Uint8Array, width: number, height: number): number {
  checkImageSize(where, width, height);
  const format = source[1] ?? 0;
  if (format < bitmapFormats.sixteenBits || format > bitmapFormats.eightBitAlpha) {
    throw new ProtocolError(where, `bitmap format ${format} is not sent in LZ4`);
  }
  // A byte more makes a match at most 255 bytes longer.
  if (expandsBeyond(source.length, bitmapRowBytes(format, width) * height)) {
    throw new ProtocolError(where, `${source.length} bytes cannot hold ${width} × ${height} pixels`);
  }
  return format;
}

/**
 * Decodes into the target; LZ4 data do not tell their size, the message does.
 * @param spare what formats of 24 and 32 bits without alpha get in the byte beside their colours, as a word; opaque unless told
 */
export function decodeLz4(source: Uint8Array, target: Pixels, spare: number = opaque): void {
  const { width, height } = target;
  const format = readLz4Format(source, width, height);
  checkTarget(where, width, height, target);
  const topDown = source[0] !== 0;
  const stride = bitmapRowBytes(format, width);
  const size = stride * height;
  if (format === bitmapFormats.thirtyTwoBits || format === bitmapFormats.rgba) {
    const cells = signedWords(target);
    const bytes = new Uint8Array(cells.buffer, cells.byteOffset, size);
    unpack(source, bytes, size, cells, format === bitmapFormats.rgba ? null : spare);
    if (!topDown) flipRows(target);
  } else {
    const bytes = scratchBytes(size);
    unpack(source, bytes, size, null, null);
    decodeBitmap(bytes, target, { format, topDown, stride, palette: null, spare });
  }
}

const opaque = 0xff000000 | 0;

/**
 * Unpacks all blocks into `size` bytes.
 * @param cells the same bytes as pixels that are to come into our order, or null
 */
function unpack(
  source: Uint8Array,
  bytes: Uint8Array,
  size: number,
  cells: Int32Array | null,
  spare: number | null,
): void {
  // Unaligned words through DataView: V8 makes single instructions of these.
  const input = new DataView(source.buffer, source.byteOffset, source.length);
  const output = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  // Where most sequences have no literals, a test for that is foretold; elsewhere it costs more than it saves.
  const fewest = source.length * 2 < size ? 1 : 0;
  let at = 2;
  let to = 0;
  let swapped = 0;
  while (to < size) {
    if (at + 4 > source.length) throw new ProtocolError(where, 'the data end before the image does');
    const length = input.getUint32(at);
    at += 4;
    if (length > source.length - at) throw new ProtocolError(where, 'the data end within a block');
    const end = at + length;
    if (length === 0) throw new ProtocolError(where, 'a block is empty');
    while (at < end) {
      place[IN] = at;
      place[OUT] = to;
      const lastOut = Math.min(size, to + band) - longestSequence;
      unpackFast(input, end - longestSequence, output, lastOut, fewest);
      if ((place[IN] as number) < end) unpackOne(source, end, bytes, size);
      at = place[IN] as number;
      if ((place[OUT] as number) === to) throw new ProtocolError(where, 'a block is empty');
      to = place[OUT] as number;
      if (cells !== null) {
        const done = (to - reach) >> 2;
        if (done > swapped) {
          swapColours(cells, swapped, done, spare);
          swapped = done;
        }
      }
    }
  }
  if (cells !== null) swapColours(cells, swapped, size >> 2, spare);
}

/** Blue, green, red to red, green, blue, in place; as the function of this name in bitmap.ts, for words that are aligned. */
function swapColours(cells: Int32Array, from: number, to: number, spare: number | null): void {
  const kept = (spare === null ? 0xff00ff00 : 0xff00) | 0;
  const set = (spare ?? 0) | 0;
  const fours = (to - ((to - from) & 3)) | 0;
  swapFours(cells, from, fours, kept, set);
  for (let index = fours; index < to; index++) {
    const word = cells[index] as number;
    cells[index] = set | (word & kept) | (((word << 16) | (word >>> 16)) & 0xff00ff);
  }
}

/** Four at a time: half of the time in a loop of one is the loop. */
function swapFours(cells: Int32Array, from: number, to: number, kept: number, set: number): void {
  for (let index = from; index < to; index = (index + 4) | 0) {
    const first = cells[index] as number;
    const second = cells[index + 1] as number;
    const third = cells[index + 2] as number;
    const fourth = cells[index + 3] as number;
    cells[index] = set | (first & kept) | (((first << 16) | (first >>> 16)) & 0xff00ff);
    cells[index + 1] = set | (second & kept) | (((second << 16) | (second >>> 16)) & 0xff00ff);
    cells[index + 2] = set | (third & kept) | (((third << 16) | (third >>> 16)) & 0xff00ff);
    cells[index + 3] = set | (fourth & kept) | (((fourth << 16) | (fourth >>> 16)) & 0xff00ff);
  }
}

/** What a sequence of the fast way may read or write, and a little more. In bytes. */
const longestSequence = 960;
/** How far the input is read and the output is written. */
const place = new Int32Array(2);
const IN = 0;
const OUT = 1;

/**
 * Sequences of usual length, well before the ends: it calls nothing, so that V8 checks the views once and not in every round. It stops
 * before what is not usual. Copies go eight bytes at a time and may write some too many, which the next sequence overwrites.
 * @param fewest so many literals are copied, fewer are not looked at: 0 or 1
 */
function unpackFast(
  input: DataView,
  lastIn: number,
  output: DataView,
  lastOut: number,
  fewest: number,
): void {
  let at = place[IN] as number;
  let to = place[OUT] as number;
  while (at < lastIn && to < lastOut) {
    const token = input.getUint8(at);
    let from = (at + 1) | 0;
    let literals = token >>> 4;
    if (literals < 15) {
      if (literals >= fewest) {
        output.setBigInt64(to, input.getBigInt64(from, true), true);
        output.setBigInt64(to + 8, input.getBigInt64(from + 8, true), true);
      }
    } else {
      let more = input.getUint8(from);
      from = (from + 1) | 0;
      if (more === 255) {
        more = (255 + input.getUint8(from)) | 0;
        from = (from + 1) | 0;
        if (more === 510) break;
      }
      literals = (literals + more) | 0;
      output.setBigInt64(to, input.getBigInt64(from, true), true);
      output.setBigInt64(to + 8, input.getBigInt64(from + 8, true), true);
      output.setBigInt64(to + 16, input.getBigInt64(from + 16, true), true);
      output.setBigInt64(to + 24, input.getBigInt64(from + 24, true), true);
      for (let step = 32; step < literals; step = (step + 16) | 0) {
        output.setBigInt64(to + step, input.getBigInt64(from + step, true), true);
        output.setBigInt64(to + step + 8, input.getBigInt64(from + step + 8, true), true);
      }
    }
    from = (from + literals) | 0;
    const distance = input.getUint16(from, true);
    const next = (to + literals) | 0;
    const back = (next - distance) | 0;
    from = (from + 2) | 0;
    let length = token & 15;
    if (length === 15) {
      const more = input.getUint8(from);
      if (more === 255) break;
      from = (from + 1) | 0;
      length = (length + more) | 0;
    }
    length = (length + 4) | 0;
    if (back < 0 || distance < 4) break;
    // In halves: what was a pixel's word to write is slow to read as a part of eight bytes, and from four bytes back it is not there yet.
    output.setInt32(next, output.getInt32(back, true), true);
    output.setInt32(next + 4, output.getInt32(back + 4, true), true);
    if (length > 8) {
      if (distance >= 8) {
        for (let step = 8; step < length; step = (step + 8) | 0)
          output.setBigInt64(next + step, output.getBigInt64(back + step, true), true);
      } else {
        for (let step = 8; step < length; step = (step + 4) | 0)
          output.setInt32(next + step, output.getInt32(back + step, true), true);
      }
    }
    at = from;
    to = (next + length) | 0;
  }
  place[IN] = at;
  place[OUT] = to;
}

/** One sequence, with every check. */
function unpackOne(source: Uint8Array, end: number, bytes: Uint8Array, size: number): void {
  let at = place[IN] as number;
  let to = place[OUT] as number;
  const token = source[at++] as number;
  let literals = token >>> 4;
  if (literals === 15) {
    let more = 255;
    while (more === 255) {
      if (at >= end) throw new ProtocolError(where, 'the data end within a block');
      more = source[at++] as number;
      literals += more;
    }
  }
  if (literals > end - at || literals > size - to)
    throw new ProtocolError(where, 'literals go beyond their block');
  if (literals > 32) bytes.set(source.subarray(at, at + literals), to);
  else for (let step = 0; step < literals; step++) bytes[to + step] = source[at + step] as number;
  at += literals;
  to += literals;
  // The last sequence of a block has no match.
  if (at < end) {
    if (at + 2 > end) throw new ProtocolError(where, 'the data end within a block');
    const distance = (source[at] as number) | ((source[at + 1] as number) << 8);
    at += 2;
    let length = token & 15;
    if (length === 15) {
      let more = 255;
      while (more === 255) {
        if (at >= end) throw new ProtocolError(where, 'the data end within a block');
        more = source[at++] as number;
        length += more;
      }
    }
    length += 4;
    if (distance === 0 || distance > to || length > size - to) {
      throw new ProtocolError(where, 'a match reaches outside of the image');
    }
    repeatBytes(bytes, to, distance, length);
    to += length;
  }
  place[IN] = at;
  place[OUT] = to;
}
