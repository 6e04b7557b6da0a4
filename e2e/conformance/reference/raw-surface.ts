import { SURFACE_FORMAT } from '../../../renderer/spice/protocol/constants.ts';
import type { Picture } from '../picture.ts';

/** A surface's bytes as they lie in memory: little-endian pixels, rows from the top, `stride` bytes apart. */
export interface RawSurface {
  /** A surface_fmt. */
  readonly format: number;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly bytes: Uint8Array;
}

/** As it is shown. */
export function pictureOf(surface: RawSurface): Picture {
  const { width, height } = surface;
  const color = colorOf(surface);
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const pixel = color(x, y);
      rgb[at] = pixel >>> 16;
      rgb[at + 1] = pixel >>> 8;
      rgb[at + 2] = pixel;
    }
  }
  return { width, height, rgb };
}

/** Reads pixels as 0xAARRGGBB; 5 and 6 bits are widened by repeating their highest ones. */
export function colorOf({ format, stride, bytes }: RawSurface): (x: number, y: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 0:
      return () => 0;
    case SURFACE_FORMAT.rgb555:
      return (x, y) => {
        const pixel = view.getUint16(y * stride + x * 2, true);
        return (widen(pixel >> 10, 5) << 16) | (widen(pixel >> 5, 5) << 8) | widen(pixel, 5);
      };
    case SURFACE_FORMAT.rgb565:
      return (x, y) => {
        const pixel = view.getUint16(y * stride + x * 2, true);
        return (widen(pixel >> 11, 5) << 16) | (widen(pixel >> 5, 6) << 8) | widen(pixel, 5);
      };
    case SURFACE_FORMAT.xrgb32:
    case SURFACE_FORMAT.argb32:
      return (x, y) => view.getUint32(y * stride + x * 4, true);
    default:
      throw new Error(`a screen of surface format ${format}`);
  }
}

function widen(value: number, bits: number): number {
  const low = value & ((1 << bits) - 1);
  return ((low << (8 - bits)) | (low >> (2 * bits - 8))) & 255;
}
