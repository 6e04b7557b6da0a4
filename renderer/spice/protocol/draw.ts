import type { ByteReader } from './byte-reader.ts';
import { COMPOSITE_FLAG, LINE_FLAG, SCALE_MODE, STRING_FLAG } from './constants.ts';
import { type Clip, type Point, type Rect, readClip, readPoint, readPoint16, readRect } from './geometry.ts';
import {
  type Brush,
  type Image,
  type Mask,
  readBrush,
  readImagePointer,
  readMask,
  readRequiredImage,
} from './image.ts';
import { ProtocolError } from './protocol-error.ts';

/** struct DisplayBase. */
export interface DrawBase {
  readonly surfaceId: number;
  readonly box: Rect;
  readonly clip: Clip;
}

export type ScaleMode = (typeof SCALE_MODE)[keyof typeof SCALE_MODE];

/** One segment of a path. `points` holds x, y pairs in 28.4 fixed point. */
export interface PathSegment {
  /** PATH_FLAG bits. */
  readonly flags: number;
  readonly points: Int32Array;
}

/** struct LineAttr. `style` holds 28.4 fixed-point lengths of dash, gap, dash …; null for a solid line. */
export interface LineAttributes {
  /** LINE_FLAG bits. */
  readonly flags: number;
  readonly style: Int32Array | null;
}

