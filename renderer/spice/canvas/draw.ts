import type { Point, Rect } from '../protocol/geometry.ts';
import type { Brush, Mask, Raster, Target } from './draw-types.ts';
import {
  colorKeyPainter,
  colorKeyRows,
  maskedPainter,
  rasterPainter,
  rowPainter,
  solidPainter,
  tilePainter,
} from './painters.ts';
import { convertedRows, imageFor, storedColor } from './pixel-format.ts';
import { readWordsAhead } from './read-ahead.ts';
import { areaOf, clipRegion, intersect, type Painter, paintRegion, type Region } from './region.ts';
import { isCopy, type Rop, rop3OfCode, rop3Row, ropCopy, ropInvert, ropOfDescriptor } from './rop.ts';
import { rop3Brush, rop3Source } from './rop3-rows.ts';
import type { Filter } from './sampler.ts';
import { sameSize, scaledRows, scaledWords, scalePainter } from './scale.ts';
import type { Surface } from './surface.ts';

/** The part of a raster that an operation takes; where its size is not the box's, it is scaled. */
export interface Source {
  readonly raster: Raster;
  readonly area: Rect;
  readonly filter: Filter;
}

export function regionOf(surface: Surface, target: Target): Region {
  return clipRegion(target.box, target.clip, surface.width, surface.height);
}

function paint(region: Region, box: Rect, mask: Mask | null, painter: Painter): void {
  if (mask === null) {
    paintRegion(region, painter);
    return;
  }
  const left = box.left - mask.pos.x;
  const top = box.top - mask.pos.y;
  paintRegion(region, maskedPainter(painter, mask.raster, left, top, mask.inverse));
}

/** Paints a region with a brush. No brush paints with zeros: the operation may yet invert what is there. */
export function brushPainter(surface: Surface, brush: Brush, rop: Rop, region: Region): Painter {
  if (brush.type === 'pattern') return tilePainter(surface, brush, rop, region);
  return solidPainter(surface, brush.type === 'none' ? 0 : storedColor(surface.format, brush.color), rop);
}

function sourcePainter(surface: Surface, region: Region, box: Rect, source: Source, rop: Rop): Painter {
  const { area } = source;
  if (sameSize(box, area)) {
    return rasterPainter(surface, source.raster, box.left - area.left, box.top - area.top, rop);
  }
  const image = imageFor(surface, source.raster, areaOf(region));
  const scaling = { source: image, area, box, filter: source.filter };
  if (isCopy(rop)) return scalePainter(surface, box, scaledRows(scaling, surface.format));
  return rowPainter(surface, scaledWords(scaling), rop);
}

/** DRAW_FILL. */
export function drawFill(
  surface: Surface,
  target: Target,
  brush: Brush,
  descriptor: number,
  mask: Mask | null,
): void {
  const rop = ropOfDescriptor(descriptor, 'brush', 'dest');
  const region = regionOf(surface, target);
  paint(region, target.box, mask, brushPainter(surface, brush, rop, region));
}

/** DRAW_COPY, and DRAW_BLEND, which is the same. */
export function drawCopy(
  surface: Surface,
  target: Target,
  source: Source,
  descriptor: number,
  mask: Mask | null,
): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const rop = ropOfDescriptor(descriptor, 'src', 'dest');
  paint(region, target.box, mask, sourcePainter(surface, region, target.box, source, rop));
}

/** DRAW_OPAQUE: the source, and then the brush onto it. */
export function drawOpaque(
  surface: Surface,
  target: Target,
  source: Source,
  brush: Brush,
  descriptor: number,
  mask: Mask | null,
): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  paint(region, target.box, mask, sourcePainter(surface, region, target.box, source, ropCopy));
  const rop = ropOfDescriptor(descriptor, 'brush', 'src');
  paint(region, target.box, mask, brushPainter(surface, brush, rop, region));
}

/** DRAW_BLACKNESS. */
export function drawBlackness(surface: Surface, target: Target, mask: Mask | null): void {
  paint(regionOf(surface, target), target.box, mask, solidPainter(surface, 0, ropCopy));
}

/** DRAW_WHITENESS: every bit set, the spare byte's too. */
export function drawWhiteness(surface: Surface, target: Target, mask: Mask | null): void {
  const white = storedColor(surface.format, 0xffffffff);
  paint(regionOf(surface, target), target.box, mask, solidPainter(surface, white, ropCopy));
}

