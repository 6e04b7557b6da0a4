// Uncompressed pixels (spice.proto, BitmapData and bitmap_fmt). Colours on the wire are blue, green, red in memory order.
//
// The rows' lengths are checked before the loops; their reads are in range by construction.
import { checkImageSize, checkTarget, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

const where = 'bitmap';

/** spice.proto, enum8 bitmap_fmt. */
export const bitmapFormats = {
  oneBitLittleEndian: 1,
  oneBitBigEndian: 2,
  fourBitsLittleEndian: 3,
  fourBitsBigEndian: 4,
  eightBits: 5,
  sixteenBits: 6,
  twentyFourBits: 7,
  thirtyTwoBits: 8,
  rgba: 9,
  eightBitAlpha: 10,
} as const;

/** By bitmap_fmt. */
const bitsPerPixel = [0, 1, 1, 4, 4, 8, 16, 24, 32, 32, 8];
const opaque = 0xff000000 | 0;

export interface BitmapLayout {
  /** spice.proto, enum8 bitmap_fmt. */
  readonly format: number;
  readonly topDown: boolean;
  /** From one row to the next, in bytes. */
  readonly stride: number;
  /** The palette's entries as on the wire, 0x00RRGGBB; null for the formats without one. */
  readonly palette: Uint32Array | null;
  /** What formats of 24 and 32 bits without alpha get in the byte beside their colours, as a word; opaque unless told. */
  readonly spare?: number;
}

/** How many bytes a row takes without padding; throws for a format that does not exist. */
export function bitmapRowBytes(format: number, width: number): number {
  const bits = bitsPerPixel[format] ?? 0;
  if (bits === 0) throw new ProtocolError(where, `there is no bitmap format ${format}`);
  return (width * bits + 7) >>> 3;
}

/**
 * Decodes into the target. Formats without alpha give opaque pixels; alpha alone gives it on black. A palette index beyond the
 * palette wraps with 1 and 4 bits, as spice-gtk's LZ does, and is black with 8.
 */
export function decodeBitmap(source: Uint8Array, target: Pixels, layout: BitmapLayout): void {
  const { width, height } = target;
  const { format, stride, spare = opaque } = layout;
  checkImageSize(where, width, height);
  checkTarget(where, width, height, target);
  const rowBytes = bitmapRowBytes(format, width);
  if (stride < rowBytes || stride * (height - 1) + rowBytes > source.length) {
    throw new ProtocolError(
      where,
      `${source.length} bytes with rows of ${stride} are not ${width} × ${height} pixels of format ${format}`,
    );
  }
  const cells = signedWords(target);
  const colours = format <= bitmapFormats.eightBits ? paletteColours(layout.palette, format) : noColours;
  const input = new DataView(source.buffer, source.byteOffset, source.length);
  const output = new DataView(cells.buffer, cells.byteOffset, cells.byteLength);
  for (let row = 0; row < height; row++) {
    const from = row * stride;
    const to = (layout.topDown ? row : height - 1 - row) * width;
    switch (format) {
      case bitmapFormats.oneBitLittleEndian:
        for (let column = 0; column < width; column++) {
          const bit = ((source[from + (column >> 3)] as number) >> (column & 7)) & 1;
          cells[to + column] = colours[bit] as number;
        }
        break;
      case bitmapFormats.oneBitBigEndian:
        for (let column = 0; column < width; column++) {
          const bit = ((source[from + (column >> 3)] as number) >> (~column & 7)) & 1;
          cells[to + column] = colours[bit] as number;
        }
        break;
      case bitmapFormats.fourBitsLittleEndian:
        for (let column = 0; column < width; column++) {
          const nibble = ((source[from + (column >> 1)] as number) >> ((column & 1) << 2)) & 15;
          cells[to + column] = colours[nibble] as number;
        }
        break;
      case bitmapFormats.fourBitsBigEndian:
        for (let column = 0; column < width; column++) {
          const nibble = ((source[from + (column >> 1)] as number) >> ((~column & 1) << 2)) & 15;
          cells[to + column] = colours[nibble] as number;
        }
        break;
      case bitmapFormats.eightBits:
        for (let column = 0; column < width; column++) {
          cells[to + column] = colours[source[from + column] as number] as number;
        }
        break;
      case bitmapFormats.eightBitAlpha:
        for (let column = 0; column < width; column++) {
          cells[to + column] = (source[from + column] as number) << 24;
        }
        break;
      case bitmapFormats.sixteenBits:
        for (let column = 0, at = from; column < width; column++, at += 2) {
          cells[to + column] = widen555((source[at] as number) | ((source[at + 1] as number) << 8));
        }
        break;
      case bitmapFormats.twentyFourBits:
        for (let column = 0, at = from; column < width; column++, at += 3) {
          cells[to + column] =
            spare |
            ((source[at] as number) << 16) |
            ((source[at + 1] as number) << 8) |
            (source[at + 2] as number);
        }
        break;
      default:
        swapColours(input, from, output, to * 4, width, format === bitmapFormats.rgba ? null : spare);
    }
  }
}

/**
 * Blue, green, red to red, green, blue, for `count` pixels of 32 bits; also in place. Through DataView, which V8 makes plain loads and
 * stores of wherever a row begins in its message.
 * @param from in bytes, as is `to`
 * @param spare the word with the byte beside the colours; null: it stays as it is
 */
export function swapColours(
  source: DataView,
  from: number,
  target: DataView,
  to: number,
  count: number,
  spare: number | null,
): void {
  const kept = spare === null ? 0xff00ff00 : 0xff00;
  const set = spare ?? 0;
  // Four at a time: half of the time in a loop of one is the loop.
  let at = from;
  let cell = to;
  for (const stop = to + (count & ~3) * 4; cell < stop; cell += 16, at += 16) {
    const first = source.getInt32(at, true);
    const second = source.getInt32(at + 4, true);
    const third = source.getInt32(at + 8, true);
    const fourth = source.getInt32(at + 12, true);
    target.setInt32(cell, set | (first & kept) | (((first << 16) | (first >>> 16)) & 0xff00ff), true);
    target.setInt32(cell + 4, set | (second & kept) | (((second << 16) | (second >>> 16)) & 0xff00ff), true);
    target.setInt32(cell + 8, set | (third & kept) | (((third << 16) | (third >>> 16)) & 0xff00ff), true);
    target.setInt32(cell + 12, set | (fourth & kept) | (((fourth << 16) | (fourth >>> 16)) & 0xff00ff), true);
  }
  for (const stop = to + count * 4; cell < stop; cell += 4, at += 4) {
    const word = source.getInt32(at, true);
    target.setInt32(cell, set | (word & kept) | (((word << 16) | (word >>> 16)) & 0xff00ff), true);
  }
}

const noColours = new Int32Array(0);
const allColours = new Int32Array(256);

/** The palette as pixels, with an entry for every index that the format can write. */
function paletteColours(palette: Uint32Array | null, format: number): Int32Array {
  if (palette === null || palette.length === 0) throw new ProtocolError(where, 'the palette is missing');
  const wraps = format < bitmapFormats.eightBits;
  for (let index = 0; index < 256; index++) {
    const entry = palette[wraps ? index % palette.length : index] ?? 0;
    allColours[index] = opaque | ((entry & 0xff) << 16) | (entry & 0xff00) | ((entry >>> 16) & 0xff);
  }
  return allColours;
}

/** Five bits each of red, green and blue, red on top, as an opaque pixel. */
export function widen555(packed: number): number {
  const five = ((packed >>> 10) & 31) | (((packed >>> 5) & 31) << 8) | ((packed & 31) << 16);
  return opaque | (five << 3) | ((five >>> 2) & 0x070707);
}