/** struct RasterGlyph*. Rows take ceil(width × bits ÷ 8) bytes. */
export interface Glyph {
  readonly renderPosition: Point;
  readonly origin: Point;
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** struct String: all its glyphs have the same depth. */
export interface GlyphString {
  readonly bitsPerPixel: 1 | 4 | 8;
  readonly topDown: boolean;
  readonly glyphs: readonly Glyph[];
}

/** struct Transform: a 2×3 matrix in 16.16 fixed point, rows first. */
export type Transform = readonly [number, number, number, number, number, number];

export interface CopyBits {
  readonly base: DrawBase;
  readonly source: Point;
}
export interface DrawFill {
  readonly base: DrawBase;
  readonly brush: Brush;
  readonly rop: number;
  readonly mask: Mask | null;
}
export interface DrawOpaque {
  readonly base: DrawBase;
  readonly image: Image;
  readonly area: Rect;
  readonly brush: Brush;
  readonly rop: number;
  readonly scaleMode: ScaleMode;
  readonly mask: Mask | null;
}
/** draw_copy and draw_blend. */
export interface DrawCopy {
  readonly base: DrawBase;
  readonly image: Image;
  readonly area: Rect;
  readonly rop: number;
  readonly scaleMode: ScaleMode;
  readonly mask: Mask | null;
}
/** draw_blackness, draw_whiteness and draw_invers. */
export interface DrawMasked {
  readonly base: DrawBase;
  readonly mask: Mask | null;
}
export interface DrawRop3 {
  readonly base: DrawBase;
  readonly image: Image;
  readonly area: Rect;
  readonly brush: Brush;
  /** The ternary raster operation's number, 0–255. */
  readonly rop3: number;
  readonly scaleMode: ScaleMode;
  readonly mask: Mask | null;
}
export interface DrawStroke {
  readonly base: DrawBase;
  readonly path: readonly PathSegment[];
  readonly line: LineAttributes;
  readonly brush: Brush;
  readonly foreRop: number;
  readonly backRop: number;
}
export interface DrawText {
  readonly base: DrawBase;
  readonly string: GlyphString;
  readonly backArea: Rect;
  readonly foreBrush: Brush;
  readonly backBrush: Brush;
  readonly foreRop: number;
  readonly backRop: number;
}
export interface DrawTransparent {
  readonly base: DrawBase;
  readonly image: Image;
  readonly area: Rect;
  /** The colour that is not drawn, as in the image's own format. */
  readonly sourceColor: number;
  /** The same as 0x00RRGGBB. */
  readonly trueColor: number;
}
export interface DrawAlphaBlend {
  readonly base: DrawBase;
  /** ALPHA_FLAG bits. */
  readonly alphaFlags: number;
  readonly alpha: number;
  readonly image: Image;
  readonly area: Rect;
}
export interface DrawComposite {
  readonly base: DrawBase;
  /** COMPOSITE_FLAG bits over operator (bits 0–7), filters (8–10, 11–13) and repeats (14–15, 16–17). */
  readonly flags: number;
  readonly image: Image;
  readonly mask: Image | null;
  readonly sourceTransform: Transform | null;
  readonly maskTransform: Transform | null;
  readonly sourceOrigin: Point;
  readonly maskOrigin: Point;
}

export function readCopyBits(reader: ByteReader): CopyBits {
  return { base: readBase(reader), source: readPoint(reader) };
}

export function readDrawFill(reader: ByteReader): DrawFill {
  return {
    base: readBase(reader),
    brush: readBrush(reader),
    rop: reader.u16(),
    mask: readMask(reader),
  };
}

export function readDrawOpaque(reader: ByteReader): DrawOpaque {
  return {
    base: readBase(reader),
    image: readRequiredImage(reader),
    area: readRect(reader),
    brush: readBrush(reader),
    rop: reader.u16(),
    scaleMode: readScaleMode(reader),
    mask: readMask(reader),
  };
}

export function readDrawCopy(reader: ByteReader): DrawCopy {
  return {
    base: readBase(reader),
    image: readRequiredImage(reader),
    area: readRect(reader),
    rop: reader.u16(),
    scaleMode: readScaleMode(reader),
    mask: readMask(reader),
  };
}

export function readDrawMasked(reader: ByteReader): DrawMasked {
  return { base: readBase(reader), mask: readMask(reader) };
}

export function readDrawRop3(reader: ByteReader): DrawRop3 {
  return {
    base: readBase(reader),
    image: readRequiredImage(reader),
    area: readRect(reader),
    brush: readBrush(reader),
    rop3: reader.u8(),
    scaleMode: readScaleMode(reader),
    mask: readMask(reader),
  };
}

export function readDrawStroke(reader: ByteReader): DrawStroke {
  return {
    base: readBase(reader),
    path: readPath(reader.requiredPointer()),
    line: readLineAttributes(reader),
    brush: readBrush(reader),
    foreRop: reader.u16(),
    backRop: reader.u16(),
  };
}

export function readDrawText(reader: ByteReader): DrawText {
  return {
    base: readBase(reader),
    string: readGlyphString(reader.requiredPointer()),
    backArea: readRect(reader),
    foreBrush: readBrush(reader),
    backBrush: readBrush(reader),
    foreRop: reader.u16(),
    backRop: reader.u16(),
  };
}

export function readDrawTransparent(reader: ByteReader): DrawTransparent {
  return {
    base: readBase(reader),
    image: readRequiredImage(reader),
    area: readRect(reader),
    sourceColor: reader.u32(),
    trueColor: reader.u32(),
  };
}

export function readDrawAlphaBlend(reader: ByteReader): DrawAlphaBlend {
  return {
    base: readBase(reader),
    alphaFlags: reader.u8(),
    alpha: reader.u8(),
    image: readRequiredImage(reader),
    area: readRect(reader),
  };
}

export function readDrawComposite(reader: ByteReader): DrawComposite {
  const base = readBase(reader);
  const flags = reader.u32();
  return {
    base,
    flags,
    image: readRequiredImage(reader),
    mask: (flags & COMPOSITE_FLAG.hasMask) !== 0 ? readImagePointer(reader) : null,
    sourceTransform: (flags & COMPOSITE_FLAG.hasSourceTransform) !== 0 ? readTransform(reader) : null,
    maskTransform: (flags & COMPOSITE_FLAG.hasMaskTransform) !== 0 ? readTransform(reader) : null,
    sourceOrigin: readPoint16(reader),
    maskOrigin: readPoint16(reader),
  };
}

function readBase(reader: ByteReader): DrawBase {
  return { surfaceId: reader.u32(), box: readRect(reader), clip: readClip(reader) };
}

function readScaleMode(reader: ByteReader): ScaleMode {
  const mode = reader.u8();
  if (mode === SCALE_MODE.interpolate || mode === SCALE_MODE.nearest) return mode;
  throw new ProtocolError(reader.where, `scale mode ${mode} does not exist`);
}

function readTransform(reader: ByteReader): Transform {
  return [reader.i32(), reader.i32(), reader.i32(), reader.i32(), reader.i32(), reader.i32()];
}

/**
 * Segments of one path. Each takes 5 bytes of the message and some 250 of ours, so a message of empty ones alone could
 * exhaust the memory; the paths that drivers send have a segment for each of the figure's lines and curves at most.
 */
const mostSegments = 65_536;

/** struct Path: its segments lie one after the other, without padding. */
function readPath(reader: ByteReader): PathSegment[] {
  const count = reader.count(5);
  if (count > mostSegments) throw new ProtocolError(reader.where, `a path of ${count} segments is too long`);
  const segments: PathSegment[] = [];
  for (let index = 0; index < count; index += 1) {
    const flags = reader.u8();
    segments.push({ flags, points: readFixed(reader, reader.count(8) * 2) });
  }
  return segments;
}

function readLineAttributes(reader: ByteReader): LineAttributes {
  const flags = reader.u8();
  if ((flags & LINE_FLAG.styled) === 0) return { flags, style: null };
  const count = reader.u8();
  const target = reader.pointer();
  if (target === null || count === 0) return { flags, style: null };
  return { flags, style: readFixed(target, target.checkCount(count, 4)) };
}

function readFixed(reader: ByteReader, count: number): Int32Array {
  const values = new Int32Array(count);
  for (let index = 0; index < count; index += 1) values[index] = reader.i32();
  return values;
}

function readGlyphString(reader: ByteReader): GlyphString {
  const length = reader.u16();
  const flags = reader.u8();
  const bitsPerPixel = glyphBits(reader, flags);
  reader.checkCount(length, 20);
  const glyphs: Glyph[] = [];
  for (let index = 0; index < length; index += 1) {
    const renderPosition = readPoint(reader);
    const origin = readPoint(reader);
    const width = reader.u16();
    const height = reader.u16();
    const data = reader.view(Math.ceil((width * bitsPerPixel) / 8) * height);
    glyphs.push({ renderPosition, origin, width, height, data });
  }
  return { bitsPerPixel, topDown: (flags & STRING_FLAG.topDown) !== 0, glyphs };
}

function glyphBits(reader: ByteReader, flags: number): 1 | 4 | 8 {
  switch (flags & (STRING_FLAG.a1 | STRING_FLAG.a4 | STRING_FLAG.a8)) {
    case STRING_FLAG.a1:
      return 1;
    case STRING_FLAG.a4:
      return 4;
    case STRING_FLAG.a8:
      return 8;
    default:
      throw new ProtocolError(reader.where, `string flags ${flags} name no single glyph depth`);
  }
}
