// LZ4 (spice.proto, image_type LZ4): a byte for top down, a byte with the bitmap format, then blocks in the LZ4 block format, each
// after its length (32 bits, big-endian). They make one stream: a match may reach into the blocks before, up to 64 KiB back.
// Rows follow each other without padding.
import { checkImageSize, checkTarget, flipRows, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { bitmapFormats, bitmapRowBytes, decodeBitmap, swapColours } from './bitmap.ts';
import { expandsBeyond, repeatBytes } from './lz.ts';
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
  if (format < bitmapFormats.sixteenBits || format > bitmapFormats.rgba) {
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
  if (format >= bitmapFormats.thirtyTwoBits) {
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
      unpackFast(input, end - longestSequence, output, Math.min(size, to + band) - longestSequence);
      if ((place[IN] as number) < end) unpackOne(source, end, bytes, size);
      at = place[IN] as number;
      if ((place[OUT] as number) === to) throw new ProtocolError(where, 'a block is empty');
      to = place[OUT] as number;
      if (cells !== null) {
        const done = (to - reach) >> 2;
        if (done > swapped) {
          swapColours(output, swapped * 4, output, swapped * 4, done - swapped, spare);
          swapped = done;
        }
      }
    }
  }
  if (cells !== null) swapColours(output, swapped * 4, output, swapped * 4, (size >> 2) - swapped, spare);
}

/** What a sequence of the fast way may read or write, and a little more. In bytes. */
const longestSequence = 640;
/** How far the input is read and the output is written. */
const place = new Int32Array(2);
const IN = 0;
const OUT = 1;

/**
 * Sequences of usual length, well before the ends: it calls nothing, so that V8 checks the views once and not in every round. It stops
 * before what is not usual. Copies go eight bytes at a time and may write some too many, which the next sequence overwrites.
 */
function unpackFast(input: DataView, lastIn: number, output: DataView, lastOut: number): void {
  let at = place[IN] as number;
  let to = place[OUT] as number;
  while (at < lastIn && to < lastOut) {
    const token = input.getUint8(at);
    let from = (at + 1) | 0;
    let literals = token >>> 4;
    if (literals < 15) {
      output.setBigInt64(to, input.getBigInt64(from, true), true);
      output.setBigInt64(to + 8, input.getBigInt64(from + 8, true), true);
    } else {
      const more = input.getUint8(from);
      if (more === 255) break;
      from = (from + 1) | 0;
      literals = (literals + more) | 0;
      for (let step = 0; step < literals; step = (step + 16) | 0) {
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
    if (back < 0) break;
    if (distance >= 8) {
      output.setBigInt64(next, output.getBigInt64(back, true), true);
      output.setBigInt64(next + 8, output.getBigInt64(back + 8, true), true);
      for (let step = 16; step < length; step = (step + 8) | 0)
        output.setBigInt64(next + step, output.getBigInt64(back + step, true), true);
    } else if (distance === 4) {
      const pixel = output.getInt32(back, true);
      for (let step = 0; step < length; step = (step + 8) | 0) {
        output.setInt32(next + step, pixel, true);
        output.setInt32(next + step + 4, pixel, true);
      }
    } else break;
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
