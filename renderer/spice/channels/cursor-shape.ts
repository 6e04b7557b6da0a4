import { CURSOR_TYPE } from '../protocol/constants.ts';
import type { Point } from '../protocol/geometry.ts';
import type { CursorData } from '../protocol/messages.ts';
import type { Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/**
 * A pointer picture. `pixels` has straight alpha. `invert` holds one byte for each pixel, 1 where what lies below the pointer is
 * to be inverted (there `pixels` is transparent); null when there is no such pixel. Who cannot invert draws those
 * black with a white edge.
 */
export interface CursorShape {
  readonly pixels: Pixels;
  readonly hotspot: Point;
  readonly invert: Uint8Array | null;
}

/** The largest side of a pointer that we take. */
const MAX_SIDE = 512;
const OPAQUE = 0xff000000;
const WHITE = 0x00ffffff;
/** All 15 bits, as `rgb555` gives them. */
const WHITE_555 = 0x00f8f8f8;

/** Reads n-th pixel: its colour as 0x00BBGGRR. */
type ColorOf = (index: number) => number;

/**
 * Struct Cursor's data by cursor_type, as the QXL drivers lay it out: the colours, for palettes the palette, then a 1-bit mask without
 * padding between rows, set where the screen shows through. White under the mask inverts.
 */
export function readCursorShape(cursor: CursorData): CursorShape {
  const { width, height, data, type } = cursor;
  if (width > MAX_SIDE || height > MAX_SIDE) {
    throw new ProtocolError('cursor.shape', `a pointer of ${width}×${height} pixels`);
  }
  const hotspot = { x: Math.min(cursor.hotspot.x, width), y: Math.min(cursor.hotspot.y, height) };
  const count = width * height;
  const pixels = { width, height, data: new Uint32Array(count) };
  switch (type) {
    case CURSOR_TYPE.alpha: {
      need(data, count * 4);
      for (let index = 0; index < count; index += 1) {
        pixels.data[index] = (bgr(data, index * 4) | ((data[index * 4 + 3] ?? 0) << 24)) >>> 0;
      }
      return { pixels, hotspot, invert: null };
    }
    case CURSOR_TYPE.mono:
      return { pixels, hotspot, invert: readMono(data, pixels) };
    case CURSOR_TYPE.color4: {
      const colors = ((width + 1) >> 1) * height;
      const nibble = (index: number): number =>
        (index & 1) === 1 ? (data[index >> 1] ?? 0) & 15 : (data[index >> 1] ?? 0) >> 4;
      const color: ColorOf = (index) => bgr(data, colors + nibble(index) * 4);
      return { pixels, hotspot, invert: readMasked(data, pixels, colors + 16 * 4, color) };
    }
    case CURSOR_TYPE.color8: {
      const color: ColorOf = (index) => bgr(data, count + (data[index] ?? 0) * 4);
      return { pixels, hotspot, invert: readMasked(data, pixels, count + 256 * 4, color) };
    }
    case CURSOR_TYPE.color16: {
      const color: ColorOf = (index) => rgb555((data[index * 2] ?? 0) | ((data[index * 2 + 1] ?? 0) << 8));
      return { pixels, hotspot, invert: readMasked(data, pixels, count * 2, color, WHITE_555) };
    }
    case CURSOR_TYPE.color24: {
      const color: ColorOf = (index) => bgr(data, index * 3);
      return { pixels, hotspot, invert: readMasked(data, pixels, count * 3, color) };
    }
    case CURSOR_TYPE.color32: {
      const color: ColorOf = (index) => bgr(data, index * 4);
      return { pixels, hotspot, invert: readMasked(data, pixels, count * 4, color) };
    }
    default:
      throw new ProtocolError('cursor.shape', `cursor type ${type} does not exist`);
  }
}

function readMasked(
  data: Uint8Array,
  pixels: Pixels,
  maskAt: number,
  colorOf: ColorOf,
  white = WHITE,
): Uint8Array | null {
  const count = pixels.data.length;
  need(data, maskAt + Math.ceil(count / 8));
  let invert: Uint8Array | null = null;
  for (let index = 0; index < count; index += 1) {
    const through = ((data[maskAt + (index >> 3)] ?? 0) & (0x80 >> (index & 7))) !== 0;
    const color = colorOf(index);
    if (!through) {
      pixels.data[index] = (color | OPAQUE) >>> 0;
    } else if (color === white) {
      invert ??= new Uint8Array(count);
      invert[index] = 1;
    }
  }
  return invert;
}

/** An AND mask, then an XOR mask, rows of whole bytes, high bit first: 0/0 black, 0/1 white, 1/0 transparent, 1/1 inverts. */
function readMono(data: Uint8Array, pixels: Pixels): Uint8Array | null {
  const { width, height } = pixels;
  const stride = (width + 7) >> 3;
  need(data, stride * height * 2);
  let invert: Uint8Array | null = null;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * stride + (x >> 3);
      const bit = 0x80 >> (x & 7);
      const and = ((data[at] ?? 0) & bit) !== 0;
      const xor = ((data[stride * height + at] ?? 0) & bit) !== 0;
      const index = y * width + x;
      if (!and) {
        pixels.data[index] = xor ? (OPAQUE | WHITE) >>> 0 : OPAQUE;
      } else if (xor) {
        invert ??= new Uint8Array(width * height);
        invert[index] = 1;
      }
    }
  }
  return invert;
}

function need(data: Uint8Array, bytes: number): void {
  if (data.length < bytes) {
    throw new ProtocolError('cursor.shape', `${data.length} bytes where the pointer takes ${bytes}`);
  }
}

/** Blue, green, red in memory → 0x00BBGGRR. */
function bgr(data: Uint8Array, at: number): number {
  return ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
}

/** The 5 bits of each channel become the high bits of 8, as spice-gtk has it: so the brightest is not quite white. */
function rgb555(pixel: number): number {
  return ((pixel & 0x1f) << 19) | ((pixel & 0x3e0) << 6) | ((pixel & 0x7c00) >> 7);
}
