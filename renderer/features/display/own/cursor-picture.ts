import type { CursorShape } from '../../../spice/channels/cursor-shape.ts';
import type { Point } from '../../../spice/protocol/geometry.ts';

/** As the guest wants it: how many earlier pointers stay visible, and how often one is added, ms. */
export interface Trail {
  readonly length: number;
  readonly frequency: number;
}

/** A pointer as the page shows it; `data` has straight alpha and every pixel in it is to be drawn as it is. */
export interface CursorPicture {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly hotspot: Point;
  readonly data: Uint32Array<ArrayBuffer>;
}

export interface CursorPlace {
  /** The number of the picture; null where the guest shows no pointer. */
  readonly picture: number | null;
  /** The hotspot, in pixels of the guest; may be outside. */
  readonly position: Point;
  readonly trail: Trail;
}

const BLACK = 0xff000000;
const WHITE = 0xffffffff;

/** A pointer's pixels for a browser, which cannot invert what lies below: those pixels are black with a white edge. */
export function cursorPixels({ pixels, invert }: CursorShape): Uint32Array<ArrayBuffer> {
  const { width, height, data } = pixels;
  const out = new Uint32Array(data);
  if (invert === null) return out;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      if (invert[at] === 1) out[at] = BLACK;
      else if ((out[at] ?? 0) >>> 24 === 0 && touches(invert, width, height, x, y)) out[at] = WHITE;
    }
  }
  return out;
}

function touches(invert: Uint8Array, width: number, height: number, x: number, y: number): boolean {
  for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny += 1) {
    for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx += 1) {
      if (invert[ny * width + nx] === 1) return true;
    }
  }
  return false;
}

/** Chromium and Firefox show no CSS pointer that is larger, CSS pixels. */
const LARGEST = 128;

/** CSS pixels of a pointer beside a picture drawn at `scale` CSS pixels per guest pixel, as large as browsers allow. */
export function cursorScale(width: number, height: number, scale: number): number {
  return Math.min(scale, LARGEST / width, LARGEST / height);
}