/** DRAW_INVERS. */
export function drawInvers(surface: Surface, target: Target, mask: Mask | null): void {
  paint(regionOf(surface, target), target.box, mask, solidPainter(surface, 0, ropInvert));
}

/** DRAW_TRANSPARENT: all of the source but one colour (0xRRGGBB). Scaled, the nearest pixel is taken. */
export function drawTransparent(surface: Surface, target: Target, source: Source, color: number): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const { box } = target;
  const key = keyOf(surface, color);
  if (sameSize(box, source.area)) {
    const left = box.left - source.area.left;
    const top = box.top - source.area.top;
    paintRegion(region, colorKeyPainter(surface, source.raster, left, top, key));
    return;
  }
  const image = imageFor(surface, source.raster, areaOf(region));
  const scaled = scaledWords({ source: image, area: source.area, box, filter: 'nearest' });
  // A surface drawn onto itself: the source is what it was before.
  const rows = image.data === surface.data ? readWordsAhead(region, scaled) : scaled;
  paintRegion(region, colorKeyRows(surface, convertedRows(surface, rows, image.format), key));
}

/** The key as the surface stores it; 16-bit surfaces cut the colour's low bits off first. */
function keyOf(surface: Surface, color: number): number {
  switch (surface.format) {
    case 'x1r5g5b5':
      return storedColor(
        'x1r5g5b5',
        ((color >> 3) & 0x1f) | ((color >> 6) & 0x3e0) | ((color >> 9) & 0x7c00),
      );
    case 'r5g6b5':
      return storedColor('r5g6b5', ((color >> 3) & 0x1f) | ((color >> 5) & 0x7e0) | ((color >> 8) & 0xf800));
    default:
      return surface.format === 'a8' || surface.format === 'a1' ? 0 : storedColor(surface.format, color);
  }
}

/** DRAW_ROP3: brush, source and destination by a ternary operation. A source that is too small draws nothing. */
export function drawRop3(
  surface: Surface,
  target: Target,
  source: Source,
  brush: Brush,
  code: number,
  mask: Mask | null,
): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const { box } = target;
  const sourceRows = rop3Source(surface, region, box, source);
  if (sourceRows === null) return;
  const brushRows = rop3Brush(surface, region, brush);
  const coefficients = rop3OfCode(code);
  const [pixels, colours] = [new Uint32Array(surface.width), new Uint32Array(surface.width)];
  paint(region, box, mask, {
    rect(x1, y1, x2, y2) {
      const count = x2 - x1;
      for (let y = y1; y < y2; y++) {
        sourceRows(x1, y, count, pixels);
        brushRows(x1, y, count, colours);
        rop3Row(coefficients, surface.data, y * surface.width + x1, pixels, 0, colours, 0, count);
      }
    },
  });
}

/** COPY_BITS: a part of the surface moved within it. What the two places share is read before it is written. */
export function copyBits(surface: Surface, target: Target, from: Point): void {
  const dx = target.box.left - from.x;
  const dy = target.box.top - from.y;
  if (dx === 0 && dy === 0) return;
  const region = intersect(regionOf(surface, target), dx, dy, surface.width + dx, surface.height + dy);
  for (const at of copyOrder(region, dx, dy)) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = region.boxes.subarray(at, at + 4);
    moveRows(surface, x1, y1, x2, y2, dx, dy);
  }
}

/** Bands from the side the picture moves to, and within a band likewise. */
function copyOrder(region: Region, dx: number, dy: number): number[] {
  const { boxes } = region;
  const order = Array.from({ length: region.count }, (_, i) => i * 4);
  if (order.length < 2) return order;
  const down = dy > 0 ? -1 : 1;
  const right = dx > 0 ? -1 : 1;
  return order.sort(
    (a, b) =>
      ((boxes[a + 1] ?? 0) - (boxes[b + 1] ?? 0)) * down || ((boxes[a] ?? 0) - (boxes[b] ?? 0)) * right,
  );
}

function moveRows(
  surface: Surface,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  dx: number,
  dy: number,
): void {
  const { data, width } = surface;
  const back = dy * width + dx;
  if (x1 === 0 && x2 === width && dx === 0) {
    data.copyWithin(y1 * width, y1 * width - back, y2 * width - back);
    return;
  }
  const step = dy > 0 ? -1 : 1;
  for (let n = 0, y = dy > 0 ? y2 - 1 : y1; n < y2 - y1; n++, y += step) {
    const at = y * width + x1;
    data.copyWithin(at, at - back, at - back + x2 - x1);
  }
}
