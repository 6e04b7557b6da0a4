import type { Point, Rect } from '../protocol/geometry.ts';
import { combineOf, operatorOver } from './combine.ts';
import { floatCombineOf, toByte } from './combine-float.ts';
import { regionOf, type Source } from './draw.ts';
import type { Combine, CombineFloat, PixelFormat, Raster, Target } from './draw-types.ts';
import { imageFor, readMasks, storeRow } from './pixel-format.ts';
import { readAhead, readWordsAhead } from './read-ahead.ts';
import { areaOf, type Painter, paintRegion, type Region } from './region.ts';
import {
  type FetchRow,
  type Filter,
  fetcher,
  type Repeat,
  type Sampling,
  type Transform,
} from './sampler.ts';
import { expand, type FetchFloatRow, floatFetcher } from './sampler-float.ts';
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

const OVER_REVERSE = 4;
const SATURATE = 13;

/** Whether a layer has no alpha and covers all of the box. */
function isOpaque({ raster, repeat, transform, origin }: CompositeLayer, box: Rect): boolean {
  if (raster.format === 'a8r8g8b8' || raster.format === 'a8' || raster.format === 'a1') return false;
  if (repeat !== 'none') return true;
  const fits =
    origin.x + box.right - box.left <= raster.width && origin.y + box.bottom - box.top <= raster.height;
  return transform === null && origin.x >= 0 && origin.y >= 0 && fits;
}

/** DRAW_COMPOSITE. An operator that does not exist draws nothing, as in pixman. */
export function drawComposite(surface: Surface, target: Target, composite: Composite): void {
  const { source, mask } = composite;
  const unmasked = mask === null || (!composite.componentAlpha && isOpaque(mask, target.box));
  const opaque = unmasked && isOpaque(source, target.box);
  // The same in numbers, but pixman rounds it as the plain operator when it knows that nothing shines through.
  const operator = composite.operator === SATURATE && opaque ? OVER_REVERSE : composite.operator;
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const layers = {
    source: shiftedLayer(surface, region, target.box, source, composite.sourceOpaque),
    mask: mask === null ? null : shiftedLayer(surface, region, target.box, mask, false),
    component: composite.componentAlpha,
  };
  const combine = combineOf(operator);
  const combineFloat = combine === null ? floatCombineOf(operator) : null;
  if (combine !== null)
    paintRegion(region, compositePainter(surface, surface.format, combine, wordRows(layers)));
  else if (combineFloat !== null) paintRegion(region, floatPainter(surface, combineFloat, layers));
}

/** A layer as it lies on the surface. */
interface ShiftedLayer {
  readonly sampling: Sampling;
  readonly dx: number;
  readonly dy: number;
  /** What is drawn, where all rows have to be read before. */
  readonly ahead: Region | null;
}

function shiftedLayer(
  surface: Surface,
  region: Region,
  box: Rect,
  layer: CompositeLayer,
  opaque: boolean,
): ShiftedLayer {
  const area = areaOf(region);
  const image = imageFor(surface, layer.raster, area);
  // Composited onto itself: the source is what it was before. Read ahead, a pixel takes up to four times the memory.
  const itself = image.data === surface.data;
  const ahead = itself && area * 4 < image.data.length ? region : null;
  const raster: Raster =
    itself && ahead === null
      ? { width: image.width, height: image.height, format: image.format, data: image.data.slice() }
      : image;
  const drop = opaque && layer.raster instanceof Surface && raster.format === 'a8r8g8b8';
  const { transform, filter, repeat, origin } = layer;
  const sampling = {
    raster,
    transform,
    filter,
    repeat,
    readAs: drop ? ('x8r8g8b8' as const) : raster.format,
  };
  return { sampling, dx: origin.x - box.left, dy: origin.y - box.top, ahead };
}

interface ShiftedLayers {
  readonly source: ShiftedLayer;
  readonly mask: ShiftedLayer | null;
  readonly component: boolean;
}

function wordRows({ source, mask, component }: ShiftedLayers): Layers {
  const rows = ({ sampling, dx, dy, ahead }: ShiftedLayer): FetchRow => {
    const fetched = shifted(fetcher(sampling), dx, dy);
    return ahead === null ? fetched : readWordsAhead(ahead, fetched);
  };
  return { source: rows(source), mask: mask === null ? null : rows(mask), component };
}

function floatRows({ sampling, dx, dy, ahead }: ShiftedLayer): FetchFloatRow {
  const rows = floatFetcher(sampling);
  const fetched: FetchFloatRow = (x, y, count, out) => rows(x + dx, y + dy, count, out);
  return ahead === null
    ? fetched
    : readAhead<Float32Array>(ahead, fetched, 4, (length) => new Float32Array(length));
}

/** As `compositePainter`, for operators in single precision. */
function floatPainter(surface: Surface, combine: CombineFloat, layers: ShiftedLayers): Painter {
  const { source, mask, component } = layers;
  const { format, width } = surface;
  const { keep, set } = readMasks(format);
  const [sourceRow, dest, words] = [
    new Float32Array(width * 4),
    new Float32Array(width * 4),
    new Uint32Array(width),
  ];
  const sourceRows = floatRows(source);
  const maskRow = mask === null ? null : new Float32Array(width * 4);
  const maskRows = mask === null ? null : floatRows(mask);
  return {
    rect(x1, y1, x2, y2) {
      const count = x2 - x1;
      for (let y = y1; y < y2; y++) {
        const at = y * width + x1;
        sourceRows(x1, y, count, sourceRow);
        if (maskRow !== null) maskRows?.(x1, y, count, maskRow);
        for (let i = 0; i < count; i++)
          expand(format, ((surface.data[at + i] ?? 0) & keep) | set, dest, i * 4);
        combine(dest, sourceRow, maskRow, component, count);
        for (let i = 0; i < count; i++) words[i] = wordOf(dest, i * 4);
        storeRow(format, words, 0, surface.data, at, count);
      }
    },
  };
}

function wordOf(row: Float32Array, at: number): number {
  let word = 0;
  for (let n = 0; n < 4; n++) word |= toByte(row[at + n] ?? 0) << (n * 8);
  return word >>> 0;
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
