// ZLIB_GLZ (spice.proto, ZlibGlzRGBData): a GLZ image that was deflated once more.

import type { Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { decodeGlz } from './glz.ts';
import type { GlzWindow } from './glz-window.ts';
import { inflate } from './inflate.ts';
import { scratchBytes } from './scratch.ts';

/**
 * As decodeGlz.
 * @param glzSize the size of the GLZ data as the message tells it, in bytes
 */
export function decodeZlibGlz(
  source: Uint8Array,
  glzSize: number,
  target: Pixels,
  window: GlzWindow,
): number | null {
  // A GLZ image is never much larger than its pixels; deflate turns a byte into at most 1032 (RFC 1951: 258 bytes in 2 bits).
  if (glzSize > target.data.length * 5 + 4096 || glzSize > source.length * 1032) {
    throw new ProtocolError('zlib-glz', `${source.length} bytes cannot stand for ${glzSize} bytes of GLZ`);
  }
  const glz = scratchBytes(glzSize);
  inflate(source, glz);
  return decodeGlz(glz, target, window);
}
