import { ROPD } from '../protocol/constants.ts';
import type { Glyph } from '../protocol/draw.ts';
import type { Rect } from '../protocol/geometry.ts';
import { drawThroughMask } from './blend.ts';
import { brushPainter, regionOf } from './draw.ts';
import type { Brush, Raster, Target } from './draw-types.ts';
import { modulo } from './painters.ts';
import { imageFor, is16 } from './pixel-format.ts';
import { areaOf, intersect, paintRegion, type Region } from './region.ts';
import { ropCopy } from './rop.ts';
import { type FetchRow, fetcher } from './sampler.ts';
import type { Surface } from './surface.ts';

export interface Text {
  /** Bits a pixel of every glyph; their rows come from the lowest up (the top-down flag is unused by all servers). */
  readonly bits: 1 | 4 | 8;
  readonly glyphs: readonly Glyph[];
  /** Painted with the back brush before the glyphs; may be empty. */
  readonly backArea: Rect;
  readonly foreBrush: Brush;
  readonly backBrush: Brush;
  readonly foreMode: number;
}

/** Pixels a string's mask may have: it is as large as the box around its glyphs. */
const mostMaskPixels = 16 * 1024 * 1024;

/** DRAW_TEXT: the string as one mask, through which the fore brush is laid over the surface. */
export function drawText(surface: Surface, target: Target, text: Text): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const { backArea } = text;
  if (backArea.left < backArea.right && backArea.top < backArea.bottom) {
    if (text.foreMode !== ROPD.put) return;
    const back = intersect(region, backArea.left, backArea.top, backArea.right, backArea.bottom);
    if (back.count > 0) paintRegion(back, brushPainter(surface, text.backBrush, ropCopy, back));
  }
  const bounds = glyphBounds(text.glyphs);
  if (bounds === null || text.foreBrush.type === 'none') return;
  const inside = intersect(region, bounds.left, bounds.top, bounds.right, bounds.bottom);
  if (inside.count === 0) return;
  const mask = stringMask(text, bounds);
  const rows = brushRows(surface, inside, text.foreBrush);
  drawThroughMask(surface, inside, rows, mask, bounds.left, bounds.top);
}

function glyphBox(glyph: Glyph): Rect {
  const left = glyph.renderPosition.x + glyph.origin.x;
  const top = glyph.renderPosition.y + glyph.origin.y;
  return { left, top, right: left + glyph.width, bottom: top + glyph.height };
}

/** The box around all glyphs; null for none, and for one that no screen could hold. */
function glyphBounds(glyphs: readonly Glyph[]): Rect | null {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const glyph of glyphs) {
    const box = glyphBox(glyph);
    left = Math.min(left, box.left);
    top = Math.min(top, box.top);
    right = Math.max(right, box.right);
    bottom = Math.max(bottom, box.bottom);
  }
  const pixels = (right - left) * (bottom - top);
  return pixels > 0 && pixels <= mostMaskPixels ? { left, top, right, bottom } : null;
}

/** Coverage in the top byte of each word. Where glyphs overlap, the denser one counts. */
function stringMask(text: Text, bounds: Rect): Raster {
  const width = bounds.right - bounds.left;
  const height = bounds.bottom - bounds.top;
  const data = new Uint32Array(width * height);
  for (const glyph of text.glyphs) {
    const box = glyphBox(glyph);
    const stride = Math.ceil((glyph.width * text.bits) / 8);
    for (let row = 0; row < glyph.height; row++) {
      const at = (box.top - bounds.top + row) * width + box.left - bounds.left;
      const from = (glyph.height - 1 - row) * stride;
      if (text.bits === 1) putRow1(glyph, from, data, at);
      else if (text.bits === 4) putRow4(glyph, from, data, at);
      else putRow8(glyph, from, data, at);
    }
  }
  return { width, height, data, format: text.bits === 1 ? 'a1' : 'a8' };
}

function putRow1(glyph: Glyph, from: number, data: Uint32Array, at: number): void {
  for (let x = 0; x < glyph.width; x++) {
    if (((glyph.data[from + (x >> 3)] ?? 0) & (128 >> (x & 7))) !== 0) data[at + x] = 0xff000000;
  }
}

/** Four bits fill the upper half of the coverage, so the densest is 240. */
function putRow4(glyph: Glyph, from: number, data: Uint32Array, at: number): void {
  for (let x = 0; x < glyph.width; x++) {
    const byte = glyph.data[from + (x >> 1)] ?? 0;
    const there = (data[at + x] ?? 0) >>> 24;
    if ((x & 1) === 0) {
      data[at + x] = (Math.max(there, byte & 0xf0) << 24) >>> 0;
    } else if (byte << 4 > there) {
      // The right pixel of a byte is compared with its neighbour's bits on top, as the reference client does.
      data[at + x] = (byte << 28) >>> 0;
    }
  }
}

function putRow8(glyph: Glyph, from: number, data: Uint32Array, at: number): void {
  for (let x = 0; x < glyph.width; x++) {
    data[at + x] = (Math.max((data[at + x] ?? 0) >>> 24, glyph.data[from + x] ?? 0) << 24) >>> 0;
  }
}

/** The fore brush as rows that count from the string's corner: its pattern starts there, not at the surface's. */
function brushRows(surface: Surface, region: Region, brush: Brush): FetchRow {
  if (brush.type === 'pattern') {
    const raster = imageFor(surface, brush.raster, areaOf(region));
    const rows = fetcher({ raster, transform: null, filter: 'nearest', repeat: 'normal' });
    return (x, y, count, out) =>
      rows(modulo(x - brush.pos.x, raster.width), modulo(y - brush.pos.y, raster.height), count, out);
  }
  const word = solidWord(surface, brush.type === 'solid' ? brush.color : 0);
  return (_x, _y, count, out) => {
    out.fill(word, 0, count);
  };
}

/** An opaque word; on 16-bit surfaces of either kind the colour has three fields of five bits. */
function solidWord(surface: Surface, color: number): number {
  const bits = is16(surface.format) ? 5 : 8;
  const most = (1 << bits) - 1;
  const field = (n: number): number => Math.trunc((((color >>> (n * bits)) & most) * 0xffff) / most) >> 8;
  return (0xff000000 | (field(0) << 16) | (field(1) << 8) | field(2)) >>> 0;
}
