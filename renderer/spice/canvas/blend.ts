import type { Point, Rect } from '../protocol/geometry.ts';
import { type Combine, combineOf, operatorOver } from './combine.ts';
import { imageFor, regionOf, type Source } from './draw.ts';
import type { PixelFormat, Raster, Target } from './draw-types.ts';
import { readMasks, storeRow } from './pixel-format.ts';
import { type Painter, paintRegion } from './region.ts';
import { type FetchRow, type Filter, fetcher, type Repeat, type Transform } from './sampler.ts';
import { sameSize, scaleTransform, withSpareByte } from './scale.ts';
import { Surface } from './surface.ts';

/** spice.proto, alpha_flags: whether a surface without alpha is to be treated as if it had. */
export interface AlphaFlags {
  readonly destHasAlpha: boolean;
  readonly sourceSurfaceHasAlpha: boolean;
}

/** A row of source pixels, and one of mask pixels or null, for surface coordinates. */
interface Layers {
  readonly source: FetchRow;
  readonly mask: FetchRow | null;
  readonly component: boolean;
}

/** Composites rows onto a surface, which may be read and written as if it had another format. */
function compositePainter(surface: Surface, format: PixelFormat, combine: Combine, layers: Layers): Painter {
  const source = new Uint32Array(surface.width);
  const dest = new Uint32Array(surface.width);
  const mask = layers.mask === null ? null : new Uint32Array(surface.width);
  const { keep, set } = readMasks(format);
  return {
    rect(x1, y1, x2, y2) {
      const count = x2 - x1;
      for (let y = y1; y < y2; y++) {
        const at = y * surface.width + x1;
        layers.source(x1, y, count, source);
        if (mask !== null) layers.mask?.(x1, y, count, mask);
        for (let i = 0; i < count; i++) dest[i] = ((surface.data[at + i] ?? 0) & keep) | set;
        combine(dest, source, mask, layers.component, count);
        storeRow(format, dest, 0, surface.data, at, count);
      }
    },
  };
}

function shifted(rows: FetchRow, dx: number, dy: number): FetchRow {
  return (x, y, count, out) => rows(x + dx, y + dy, count, out);
}

function asIfAlpha(format: PixelFormat, flag: boolean): PixelFormat {
  return flag ? withSpareByte(format) : format;
}

/** DRAW_ALPHA_BLEND: the source, whose colours carry their alpha already, over the surface; `alpha` is 0…255. */
export function drawAlphaBlend(
  surface: Surface,
  target: Target,
  source: Source,
  alpha: number,
  flags: AlphaFlags,
): void {
  const region = regionOf(surface, target);
  const over = combineOf(operatorOver);
  if (alpha === 0 || region.count === 0 || over === null) return;
  const { raster, area } = source;
  const { box } = target;
  const fromSurface = raster instanceof Surface;
  const scaled = !sameSize(box, area);
  const rows = fetcher({
    raster,
    transform: scaled ? scaleTransform(area, box) : null,
    filter: 'nearest',
    repeat: 'none',
    readAs: asIfAlpha(raster.format, fromSurface && flags.sourceSurfaceHasAlpha),
  });
  const dx = (scaled ? 0 : area.left) - box.left;
  const dy = (scaled ? 0 : area.top) - box.top;
  const format = asIfAlpha(surface.format, flags.destHasAlpha);
  const painter = compositePainter(surface, format, over, {
    source: shifted(rows, dx, dy),
    mask: alpha === 255 ? null : constantRow((alpha << 24) >>> 0),
    component: false,
  });
  paintRegion(region, painter);
}

function constantRow(word: number): FetchRow {
  return (_x, _y, count, out) => {
    out.fill(word, 0, count);
  };
}

/** One input of DRAW_COMPOSITE. `origin` is what the box's corner maps to, before the transform. */
export interface CompositeLayer {
  readonly raster: Raster;
  readonly transform: Transform | null;
  readonly filter: Filter;
  readonly repeat: Repeat;
  readonly origin: Point;
}

export interface Composite {
  /** X Render's number of the operator. */
  readonly operator: number;
  readonly source: CompositeLayer;
  /** Ignore the alpha of a source that is a surface. */
  readonly sourceOpaque: boolean;
  readonly mask: CompositeLayer | null;
  readonly componentAlpha: boolean;
}

/** DRAW_COMPOSITE. An operator that does not exist draws nothing, as in pixman. */
export function drawComposite(surface: Surface, target: Target, composite: Composite): void {
  const combine = combineOf(composite.operator);
  const region = regionOf(surface, target);
  if (combine === null || region.count === 0) return;
  const { source, mask } = composite;
  const painter = compositePainter(surface, surface.format, combine, {
    source: layerRows(surface, target.box, source, composite.sourceOpaque),
    mask: mask === null ? null : layerRows(surface, target.box, mask, false),
    component: composite.componentAlpha,
  });
  paintRegion(region, painter);
}

function layerRows(surface: Surface, box: Rect, layer: CompositeLayer, opaque: boolean): FetchRow {
  const image = imageFor(surface, layer.raster);
  // Composited onto itself: the source is what it was before.
  const raster: Raster =
    image.data === surface.data
      ? { width: image.width, height: image.height, format: image.format, data: image.data.slice() }
      : image;
  const drop = opaque && layer.raster instanceof Surface && raster.format === 'a8r8g8b8';
  const rows = fetcher({
    raster,
    transform: layer.transform,
    filter: layer.filter,
    repeat: layer.repeat,
    readAs: drop ? 'x8r8g8b8' : raster.format,
  });
  return shifted(rows, layer.origin.x - box.left, layer.origin.y - box.top);
}

/** A row source over the surface through a mask that lies at (left, top): what text is drawn with. */
export function drawThroughMask(
  surface: Surface,
  region: Parameters<typeof paintRegion>[0],
  source: FetchRow,
  mask: Raster,
  left: number,
  top: number,
): void {
  const over = combineOf(operatorOver);
  if (over === null) return;
  const rows = fetcher({ raster: mask, transform: null, filter: 'nearest', repeat: 'none' });
  const painter = compositePainter(surface, surface.format, over, {
    source: shifted(source, -left, -top),
    mask: shifted(rows, -left, -top),
    component: false,
  });
  paintRegion(region, painter);
}
