import type { Point } from '../protocol/geometry.ts';
import { signedWords } from '../protocol/pixels.ts';
import type { PatternBrush, Raster } from './draw-types.ts';
import { rasterFor, readWords } from './pixel-format.ts';
import { readWordsAhead } from './read-ahead.ts';
import { areaOf, type Painter, type Region } from './region.ts';
import { blankingTop, isCopy, type Rop, ropFill, ropRow } from './rop.ts';
import type { FetchRow } from './sampler.ts';
import type { Surface } from './surface.ts';

/** Below this many words a loop beats the view that a bulk copy needs. */
const shortRow = 24;

/** One word everywhere. */
export function solidPainter(surface: Surface, word: number, rop: Rop): Painter {
  const { data, width } = surface;
  const copy = isCopy(rop);
  return {
    rect(x1, y1, x2, y2) {
      const count = x2 - x1;
      for (let y = y1, at = y1 * width + x1; y < y2; y++, at += width) {
        if (copy) data.fill(word, at, at + count);
        else ropFill(rop, data, at, word, count);
      }
    },
  };
}

/** A raster put with its left top corner at (left, top); what lies outside of it stays as it is. */
export function rasterPainter(
  surface: Surface,
  source: Raster,
  left: number,
  top: number,
  rop: Rop,
): Painter {
  const raster = rasterFor(surface.format, source, 0);
  const copy = isCopy(rop);
  if (raster.heldAs !== undefined) {
    const painter = copy
      ? convertingCopy(surface, raster, left, top)
      : rowPainter(surface, rowsAt(raster, left, top), rop);
    return inside(raster, left, top, painter);
  }
  if (copy && raster.blankTop === true)
    return inside(raster, left, top, blankingCopy(surface, raster, left, top));
  if (copy) return inside(raster, left, top, plainCopy(surface, raster, left, top));
  const { data, width } = raster;
  const counted = countedRop(rop, raster);
  return inside(raster, left, top, {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        ropRow(counted, surface.data, y * surface.width + x1, data, (y - top) * width + x1 - left, x2 - x1);
      }
    },
  });
}

/** The operation on a raster's words as they stand: what counts as 0 does not take part. */
function countedRop(rop: Rop, raster: Raster): Rop {
  return raster.blankTop === true ? blankingTop(rop) : rop;
}

/** Rows of a raster that lies at (left, top), for what is inside of it. */
export function rowsAt(raster: Raster, left: number, top: number): FetchRow {
  return (x, y, count, out) => readWords(raster, (y - top) * raster.width + x - left, out, 0, count);
}

/** Rows that are fetched one by one. */
export function rowPainter(surface: Surface, rows: FetchRow, rop: Rop): Painter {
  const row = new Uint32Array(surface.width);
  return {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        rows(x1, y, x2 - x1, row);
        ropRow(rop, surface.data, y * surface.width + x1, row, 0, x2 - x1);
      }
    },
  };
}

/** Cuts rectangles to where a raster lies. */
function inside(raster: Raster, left: number, top: number, painter: Painter): Painter {
  const right = left + raster.width;
  const bottom = top + raster.height;
  return {
    rect(x1, y1, x2, y2) {
      const l = Math.max(x1, left);
      const t = Math.max(y1, top);
      const r = Math.min(x2, right);
      const b = Math.min(y2, bottom);
      if (l < r && t < b) painter.rect(l, t, r, b);
    },
  };
}

function plainCopy(surface: Surface, raster: Raster, left: number, top: number): Painter {
  const { data: from, width: fromWidth } = raster;
  const { data, width } = surface;
  return {
    rect(x1, y1, x2, y2) {
      const count = x2 - x1;
      let at = y1 * width + x1;
      let source = (y1 - top) * fromWidth + x1 - left;
      if (from === data) {
        for (let y = y1; y < y2; y++, at += width, source += fromWidth)
          data.copyWithin(at, source, source + count);
      } else if (count === width && count === fromWidth) {
        data.set(from.subarray(source, source + count * (y2 - y1)), at);
      } else if (count < shortRow) {
        for (let y = y1; y < y2; y++, at += width, source += fromWidth) {
          for (let i = 0; i < count; i++) data[at + i] = from[source + i] ?? 0;
        }
      } else {
        for (let y = y1; y < y2; y++, at += width, source += fromWidth) {
          data.set(from.subarray(source, source + count), at);
        }
      }
    },
  };
}

function blankingCopy(surface: Surface, raster: Raster, left: number, top: number): Painter {
  const fromWidth = raster.width;
  const { width } = surface;
  // Signed words stay in registers; unsigned ones above 2^31 would become floating point on the way.
  const from = signedWords(raster);
  const data = signedWords(surface);
  return {
    rect(x1, y1, x2, y2) {
      const count = x2 - x1;
      let at = y1 * width + x1;
      let source = (y1 - top) * fromWidth + x1 - left;
      for (let y = y1; y < y2; y++, at += width, source += fromWidth) {
        for (let i = 0; i < count; i++) data[at + i] = (from[source + i] as number) & 0x00ffffff;
      }
    },
  };
}

