import type { Point, Rect } from '../protocol/geometry.ts';
import type { Brush, Mask, Raster, Target } from './draw-types.ts';
import {
  colorKeyPainter,
  maskedPainter,
  modulo,
  rasterPainter,
  solidPainter,
  tilePainter,
} from './painters.ts';
import { rasterFor, settled, storedColor } from './pixel-format.ts';
import { boundsOf, clipRegion, intersect, type Painter, paintRegion, type Region } from './region.ts';
import { isCopy, type Rop, rop3OfCode, rop3Row, ropCopy, ropInvert, ropOfDescriptor } from './rop.ts';
import { type Filter, fetcher } from './sampler.ts';
import { sameSize, scaledRaster, scaledRows, scalePainter, scaleRopPainter, withSpareByte } from './scale.ts';
import { Surface } from './surface.ts';

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

/** Paints with a brush. No brush paints with zeros: the operation may yet invert what is there. */
export function brushPainter(surface: Surface, brush: Brush, rop: Rop): Painter {
  if (brush.type === 'pattern') return tilePainter(surface, brush, rop);
  return solidPainter(surface, brush.type === 'none' ? 0 : storedColor(surface.format, brush.color), rop);
}

function sourcePainter(surface: Surface, box: Rect, source: Source, rop: Rop): Painter {
  const { area } = source;
  if (sameSize(box, area)) {
    return rasterPainter(surface, source.raster, box.left - area.left, box.top - area.top, rop);
  }
  const scaling = { source: imageFor(surface, source.raster), area, box, filter: source.filter };
  if (isCopy(rop)) return scalePainter(surface, box, scaledRows(scaling, surface.format));
  return scaleRopPainter(surface, scaling, rop);
}

/** Images come in the surface's format; other surfaces are read as they are. */
export function imageFor(surface: Surface, raster: Raster): Raster {
  return raster instanceof Surface ? raster : rasterFor(surface.format, raster);
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
  paint(regionOf(surface, target), target.box, mask, brushPainter(surface, brush, rop));
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
  paint(region, target.box, mask, sourcePainter(surface, target.box, source, rop));
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
  paint(region, target.box, mask, sourcePainter(surface, target.box, source, ropCopy));
  const rop = ropOfDescriptor(descriptor, 'brush', 'src');
  paint(region, target.box, mask, brushPainter(surface, brush, rop));
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
  const bounds = boundsOf(region);
  const image = imageFor(surface, source.raster);
  const rows = scaledRows({ source: image, area: source.area, box, filter: 'nearest' }, image.format);
  const scaled = scaledRaster(image.format, rows, bounds, box);
  paintRegion(region, colorKeyPainter(surface, scaled, bounds.left, bounds.top, key));
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
  const pixels = rop3Source(surface, box, source, boundsOf(region));
  if (pixels === null) return;
  const brushRow = rop3Brush(surface, brush);
  const coefficients = rop3OfCode(code);
  paint(region, box, mask, {
    rect(x1, y1, x2, y2) {
      for (let y = y1; y < y2; y++) {
        const from = (y - pixels.top) * pixels.raster.width + x1 - pixels.left;
        const row = brushRow(x1, y, x2 - x1);
        const at = y * surface.width + x1;
        rop3Row(coefficients, surface.data, at, pixels.raster.data, from, row, 0, x2 - x1);
      }
    },
  });
}

/** The source pixels and where on the surface their corner is. */
interface Placed {
  readonly raster: Raster;
  readonly left: number;
  readonly top: number;
}

function rop3Source(surface: Surface, box: Rect, source: Source, bounds: Rect): Placed | null {
  const width = box.right - box.left;
  const height = box.bottom - box.top;
  const { area } = source;
  const image = imageFor(surface, source.raster);
  if (sameSize(box, area)) {
    const covers =
      area.left >= 0 &&
      area.top >= 0 &&
      area.left + width <= image.width &&
      area.top + height <= image.height;
    if (!covers) return null;
    const raster = settled(image);
    // A surface drawn onto itself: the source is what it was before.
    const data = raster.data === surface.data ? raster.data.slice() : raster.data;
    return { raster: { ...sizeOf(raster), data }, left: box.left - area.left, top: box.top - area.top };
  }
  const sx = (area.right - area.left) / width;
  const sy = (area.bottom - area.top) / height;
  const rows = fetcher({
    raster: image,
    transform: { xx: Math.trunc(sx * 65_536), xy: 0, x0: 0, yx: 0, yy: Math.trunc(sy * 65_536), y0: 0 },
    filter: source.filter,
    repeat: 'none',
    readAs: withSpareByte(image.format),
  });
  // The area's corner is given in target pixels here, so it is rounded (spice's own choice).
  const offsetX = sx === 0 ? 0 : Math.floor(area.left / sx + 0.5);
  const offsetY = sy === 0 ? 0 : Math.floor(area.top / sy + 0.5);
  const corner = { left: box.left - offsetX, top: box.top - offsetY, right: 0, bottom: 0 };
  return { raster: scaledRaster(image.format, rows, bounds, corner), left: bounds.left, top: bounds.top };
}

function sizeOf(raster: Raster): Pick<Raster, 'width' | 'height' | 'format'> {
  return { width: raster.width, height: raster.height, format: raster.format };
}

/** Brush words for a piece of a row; the array is used again for the next. */
function rop3Brush(surface: Surface, brush: Brush): (x: number, y: number, count: number) => Uint32Array {
  const row = new Uint32Array(surface.width);
  if (brush.type !== 'pattern') {
    row.fill(brush.type === 'none' ? 0 : storedColor(surface.format, brush.color));
    return () => row;
  }
  const image = settled(imageFor(surface, brush.raster));
  const data = image.data === surface.data ? image.data.slice() : image.data;
  const { width, height } = image;
  return (x, y, count) => {
    const line = modulo(y - brush.pos.y, height) * width;
    let at = modulo(x - brush.pos.x, width);
    for (let i = 0; i < count; i++) {
      row[i] = data[line + at] ?? 0;
      if (++at === width) at = 0;
    }
    return row;
  };
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

/** A video picture onto the surface: the nearest pixel where the sizes differ. */
export function putImage(surface: Surface, target: Target, raster: Raster): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const { box } = target;
  const area = { left: 0, top: 0, right: raster.width, bottom: raster.height };
  paintRegion(region, sourcePainter(surface, box, { raster, area, filter: 'nearest' }, ropCopy));
}
