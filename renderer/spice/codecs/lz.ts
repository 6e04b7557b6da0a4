// LZ: FastLZ (its level 2) on pixels instead of bytes, as SPICE has it. Big-endian header: "  ZL", version 1.1, kind, width,
// height, bytes a row, top down. Then a control byte each: below 32 that many and one more pixels follow literally; otherwise its
// top three bits are the length of a match (seven: more in the bytes after, until one is not 255) and the rest its distance.
// A match's length is biased by how many pixels it takes to pay: 1 of three or four bytes, 2 of two, 3 of one.
//
// Palette and alpha images are byte images to it. An RGBA image is its colours, then all of its alpha bytes in a second stream.
import { checkImageSize, checkTarget, flipRows, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { bitmapFormats, bitmapRowBytes, decodeBitmap, widen555 } from './bitmap.ts';
import { DISTANCE, LENGTH, match, readMatch, unpackAlpha, unpackBytes } from './lz-bytes.ts';
import { IN, OUT, place, slack, unpackUsualColours } from './lz-fast.ts';
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
/** For fewer bytes of source than these the views take longer to make than they save. */
const fewBytes = 200;
const noBytes = new DataView(new ArrayBuffer(0));

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
  // SPICE's encoder ends with literals: this is the last pixel's alpha, and mostly that of all.
  const usual = source[source.length - 1] as number;
  switch (kind) {
    case 'xxxa':
      if (!topDown) flipRows(target);
      for (let index = 0; index < cells.length; index++)
        cells[index] = ((cells[index] as number) & 0xffffff) | (usual << 24);
      unpackAlpha(source, lzHeaderBytes, cells, usual);
      break;
    case 'rgb16':
    case 'rgb24':
    case 'rgb32':
      unpackColours(source, lzHeaderBytes, cells, kind === 'rgb16' ? 2 : 3, spare);
      break;
    case 'rgba':
      unpackAlpha(source, unpackColours(source, lzHeaderBytes, cells, 3, usual << 24), cells, usual);
      break;
    default: {
      const size = stride * height;
      const bytes = scratchBytes(size + slack);
      unpackBytes(source, lzHeaderBytes, bytes, 0, size);
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
  const quick = pixelBytes === 3 && end - from > fewBytes;
  const input = quick ? new DataView(source.buffer, source.byteOffset, end) : noBytes;
  const output = quick ? new DataView(cells.buffer, cells.byteOffset, cells.byteLength) : noBytes;
  let at = from;
  let to = 0;
  while (to < size) {
    if (quick) {
      place[IN] = at;
      place[OUT] = to;
      unpackUsualColours(input, output, spare);
      at = place[IN] as number;
      to = place[OUT] as number;
    }
    if (at >= end) throw new ProtocolError(where, 'the data end before the image does');
    const control = source[at++] as number;
    if (control >= 32) {
      at = readMatch(source, at, control, pixelBytes === 2 ? 1 : 0, to, size);
      const length = match[LENGTH] as number;
      repeatWords(cells, to, match[DISTANCE] as number, length);
      to += length;
      continue;
    }
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
  }
  return at;
}

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
