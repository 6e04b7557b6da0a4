import type { Rect } from '../protocol/geometry.ts';
import type { PixelFormat, Raster } from './draw-types.ts';
import { storeRow } from './pixel-format.ts';
import type { Painter } from './region.ts';
import { type FetchRow, type Filter, fetcher, type Transform } from './sampler.ts';
import type { Surface } from './surface.ts';

/** How a source area becomes the box it is drawn to. */
export interface Scaling {
  readonly source: Raster;
  readonly area: Rect;
  readonly box: Rect;
  readonly filter: Filter;
}

export function sameSize(a: Rect, b: Rect): boolean {
  return a.right - a.left === b.right - b.left && a.bottom - a.top === b.bottom - b.top;
}

/**
 * Source rows for target coordinates that count from the box's corner, as `target` is to store them. What lies outside
 * of the raster is clear. A target without alpha gets the spare byte like any other channel, as pixman has it.
 */
export function scaledRows(scaling: Scaling, target: PixelFormat): FetchRow {
  const { source } = scaling;
  return fetcher({
    raster: source,
    transform: scaleTransform(scaling.area, scaling.box),
    filter: scaling.filter,
    repeat: 'none',
    readAs: target === 'x8r8g8b8' ? withSpareByte(source.format) : source.format,
  });
}

/** The format as which a pixel's spare byte counts as alpha. */
export function withSpareByte(format: PixelFormat): PixelFormat {
  return format === 'x8r8g8b8' ? 'a8r8g8b8' : format;
}

export function scaleTransform(area: Rect, box: Rect): Transform {
  return {
    xx: Math.trunc(((area.right - area.left) * 65_536) / (box.right - box.left)),
    xy: 0,
    x0: area.left * 65_536,
    yx: 0,
    yy: Math.trunc(((area.bottom - area.top) * 65_536) / (box.bottom - box.top)),
    y0: area.top * 65_536,
  };
}

/** Scaled pixels as the surface stores them. */
export function scalePainter(surface: Surface, box: Rect, rows: FetchRow): Painter {
  const row = new Uint32Array(surface.width);
  return {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        rows(x1 - box.left, y - box.top, x2 - x1, row);
        storeRow(withSpareByte(surface.format), row, 0, surface.data, y * surface.width + x1, x2 - x1);
      }
    },
  };
}

/** Scaled pixels as words of the source's own format, for coordinates of the surface. */
export function scaledWords(scaling: Scaling): FetchRow {
  const { source, box } = scaling;
  return storedRows(scaledRows(scaling, source.format), source.format, box.left, box.top);
}

/** Rows that count from (left, top), as words of this format, for coordinates of the surface. */
export function storedRows(rows: FetchRow, format: PixelFormat, left: number, top: number): FetchRow {
  return (x, y, count, out) => {
    rows(x - left, y - top, count, out);
    storeRow(withSpareByte(format), out, 0, out, 0, count);
  };
}
