// ZLIB_GLZ (spice.proto, ZlibGlzRGBData): a GLZ image that was deflated once more.

import { ProtocolError } from '../protocol/protocol-error.ts';
import { inflate } from './inflate.ts';
import { scratchBytes } from './scratch.ts';

/**
 * The GLZ data, in a buffer that is the next decoder's afterwards.
 * @param glzSize their size as the message tells it, in bytes
 * @param pixels of the image as announced
 */
export function inflateGlz(source: Uint8Array, glzSize: number, pixels: number): Uint8Array {
  // A GLZ image is never much larger than its pixels; deflate turns a byte into at most 1032 (RFC 1951: 258 bytes in 2 bits).
  if (glzSize > pixels * 5 + 4096 || glzSize > source.length * 1032) {
    throw new ProtocolError('zlib-glz', `${source.length} bytes cannot stand for ${glzSize} bytes of GLZ`);
  }
  const glz = scratchBytes(glzSize);
  inflate(source, glz);
  return glz;
}