function convertingCopy(surface: Surface, raster: Raster, left: number, top: number): Painter {
  return {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        const from = (y - top) * raster.width + x1 - left;
        readWords(raster, from, surface.data, y * surface.width + x1, x2 - x1);
      }
    },
  };
}

/** A raster like a wallpaper: its corner at the brush's position, and again in every direction. */
export function tilePainter(surface: Surface, brush: PatternBrush, rop: Rop, region: Region): Painter {
  const area = areaOf(region);
  const tile = rasterFor(surface.format, brush.raster, area);
  if (tile.data === surface.data)
    return rowPainter(surface, readWordsAhead(region, tileRows(tile, brush.pos)), rop);
  if (tile.heldAs !== undefined) return rowPainter(surface, tileRows(tile, brush.pos), rop);
  const { width, height, data } = tile.height * wideTile <= area ? widened(tile) : tile;
  const counted = countedRop(rop, tile);
  return {
    rect(x1, y1, x2, y2) {
      const startX = modulo(x1 - brush.pos.x, width);
      let tileY = modulo(y1 - brush.pos.y, height);
      for (let y = y1; y < y2; y++) {
        let x = x1;
        let tileX = startX;
        while (x < x2) {
          const count = Math.min(width - tileX, x2 - x);
          ropRow(counted, surface.data, y * surface.width + x, data, tileY * width + tileX, count);
          x += count;
          tileX = 0;
        }
        if (++tileY === height) tileY = 0;
      }
    },
  };
}

/** Rows of a raster that is repeated in every direction. */
export function tileRows(tile: Raster, pos: Point): FetchRow {
  const { width, height } = tile;
  return (x, y, count, out) => {
    const line = modulo(y - pos.y, height) * width;
    let tileX = modulo(x - pos.x, width);
    for (let at = 0; at < count; tileX = 0) {
      const length = Math.min(width - tileX, count - at);
      readWords(tile, line + tileX, out, at, length);
      at += length;
    }
  };
}

/** Pixels that a widened tile's row has at most. */
const wideTile = 64;

/** A narrow tile beside itself a few times, so that rows are drawn in longer pieces. */
function widened(tile: Raster): Raster {
  const times = Math.floor(wideTile / tile.width);
  if (times < 2) return tile;
  const width = tile.width * times;
  const data = new Uint32Array(width * tile.height);
  for (let y = 0; y < tile.height; y++) {
    const row = tile.data.subarray(y * tile.width, (y + 1) * tile.width);
    for (let i = 0; i < times; i++) data.set(row, y * width + i * tile.width);
  }
  return { width, height: tile.height, data, format: tile.format };
}

/** A raster except where it has one colour; that colour is compared without the top byte. */
export function colorKeyPainter(
  surface: Surface,
  source: Raster,
  left: number,
  top: number,
  key: number,
): Painter {
  const raster = rasterFor(surface.format, source, 0);
  if (raster.heldAs !== undefined)
    return inside(raster, left, top, colorKeyRows(surface, rowsAt(raster, left, top), key));
  const keep = raster.blankTop === true ? 0x00ffffff : 0xffffffff;
  return inside(raster, left, top, {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        const from = (y - top) * raster.width + x1 - left;
        putOthers(surface, y * surface.width + x1, raster.data, from, x2 - x1, keep, key);
      }
    },
  });
}

/** The same for rows that are fetched one by one. */
export function colorKeyRows(surface: Surface, rows: FetchRow, key: number): Painter {
  const row = new Uint32Array(surface.width);
  return {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        rows(x1, y, x2 - x1, row);
        putOthers(surface, y * surface.width + x1, row, 0, x2 - x1, 0xffffffff, key);
      }
    },
  };
}

/** Puts words, of which some bits count, that do not have the key's colour. */
function putOthers(
  surface: Surface,
  at: number,
  words: Uint32Array,
  from: number,
  count: number,
  keep: number,
  key: number,
): void {
  const { data, format } = surface;
  const seen = format === 'a8' || format === 'a1' ? 0xff000000 : 0x00ffffff;
  const wanted = key & seen;
  for (let i = 0; i < count; i++) {
    const word = (words[from + i] ?? 0) & keep;
    if ((word & seen) !== wanted) data[at + i] = word;
  }
}

/** Only where a mask says so: runs of set bits, row by row. The mask's (0, 0) is at (left, top). */
export function maskedPainter(
  painter: Painter,
  mask: Raster,
  left: number,
  top: number,
  inverse: boolean,
): Painter {
  const { data, width } = mask;
  return inside(mask, left, top, {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        const row = (y - top) * width - left;
        let start = -1;
        for (let x = x1; x < x2; x++) {
          const set = ((data[row + x] ?? 0) & 0x80000000) !== 0;
          if (set !== inverse) {
            if (start < 0) start = x;
          } else if (start >= 0) {
            painter.rect(start, y, x, y + 1);
            start = -1;
          }
        }
        if (start >= 0) painter.rect(start, y, x2, y + 1);
      }
    },
  });
}

/** Remainder that is never negative. */
export function modulo(value: number, size: number): number {
  const rest = value % size;
  return rest < 0 ? rest + size : rest;
}
