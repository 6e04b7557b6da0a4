import { ProtocolError } from './protocol-error.ts';

/** RGBA in memory order (a little-endian word is 0xAABBGGRR), rows from the top, stride = width. What ImageData takes as is. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint32Array;
}

/** The largest image side that we take from a server, in pixels. */
export const maxImageSide = 16_384;

/** The largest image that we take from a server, in pixels. */
export const maxImagePixels = 64 * 1024 * 1024;

/** Throws a ProtocolError for a size that no image may have: empty, a side too long, too many pixels. */
export function checkImageSize(where: string, width: number, height: number): void {
  if (
    !(width > 0 && height > 0 && width <= maxImageSide && height <= maxImageSide) ||
    width * height > maxImagePixels
  ) {
    throw new ProtocolError(where, `an image of ${width} × ${height} pixels is out of bounds`);
  }
}

/** Transparent black pixels; the size is checked first. */
export function createPixels(where: string, width: number, height: number): Pixels {
  checkImageSize(where, width, height);
  return { width, height, data: new Uint32Array(width * height) };
}

/** Throws unless an image of this size fills the target exactly. */
export function checkTarget(where: string, width: number, height: number, target: Pixels): void {
  if (target.width !== width || target.height !== height || target.data.length < width * height) {
    throw new ProtocolError(
      where,
      `the data hold ${width} × ${height} pixels, the image was announced as ${target.width} × ${target.height}`,
    );
  }
}

/** The same words as signed integers: V8 keeps those in registers without a conversion. */
export function signedWords(pixels: Pixels): Int32Array {
  const { buffer, byteOffset } = pixels.data;
  return new Int32Array(buffer, byteOffset, pixels.width * pixels.height);
}

/** Turns the rows upside down in place, for images that were sent from the bottom up. */
export function flipRows(pixels: Pixels): void {
  const { width, height } = pixels;
  const words = signedWords(pixels);
  for (let top = 0, bottom = (height - 1) * width; top < bottom; top += width, bottom -= width) {
    for (let column = 0; column < width; column++) {
      const word = words[top + column] ?? 0;
      words[top + column] = words[bottom + column] ?? 0;
      words[bottom + column] = word;
    }
  }
}
