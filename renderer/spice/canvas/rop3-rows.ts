import type { Rect } from '../protocol/geometry.ts';
import type { Source } from './draw.ts';
import type { Brush } from './draw-types.ts';
import { rowsAt, tileRows } from './painters.ts';
import { imageFor, storedColor } from './pixel-format.ts';
import { readWordsAhead } from './read-ahead.ts';
import { areaOf, type Region } from './region.ts';
import { type FetchRow, fetcher } from './sampler.ts';
import { sameSize, storedRows, withSpareByte } from './scale.ts';
import type { Surface } from './surface.ts';

/** The source of a ternary operation; null for one that does not cover the box. */
export function rop3Source(surface: Surface, region: Region, box: Rect, source: Source): FetchRow | null {
  const { area } = source;
  const image = imageFor(surface, source.raster, areaOf(region));
  const same = sameSize(box, area);
  const covers = area.left >= 0 && area.top >= 0 && area.right <= image.width && area.bottom <= image.height;
  if (same && !covers) return null;
  const rows = same
    ? rowsAt(image, box.left - area.left, box.top - area.top)
    : rop3Scaled(image, box, source);
  // A surface drawn onto itself: the source is what it was before.
  return image.data === surface.data ? readWordsAhead(region, rows) : rows;
}

function rop3Scaled(image: Source['raster'], box: Rect, { area, filter }: Source): FetchRow {
  const sx = (area.right - area.left) / (box.right - box.left);
  const sy = (area.bottom - area.top) / (box.bottom - box.top);
  const rows = fetcher({
    raster: image,
    transform: { xx: Math.trunc(sx * 65_536), xy: 0, x0: 0, yx: 0, yy: Math.trunc(sy * 65_536), y0: 0 },
    filter,
    repeat: 'none',
    readAs: withSpareByte(image.format),
  });
  // The area's corner is given in target pixels here, so it is rounded (spice's own choice).
  const offsetX = sx === 0 ? 0 : Math.floor(area.left / sx + 0.5);
  const offsetY = sy === 0 ? 0 : Math.floor(area.top / sy + 0.5);
  return storedRows(rows, image.format, box.left - offsetX, box.top - offsetY);
}

export function rop3Brush(surface: Surface, region: Region, brush: Brush): FetchRow {
  if (brush.type !== 'pattern') {
    const word = brush.type === 'none' ? 0 : storedColor(surface.format, brush.color);
    return (_x, _y, count, out) => {
      out.fill(word, 0, count);
    };
  }
  const rows = tileRows(imageFor(surface, brush.raster, areaOf(region)), brush.pos);
  return brush.raster.data === surface.data ? readWordsAhead(region, rows) : rows;
}
