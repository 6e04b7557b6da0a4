// LZ: FastLZ (its level 2) on pixels instead of bytes, as SPICE has it. Big-endian header: "  ZL", version 1.1, kind, width,
// height, bytes a row, top down. Then a control byte each: below 32 that many and one more pixels follow literally; otherwise its
// top three bits are the length of a match (seven: more in the bytes after, until one is not 255) and the rest its distance.
// A match's length is biased by how many pixels it takes to pay: 1 of three or four bytes, 2 of two, 3 of one.
//
// Palette and alpha images are byte images to it. An RGBA image is its colours, then all of its alpha bytes in a second stream.
import { checkImageSize, checkTarget, flipRows, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { bitmapFormats, bitmapRowBytes, decodeBitmap, widen555 } from './bitmap.ts';
import { scratchBytes } from './scratch.ts';

const where = 'lz';
export const lzMagic = 0x20205a4c;
export const lzVersion = 0x00010001;
export const lzHeaderBytes = 28;
/** By number on the wire; what palettes look like is told by the bitmap format with the same number. */
export const lzKinds = [
  null,
  'plt1-le',
  'plt1-be',
  'plt4-le',
  'plt4-be',
  'plt8',
  'rgb16',
  'rgb24',
  'rgb32',
  'rgba',
  'xxxa',
  'a8',
] as const;
export type LzKind = Exclude<(typeof lzKinds)[number], null>;

const opaque = 0xff000000 | 0;
/** A match or a fill longer than this is left to the engine's own loop, in pixels. */
const longCopy = 24;

export interface LzHeader {
  readonly kind: LzKind;
  readonly width: number;
  readonly height: number;
  /** Bytes a row before compression. */
  readonly stride: number;
  readonly topDown: boolean;
}

/** Reads the size; throws when it is out of bounds or more than so few bytes can hold. */
export function readLzHeader(source: Uint8Array): LzHeader {
  if (source.length < lzHeaderBytes) throw new ProtocolError(where, 'the data end before the header does');
  const view = new DataView(source.buffer, source.byteOffset, lzHeaderBytes);
  if (view.getUint32(0) !== lzMagic || view.getUint32(4) !== lzVersion) {
    throw new ProtocolError(where, 'the data are not LZ version 1.1');
  }
  const kind = lzKinds[view.getUint32(8)];
  if (kind === null || kind === undefined) {
    throw new ProtocolError(where, `there is no image kind ${view.getUint32(8)}`);
  }
  const width = view.getUint32(12);
  const height = view.getUint32(16);
  const stride = view.getUint32(20);
  checkImageSize(where, width, height);
  const expected = bitmapRowBytes(rowFormats[kind], width);
  if (stride !== expected) {
    throw new ProtocolError(where, `rows of ${stride} bytes are not ${width} pixels of kind ${kind}`);
  }
  // The longest match that a byte can ask for is 255 pixels (bytes, in palette images).
  if (expandsBeyond(source.length, kind.startsWith('plt') ? stride * height : width * height)) {
    throw new ProtocolError(where, `${source.length} bytes cannot hold ${width} × ${height} pixels`);
  }
  return { kind, width, height, stride, topDown: view.getUint32(24) !== 0 };
}

const rowFormats: Readonly<Record<LzKind, number>> = {
  'plt1-le': bitmapFormats.oneBitLittleEndian,
  'plt1-be': bitmapFormats.oneBitBigEndian,
  'plt4-le': bitmapFormats.fourBitsLittleEndian,
  'plt4-be': bitmapFormats.fourBitsBigEndian,
  plt8: bitmapFormats.eightBits,
  rgb16: bitmapFormats.sixteenBits,
  rgb24: bitmapFormats.twentyFourBits,
  rgb32: bitmapFormats.thirtyTwoBits,
  rgba: bitmapFormats.rgba,
  xxxa: bitmapFormats.rgba,
  a8: bitmapFormats.eightBitAlpha,
};

/**
 * Decodes into the target, whose size must be the header's. Kinds without alpha give opaque pixels, alpha alone (a8) gives it on
 * black, and xxxa replaces the alpha of what is in the target.
 * @param palette entries as on the wire, 0x00RRGGBB; null for the kinds without one
 * @param spare what kinds of 24 and 32 bits without alpha get in the byte beside their colours, as a word; opaque unless told
 */
export function decodeLz(
  source: Uint8Array,
  target: Pixels,
  palette: Uint32Array | null = null,
  spare: number = opaque,
): void {
  const { kind, width, height, stride, topDown } = readLzHeader(source);
  checkTarget(where, width, height, target);
  const cells = signedWords(target);
  switch (kind) {
    case 'xxxa':
      if (!topDown) flipRows(target);
      unpackAlpha(source, lzHeaderBytes, cells, false);
      break;
    case 'rgb16':
    case 'rgb24':
    case 'rgb32':
      unpackColours(source, lzHeaderBytes, cells, kind === 'rgb16' ? 2 : 3, spare);
      break;
    case 'rgba':
      unpackAlpha(source, unpackColours(source, lzHeaderBytes, cells, 3, opaque), cells, true);
      break;
    default: {
      const bytes = scratchBytes(stride * height);
      unpackBytes(source, lzHeaderBytes, bytes);
      decodeBitmap(bytes, target, { format: rowFormats[kind], topDown, stride, palette });
      return;
    }
  }
  if (!topDown) flipRows(target);
}

/** Whether so many bytes cannot stand for so many pixels. */
export function expandsBeyond(bytes: number, pixels: number): boolean {
  return pixels > bytes * 255;
}

/** Fills `cells`; answers where in the source it stopped. */
function unpackColours(
  source: Uint8Array,
  from: number,
  cells: Int32Array,
  pixelBytes: 2 | 3,
  spare: number,
): number {
  const end = source.length;
  const size = cells.length;
  const lengthBias = pixelBytes === 2 ? 1 : 0;
  let at = from;
  let to = 0;
  while (to < size) {
    if (at >= end) throw new ProtocolError(where, 'the data end before the image does');
    const control = source[at++] as number;
    if (control < 32) {
      const stop = to + control + 1;
      if (stop > size) throw new ProtocolError(where, 'the data go beyond the image');
      if (at + (control + 1) * pixelBytes > end)
        throw new ProtocolError(where, 'the data end before the image does');
      if (pixelBytes === 3) {
        for (; to < stop; to++, at += 3) {
          cells[to] =
            spare |
            ((source[at] as number) << 16) |
            ((source[at + 1] as number) << 8) |
            (source[at + 2] as number);
        }
      } else {
        for (; to < stop; to++, at += 2) {
          cells[to] = widen555(((source[at] as number) << 8) | (source[at + 1] as number));
        }
      }
      continue;
    }
    let length = control >>> 5;
    if (length === 7) {
      let more = 255;
      while (more === 255 && length <= size) {
        more = at < end ? (source[at] as number) : 0;
        at++;
        length += more;
      }
    }
    length += lengthBias;
    let distance = (control & 31) << 8;
    const low = at < end ? (source[at] as number) : 0;
    at++;
    if (low === 255 && control % 32 === 31) {
      distance = at + 1 < end ? ((source[at] as number) << 8) | (source[at + 1] as number) : 0;
      distance += farDistance;
      at += 2;
    } else {
      distance += low + 1;
    }
    if (at > end) throw new ProtocolError(where, 'the data end before the image does');
    if (distance > to || length > size - to)
      throw new ProtocolError(where, 'a match reaches outside of the image');
    repeatWords(cells, to, distance, length);
    to += length;
  }
  return at;
}

/** From this distance on two more bytes tell it: what thirteen bits can say, and the bias of one. */
const farDistance = 8191 + 1;

/** Copies `length` words from `distance` words before `to`, which may overlap. */
export function repeatWords(cells: Int32Array, to: number, distance: number, length: number): void {
  const stop = to + length;
  if (distance === 1) {
    const cell = cells[to - 1] as number;
    if (length > longCopy) cells.fill(cell, to, stop);
    else for (let index = to; index < stop; index++) cells[index] = cell;
  } else if (length > longCopy && distance > 3) {
    // One that overlaps itself is a pattern: copy it once, then double what there is.
    const first = to - distance;
    for (let next = to; next < stop; ) {
      const count = Math.min(next - first, stop - next);
      cells.copyWithin(next, first, first + count);
      next += count;
    }
  } else {
    for (let index = to, ref = to - distance; index < stop; index++, ref++)
      cells[index] = cells[ref] as number;
  }
}

/** As repeatWords, for a length that is worth it. */
export function repeatBytes(bytes: Uint8Array, to: number, distance: number, length: number): void {
  const stop = to + length;
  if (distance === 1) {
    bytes.fill(bytes[to - 1] as number, to, stop);
    return;
  }
  const first = to - distance;
  for (let next = to; next < stop; ) {
    const count = Math.min(next - first, stop - next);
    bytes.copyWithin(next, first, first + count);
    next += count;
  }
}

/**
 * As unpackColours, for the alpha of all cells, byte by byte among the colours. `opaqueBefore` tells that all of it is 255 so far,
 * as most of it stays in most pictures.
 */
function unpackAlpha(source: Uint8Array, from: number, cells: Int32Array, opaqueBefore: boolean): void {
  const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  const end = source.length;
  const size = cells.length;
  const kept = opaqueBefore ? 255 : -1;
  let at = from;
  let to = 0;
  while (to < size) {
    if (at >= end) throw new ProtocolError(where, 'the data end before the image does');
    const control = source[at++] as number;
    if (control < 32) {
      const stop = to + control + 1;
      if (stop > size) throw new ProtocolError(where, 'the data go beyond the image');
      if (at + control + 1 > end) throw new ProtocolError(where, 'the data end before the image does');
      for (; to < stop; to++, at++) bytes[to * 4 + 3] = source[at] as number;
      continue;
    }
    let length = control >>> 5;
    if (length === 7) {
      let more = 255;
      while (more === 255 && length <= size) {
        more = at < end ? (source[at] as number) : 0;
        at++;
        length += more;
      }
    }
    length += 2;
    let distance = (control & 31) << 8;
    const low = at < end ? (source[at] as number) : 0;
    at++;
    if (low === 255 && control % 32 === 31) {
      distance = at + 1 < end ? ((source[at] as number) << 8) | (source[at + 1] as number) : 0;
      distance += farDistance;
      at += 2;
    } else {
      distance += low + 1;
    }
    if (at > end) throw new ProtocolError(where, 'the data end before the image does');
    if (distance > to || length > size - to)
      throw new ProtocolError(where, 'a match reaches outside of the image');
    const first = to * 4 + 3;
    const stop = first + length * 4;
    if (distance === 1) {
      const alpha = bytes[first - 4] as number;
      if (alpha !== kept) for (let index = first; index < stop; index += 4) bytes[index] = alpha;
    } else {
      for (let index = first, ref = first - distance * 4; index < stop; index += 4, ref += 4)
        bytes[index] = bytes[ref] as number;
    }
    to += length;
  }
}

/** As unpackColours, for pixels of one byte. */
function unpackBytes(source: Uint8Array, from: number, bytes: Uint8Array): void {
  const end = source.length;
  const size = bytes.length;
  let at = from;
  let to = 0;
  while (to < size) {
    if (at >= end) throw new ProtocolError(where, 'the data end before the image does');
    const control = source[at++] as number;
    if (control < 32) {
      const stop = to + control + 1;
      if (stop > size) throw new ProtocolError(where, 'the data go beyond the image');
      if (at + control + 1 > end) throw new ProtocolError(where, 'the data end before the image does');
      while (to < stop) bytes[to++] = source[at++] as number;
      continue;
    }
    let length = control >>> 5;
    if (length === 7) {
      let more = 255;
      while (more === 255 && length <= size) {
        more = at < end ? (source[at] as number) : 0;
        at++;
        length += more;
      }
    }
    length += 2;
    let distance = (control & 31) << 8;
    const low = at < end ? (source[at] as number) : 0;
    at++;
    if (low === 255 && control % 32 === 31) {
      distance = at + 1 < end ? ((source[at] as number) << 8) | (source[at + 1] as number) : 0;
      distance += farDistance;
      at += 2;
    } else {
      distance += low + 1;
    }
    if (at > end) throw new ProtocolError(where, 'the data end before the image does');
    if (distance > to || length > size - to)
      throw new ProtocolError(where, 'a match reaches outside of the image');
    const stop = to + length;
    if (length > longCopy) {
      repeatBytes(bytes, to, distance, length);
    } else {
      for (let index = to, ref = to - distance; index < stop; index++, ref++)
        bytes[index] = bytes[ref] as number;
    }
    to = stop;
  }
}
