import type { Clip, Point, Rect } from '../protocol/geometry.ts';

/**
 * What a draw message asks for, in plain data (spice.proto, DisplayChannel). The canvas takes these; who parsed
 * them does not matter to it. Images stand as `Source`: already decoded, or another surface.
 */

/** How the bits of a stored pixel are meant. Names and bit orders are pixman's, as SPICE's own surfaces use them. */
export type PixelFormat = 'a1' | 'a8' | 'x1r5g5b5' | 'r5g6b5' | 'x8r8g8b8' | 'a8r8g8b8';

/**
 * Pixels to draw from. Words are 0xAABBGGRR. 16-bit colours are widened by repeating their high bits (a bitwise
 * operation on the widened word is the widened result of the same operation), x1r5g5b5's spare bit fills the top
 * byte, a8 and a1 live in the top byte alone.
 */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint32Array;
  readonly format: PixelFormat;
  /** The top byte of every word counts as 0, whatever is stored: the decoders of opaque images store 255 there. */
  readonly blankTop?: boolean;
  /** The words are still those of this format: whoever reads them converts them to `format`, as `readWords` does. */
  readonly heldAs?: PixelFormat;
}

interface SolidBrush {
  readonly type: 'solid';
  /** In the surface's own depth: 0xXXRRGGBB, or a 16-bit pixel. */
  readonly color: number;
}
export interface PatternBrush {
  readonly type: 'pattern';
  readonly raster: Raster;
  readonly pos: Point;
}
export type Brush = { readonly type: 'none' } | SolidBrush | PatternBrush;

/** One bit a pixel: only where it is set (or, inverted, clear) is drawn; nothing is drawn outside of it. */
export interface Mask {
  readonly raster: Raster;
  readonly pos: Point;
  readonly inverse: boolean;
}

/** Where a draw operation may touch the surface: its box, cut by a list of rectangles where there is one. */
export interface Target {
  readonly box: Rect;
  readonly clip: Clip;
}

/** `dest` becomes `source` over, in, … `dest`. `mask` scales the source, per channel where `component` is set. */
export type Combine = (
  dest: Uint32Array,
  source: Uint32Array,
  mask: Uint32Array | null,
  component: boolean,
  count: number,
) => void;

/** The same in single precision: four values a pixel, red, green, blue, alpha, 0…1. */
export type CombineFloat = (
  dest: Float32Array,
  source: Float32Array,
  mask: Float32Array | null,
  component: boolean,
  count: number,
) => void;
