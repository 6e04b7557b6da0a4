import type { PixelFormat, Raster } from './draw-types.ts';
import { readMasks, readWords } from './pixel-format.ts';

/** How pixels around a raster look: pixman's repeat modes, in the order the wire counts them. */
export type Repeat = 'none' | 'normal' | 'pad' | 'reflect';

export type Filter = 'nearest' | 'bilinear';

/** Destination to source, in 16.16 fixed point: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0. */
export interface Transform {
  readonly xx: number;
  readonly xy: number;
  readonly x0: number;
  readonly yx: number;
  readonly yy: number;
  readonly y0: number;
}

/** A raster as something to composite from. Without a transform, pixels map one to one. */
export interface Sampling {
  readonly raster: Raster;
  readonly transform: Transform | null;
  readonly filter: Filter;
  readonly repeat: Repeat;
  /** Read the raster as if it had this format. */
  readonly readAs?: PixelFormat;
}

/** Fills `out` with `count` premultiplied pixels, those that (x, y), (x + 1, y), … of the target come from. */
export type FetchRow = (x: number, y: number, count: number, out: Uint32Array) => void;

/**
 * A reader of rows. The rounding is pixman's: a pixel stands for its centre, nearest takes what lies just before a
 * tie, bilinear weighs with 7 bits and drops the fraction.
 */
export function fetcher(sampling: Sampling): FetchRow {
  const { raster, transform } = sampling;
  if (transform === null) {
    const { keep, set } = masksOf(sampling);
    return fetchAsIs(raster, sampling.repeat, keep, set);
  }
  const pixel = pixelReaderOf(sampling);
  return sampling.filter === 'nearest' ? fetchNearest(transform, pixel) : fetchBilinear(transform, pixel);
}

/** Reads single pixels of what is sampled, without its transform. */
export function pixelReaderOf(sampling: Sampling): PixelReader {
  const { keep, set } = masksOf(sampling);
  return pixelReader(sampling.raster, sampling.repeat, keep, set);
}

function masksOf({ raster, readAs }: Sampling): { readonly keep: number; readonly set: number } {
  const { keep, set } = readMasks(readAs ?? raster.format);
  // A blank top byte matters only where the top byte is read.
  return { keep: raster.blankTop === true ? keep & 0x00ffffff : keep, set };
}

function fetchAsIs(raster: Raster, repeat: Repeat, keep: number, set: number): FetchRow {
  const { data, width, height } = raster;
  const pixel = pixelReader(raster, repeat, keep, set);
  return (x, y, count, out) => {
    const inside = y >= 0 && y < height && x >= 0 && x + count <= width;
    const from = y * width + x;
    if (inside && raster.heldAs !== undefined) {
      readWords(raster, from, out, 0, count);
      for (let i = 0; i < count; i++) out[i] = ((out[i] ?? 0) & keep) | set;
    } else if (inside) {
      for (let i = 0; i < count; i++) out[i] = ((data[from + i] ?? 0) & keep) | set;
    } else {
      for (let i = 0; i < count; i++) out[i] = pixel(x + i, y);
    }
  };
}

/** One pixel as a premultiplied word, anywhere. */
type PixelReader = (x: number, y: number) => number;

function pixelReader(raster: Raster, repeat: Repeat, keep: number, set: number): PixelReader {
  const { width, height } = raster;
  const read = wordReader(raster, keep, set);
  if (repeat === 'none') {
    return (x, y) => (x >= 0 && x < width && y >= 0 && y < height ? read(x, y) : 0);
  }
  return (x, y) => read(wrap(repeat, x, width), wrap(repeat, y, height));
}

function wordReader(raster: Raster, keep: number, set: number): PixelReader {
  const { data, width } = raster;
  if (raster.heldAs === undefined) return (x, y) => ((data[y * width + x] ?? 0) & keep) | set;
  const word = new Uint32Array(1);
  return (x, y) => {
    readWords(raster, y * width + x, word, 0, 1);
    return ((word[0] ?? 0) & keep) | set;
  };
}

function wrap(repeat: Repeat, at: number, size: number): number {
  if (at >= 0 && at < size) return at;
  if (repeat === 'pad') return at < 0 ? 0 : size - 1;
  const period = repeat === 'reflect' ? size * 2 : size;
  const rest = at % period;
  const positive = rest < 0 ? rest + period : rest;
  return positive < size ? positive : period - 1 - positive;
}

/** Where the centre of target pixel (x, y) lies in the source, in 1/65536 pixels, rounded to the nearest. */
export function startOf(a: number, b: number, c: number, x: number, y: number): number {
  return a * x + b * y + c + Math.floor(((a + b) * 32_768 + 32_768) / 65_536);
}

function fetchNearest(t: Transform, pixel: PixelReader): FetchRow {
  return (x, y, count, out) => {
    let sx = startOf(t.xx, t.xy, t.x0, x, y) - 1;
    let sy = startOf(t.yx, t.yy, t.y0, x, y) - 1;
    for (let i = 0; i < count; i++) {
      out[i] = pixel(Math.floor(sx / 65_536), Math.floor(sy / 65_536));
      sx += t.xx;
      sy += t.yx;
    }
  };
}

function fetchBilinear(t: Transform, pixel: PixelReader): FetchRow {
  return (x, y, count, out) => {
    let sx = startOf(t.xx, t.xy, t.x0, x, y) - 32_768;
    let sy = startOf(t.yx, t.yy, t.y0, x, y) - 32_768;
    for (let i = 0; i < count; i++) {
      const left = Math.floor(sx / 65_536);
      const top = Math.floor(sy / 65_536);
      const wx = (sx - left * 65_536) >> 9;
      const wy = (sy - top * 65_536) >> 9;
      out[i] = mixFour(
        pixel(left, top),
        pixel(left + 1, top),
        pixel(left, top + 1),
        pixel(left + 1, top + 1),
        wx,
        wy,
      );
      sx += t.xx;
      sy += t.yx;
    }
  };
}

/** Weights of 0…127 (in 1/128) to the right and to the bottom; each channel is cut off, not rounded. */
function mixFour(tl: number, tr: number, bl: number, br: number, wx: number, wy: number): number {
  const d = wx * wy;
  const b = (wx << 7) - d;
  const c = (wy << 7) - d;
  const a = 16_384 - b - c - d;
  const at = (shift: number): number =>
    (((tl >>> shift) & 255) * a +
      ((tr >>> shift) & 255) * b +
      ((bl >>> shift) & 255) * c +
      ((br >>> shift) & 255) * d) >>>
    14;
  return at(0) | (at(8) << 8) | (at(16) << 16) | (at(24) << 24);
}
