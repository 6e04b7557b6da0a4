import type { PixelFormat } from './draw-types.ts';
import { is16 } from './pixel-format.ts';
import { fetcher, pixelReaderOf, type Sampling, startOf } from './sampler.ts';

/**
 * Rows in single precision, four values a pixel (red, green, blue, alpha, 0…1), for the operators that pixman computes so. Colours of
 * 16 bits keep their own steps there, and bilinear weights are not cut to 7 bits.
 */
export type FetchFloatRow = (x: number, y: number, count: number, out: Float32Array) => void;

const f = Math.fround;
const unit5 = f(1 / 31);
const unit6 = f(1 / 63);
const unit8 = f(1 / 255);

/** Widens a word of a row read as `format`. */
export function expand(format: PixelFormat, word: number, out: Float32Array, at: number): void {
  const green6 = format === 'r5g6b5';
  if (is16(format)) {
    out[at] = ((word >>> 3) & 31) * unit5;
    out[at + 1] = green6 ? ((word >>> 10) & 63) * unit6 : ((word >>> 11) & 31) * unit5;
    out[at + 2] = ((word >>> 19) & 31) * unit5;
  } else {
    out[at] = (word & 255) * unit8;
    out[at + 1] = ((word >>> 8) & 255) * unit8;
    out[at + 2] = ((word >>> 16) & 255) * unit8;
  }
  out[at + 3] = (word >>> 24) * unit8;
}

/** As `fetcher`, in single precision. */
export function floatFetcher(sampling: Sampling): FetchFloatRow {
  const { transform, filter } = sampling;
  const format = sampling.readAs ?? sampling.raster.format;
  if (transform !== null && filter === 'bilinear') return fetchBilinear(sampling, format);
  const rows = fetcher(sampling);
  let words = new Uint32Array(0);
  return (x, y, count, out) => {
    if (words.length < count) words = new Uint32Array(count);
    rows(x, y, count, words);
    for (let i = 0; i < count; i++) expand(format, words[i] ?? 0, out, i * 4);
  };
}

function fetchBilinear(sampling: Sampling, format: PixelFormat): FetchFloatRow {
  const { transform: t } = sampling;
  const pixel = pixelReaderOf(sampling);
  const [tl, tr, bl, br] = [0, 1, 2, 3].map(() => new Float32Array(4)) as [
    ...[Float32Array, Float32Array, Float32Array, Float32Array],
  ];
  return (x, y, count, out) => {
    if (t === null) return;
    let sx = startOf(t.xx, t.xy, t.x0, x, y) - 32_768;
    let sy = startOf(t.yx, t.yy, t.y0, x, y) - 32_768;
    for (let i = 0; i < count; i++) {
      const left = Math.floor(sx / 65_536);
      const top = Math.floor(sy / 65_536);
      expand(format, pixel(left, top), tl, 0);
      expand(format, pixel(left + 1, top), tr, 0);
      expand(format, pixel(left, top + 1), bl, 0);
      expand(format, pixel(left + 1, top + 1), br, 0);
      const wx = f((sx - left * 65_536) / 65_536);
      const wy = f((sy - top * 65_536) / 65_536);
      const [a, b] = [f(f(1 - wx) * f(1 - wy)), f(wx * f(1 - wy))];
      const [c, d] = [f(f(1 - wx) * wy), f(wx * wy)];
      for (let n = 0; n < 4; n++) {
        const upper = f(f((tl[n] ?? 0) * a) + f((tr[n] ?? 0) * b));
        out[i * 4 + n] = f(f(upper + f((bl[n] ?? 0) * c)) + f((br[n] ?? 0) * d));
      }
      sx += t.xx;
      sy += t.yx;
    }
  };
}
