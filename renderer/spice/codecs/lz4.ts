// LZ4 (spice.proto, image_type LZ4): a byte for top down, a byte with the bitmap format, then blocks in the LZ4 block format, each
// after its length (32 bits, big-endian). They make one stream: a match may reach into the blocks before, up to 64 KiB back.
// Rows follow each other without padding.
import { checkImageSize, checkTarget, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { bitmapFormats, bitmapRowBytes, decodeBitmap } from './bitmap.ts';
import { repeatBytes } from './lz.ts';
import { scratchBytes } from './scratch.ts';

const where = 'lz4';
/** A copy longer than this is left to the engine's own loop, in bytes. */
const longCopy = 160;

/** Short copies go several bytes at a time and may write this many too many, less one. In bytes. */
const slack = 16;

/** Decodes into the target; LZ4 data do not tell their size, the message does. */
export function decodeLz4(source: Uint8Array, target: Pixels): void {
  const { width, height } = target;
  checkImageSize(where, width, height);
  checkTarget(where, width, height, target);
  const format = source[1] ?? 0;
  if (format < bitmapFormats.sixteenBits || format > bitmapFormats.rgba) {
    throw new ProtocolError(where, `bitmap format ${format} is not sent in LZ4`);
  }
  const stride = bitmapRowBytes(format, width);
  const size = stride * height;
  const bytes = scratchBytes(size + slack);
  let at = 2;
  let to = 0;
  while (to < size) {
    if (at + 4 > source.length) throw new ProtocolError(where, 'the data end before the image does');
    const length =
      (source[at] as number) * 2 ** 24 +
      (((source[at + 1] as number) << 16) | ((source[at + 2] as number) << 8) | (source[at + 3] as number));
    at += 4;
    if (length > source.length - at) throw new ProtocolError(where, 'the data end within a block');
    const reached = unpackBlock(source, at, at + length, bytes, size, to);
    if (reached === to) throw new ProtocolError(where, 'a block is empty');
    to = reached;
    at += length;
  }
  decodeBitmap(bytes, target, { format, topDown: source[0] !== 0, stride, palette: null });
}

/**
 * Unpacks one block of the LZ4 block format behind what is already in `bytes`; answers where it ends there. Nothing is written
 * behind `size` but bytes of no meaning in the slack.
 */
function unpackBlock(
  source: Uint8Array,
  from: number,
  end: number,
  bytes: Uint8Array,
  size: number,
  begin: number,
): number {
  // Unaligned words through DataView: V8 makes single instructions of these.
  const input = new DataView(source.buffer, source.byteOffset, end);
  const output = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = from;
  let to = begin;
  while (at < end) {
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
    if (literals > longCopy) {
      bytes.set(source.subarray(at, at + literals), to);
    } else if (at + literals + slack <= end) {
      for (let step = 0; step < literals; step += 8) {
        output.setInt32(to + step, input.getInt32(at + step, true), true);
        output.setInt32(to + step + 4, input.getInt32(at + step + 4, true), true);
      }
    } else {
      for (let step = 0; step < literals; step++) bytes[to + step] = source[at + step] as number;
    }
    at += literals;
    to += literals;
    // The last sequence of a block has no match.
    if (at === end) break;
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
    if (length > longCopy) {
      repeatBytes(bytes, to, distance, length);
    } else if (distance >= 16) {
      for (let next = to, stop = to + length; next < stop; next += 16) {
        const from = next - distance;
        output.setInt32(next, output.getInt32(from, true), true);
        output.setInt32(next + 4, output.getInt32(from + 4, true), true);
        output.setInt32(next + 8, output.getInt32(from + 8, true), true);
        output.setInt32(next + 12, output.getInt32(from + 12, true), true);
      }
    } else if (distance >= 4) {
      for (let next = to, stop = to + length; next < stop; next += 4) {
        output.setInt32(next, output.getInt32(next - distance, true), true);
      }
    } else {
      for (let next = to, stop = to + length; next < stop; next++)
        bytes[next] = bytes[next - distance] as number;
    }
    to += length;
  }
  return to;
}
