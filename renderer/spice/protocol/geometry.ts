import type { ByteReader } from './byte-reader.ts';
import { maxImagePixels, maxImageSide } from './pixels.ts';
import { ProtocolError } from './protocol-error.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels [left, right) × [top, bottom), signed: a box may start outside its surface. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The rectangles a drawing is limited to; null for no limit. An empty list draws nothing. */
export type Clip = readonly Rect[] | null;

/** struct Point. */
export function readPoint(reader: ByteReader): Point {
  const x = reader.i32();
  return { x, y: reader.i32() };
}

/** struct Point16. */
export function readPoint16(reader: ByteReader): Point {
  const x = reader.i16();
  return { x, y: reader.i16() };
}

/** struct Rect: on the wire top, left, bottom, right, all int32. */
export function readRect(reader: ByteReader): Rect {
  const top = reader.i32();
  const left = reader.i32();
  const bottom = reader.i32();
  return { left, top, right: reader.i32(), bottom };
}

/** More than the canvas works through (canvas/region.ts), refused before each becomes an object. */
const mostClipRects = 500_000;

/** struct Clip. */
export function readClip(reader: ByteReader): Clip {
  const type = reader.u8();
  if (type === 0) return null;
  if (type !== 1) throw new ProtocolError(reader.where, `clip type ${type} does not exist`);
  const count = reader.count(16);
  if (count > mostClipRects) throw new ProtocolError(reader.where, `a clip list of ${count} rectangles`);
  const rects: Rect[] = [];
  for (let index = 0; index < count; index += 1) rects.push(readRect(reader));
  return rects;
}

/** Two u32: width and height, refused where no image may be so large; they may be 0. */
export function readSize(reader: ByteReader): { readonly width: number; readonly height: number } {
  const width = reader.u32();
  const height = reader.u32();
  if (width > maxImageSide || height > maxImageSide || width * height > maxImagePixels) {
    throw new ProtocolError(reader.where, `${width}×${height} pixels are more than we accept`);
  }
  return { width, height };
}
