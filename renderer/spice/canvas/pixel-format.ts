import type { PixelFormat, Raster } from './draw-types.ts';
import type { FetchRow } from './sampler.ts';
import { Surface } from './surface.ts';

/** Every second bit pattern that a 5- or 6-bit channel can take, widened to 8 bits by repeating its high bits. */
function widen5(value: number): number {
  return (value << 3) | (value >> 2);
}

function widen6(value: number): number {
  return (value << 2) | (value >> 4);
}

/** A 16-bit x1r5g5b5 pixel as a word; the spare bit fills the top byte, so that no bit is lost. */
function wordOf555(pixel: number): number {
  const red = widen5((pixel >> 10) & 31);
  const green = widen5((pixel >> 5) & 31);
  const blue = widen5(pixel & 31);
  return (((pixel & 0x8000) !== 0 ? 0xff000000 : 0) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** A 16-bit r5g6b5 pixel as a word; the top byte means nothing in this format. */
function wordOf565(pixel: number): number {
  const red = widen5((pixel >> 11) & 31);
  const green = widen6((pixel >> 5) & 63);
  const blue = widen5(pixel & 31);
  return (blue << 16) | (green << 8) | red;
}

/** A colour 0xXXRRGGBB as a word, top byte kept. */
function wordOfColor(color: number): number {
  return ((color & 0xff00ff00) | ((color & 0xff) << 16) | ((color >>> 16) & 0xff)) >>> 0;
}

/** A 16-bit surface's pixel as a colour 0x00RRGGBB. */
export function colorOf16(format: PixelFormat, pixel: number): number {
  return wordOfColor(storedColor(format, pixel)) & 0x00ffffff;
}

/** What a solid brush of this colour leaves in a surface: colours come in the surface's own depth. */
export function storedColor(format: PixelFormat, color: number): number {
  switch (format) {
    case 'x8r8g8b8':
    case 'a8r8g8b8':
      return wordOfColor(color);
    case 'x1r5g5b5':
      return wordOf555(color & 0xffff);
    case 'r5g6b5':
      return wordOf565(color & 0xffff);
    case 'a8':
      return ((color & 0xff) << 24) >>> 0;
    case 'a1':
      return (color & 1) !== 0 ? 0xff000000 : 0;
  }
}

/**
 * Bits to keep and to set so that a stored word reads as premultiplied colour with its alpha: formats without alpha
 * are opaque, formats of alpha alone are black.
 */
export function readMasks(format: PixelFormat): { readonly keep: number; readonly set: number } {
  switch (format) {
    case 'a8r8g8b8':
      return { keep: 0xffffffff, set: 0 };
    case 'a8':
    case 'a1':
      return { keep: 0xff000000, set: 0 };
    default:
      return { keep: 0x00ffffff, set: 0xff000000 };
  }
}

/** `count` words with alpha, from `from` on, as a surface of this format stores them (pixman's truncation). */
export function storeRow(
  format: PixelFormat,
  words: Uint32Array,
  from: number,
  data: Uint32Array,
  at: number,
  count: number,
): void {
  switch (format) {
    case 'x8r8g8b8':
      for (let i = 0; i < count; i++) data[at + i] = (words[from + i] ?? 0) & 0x00ffffff;
      return;
    case 'a8r8g8b8':
      for (let i = 0; i < count; i++) data[at + i] = words[from + i] ?? 0;
      return;
    case 'x1r5g5b5':
      for (let i = 0; i < count; i++) {
        const top = (words[from + i] ?? 0) & 0x00f8f8f8;
        data[at + i] = top | ((top >>> 5) & 0x00070707);
      }
      return;
    case 'r5g6b5':
      for (let i = 0; i < count; i++) {
        const word = words[from + i] ?? 0;
        const fives = word & 0x00f800f8;
        const six = word & 0x0000fc00;
        data[at + i] = fives | ((fives >>> 5) & 0x00070007) | six | ((six >>> 6) & 0x00000300);
      }
      return;
    case 'a8':
      for (let i = 0; i < count; i++) data[at + i] = (words[from + i] ?? 0) & 0xff000000;
      return;
    case 'a1':
      for (let i = 0; i < count; i++)
        data[at + i] = ((words[from + i] ?? 0) & 0x80000000) !== 0 ? 0xff000000 : 0;
      return;
  }
}

/**
 * The raster a surface of this format copies bits from: 32-bit pixels go over as they are, alpha or not; everything
 * else is converted. May be the raster itself. Only one of at most `whole` pixels is converted at once; a larger one is
 * while it is read, so that a drawing costs what it draws, not what its image has.
 */
export function rasterFor(format: PixelFormat, raster: Raster, whole: number): Raster {
  if (sameBits(format, raster.format)) return raster;
  const { width, height, data } = raster;
  // Widened 16-bit colours are what 32-bit ones look like; pixman makes converted pixels opaque.
  if (is32(format) && is16(raster.format)) return { width, height, data, format: 'x8r8g8b8' };
  // A source without alpha is converted to a target without alpha: its spare byte stays 0.
  const stored = format === 'a8r8g8b8' ? 'x8r8g8b8' : format;
  const held: Raster = { width, height, data, format: stored, heldAs: raster.format };
  if (width * height > whole) return held;
  const words = new Uint32Array(width * height);
  readWords(held, 0, words, 0, words.length);
  return { width, height, data: words, format: stored };
}

/** Images come in the surface's format; other surfaces are read as they are. `whole` as in `rasterFor`. */
export function imageFor(surface: Surface, raster: Raster, whole: number): Raster {
  return raster instanceof Surface ? raster : rasterFor(surface.format, raster, whole);
}

/** Rows of one format's words as a surface takes them. */
export function convertedRows(surface: Surface, rows: FetchRow, format: PixelFormat): FetchRow {
  const row = { width: surface.width, height: 1, data: new Uint32Array(surface.width), format };
  const taken = rasterFor(surface.format, row, 0);
  return (x, y, count, out) => {
    rows(x, y, count, row.data);
    readWords(taken, 0, out, 0, count);
  };
}

/** Words of a raster as they count: the top byte blanked where it is 0, and converted where they are not yet. */
export function readWords(raster: Raster, from: number, out: Uint32Array, at: number, count: number): void {
  const { data, heldAs } = raster;
  const { keep, set } = heldAs === undefined ? countedBits(raster) : readMasks(heldAs);
  for (let i = 0; i < count; i++) out[at + i] = ((data[from + i] ?? 0) & keep) | set;
  if (heldAs !== undefined) storeRow(raster.format, out, at, out, at, count);
}

const allBits = { keep: 0xffffffff, set: 0 };
const colourBits = { keep: 0x00ffffff, set: 0 };

function countedBits(raster: Raster): { readonly keep: number; readonly set: number } {
  return raster.blankTop === true ? colourBits : allBits;
}

function sameBits(a: PixelFormat, b: PixelFormat): boolean {
  return a === b || (is32(a) && is32(b));
}

/** Formats of 16 bits. */
export function is16(format: PixelFormat): boolean {
  return format === 'x1r5g5b5' || format === 'r5g6b5';
}

function is32(format: PixelFormat): boolean {
  return format === 'x8r8g8b8' || format === 'a8r8g8b8';
}
