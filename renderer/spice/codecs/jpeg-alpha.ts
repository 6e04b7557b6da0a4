// JPEG and JPEG_ALPHA (spice.proto, JPEGAlphaData). The host decodes the JPEG itself; the alpha channel is an LZ image of kind XXXA
// behind it.
import { checkTarget, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { decodeLz, readLzHeader } from './lz.ts';

const where = 'jpeg';

/** Decodes a JPEG to opaque pixels; given by the host (createImageBitmap in a Worker). Rejects for what is not one. */
export type JpegDecoder = (bytes: Uint8Array) => Promise<Pixels>;

/** @throws a ProtocolError when the picture in the data has another size than the message said */
export async function decodeJpeg(
  source: Uint8Array,
  width: number,
  height: number,
  decodeJpegBytes: JpegDecoder,
): Promise<Pixels> {
  const size = readJpegSize(source);
  if (size.width !== width || size.height !== height) {
    throw new ProtocolError(
      where,
      `the data hold ${size.width} × ${size.height} pixels, the image was announced as ${width} × ${height}`,
    );
  }
  const pixels = await decodeJpegBytes(source);
  checkTarget(where, width, height, pixels);
  return pixels;
}

/**
 * Decodes a JPEG and sets its alpha from the LZ data behind it.
 * @param jpegSize where the LZ data begin
 */
export async function decodeJpegAlpha(
  source: Uint8Array,
  jpegSize: number,
  width: number,
  height: number,
  decodeJpegBytes: JpegDecoder,
): Promise<Pixels> {
  if (jpegSize > source.length) throw new ProtocolError(where, 'the data end before the JPEG does');
  const alpha = source.subarray(jpegSize);
  const header = readLzHeader(alpha);
  if (header.kind !== 'xxxa' || header.width !== width || header.height !== height) {
    throw new ProtocolError(where, 'the alpha channel is not one for this image');
  }
  const pixels = await decodeJpeg(source.subarray(0, jpegSize), width, height, decodeJpegBytes);
  decodeLz(alpha, pixels);
  return pixels;
}

/**
 * The size that a JPEG says it has, before anyone decodes it: a small message must not become a huge picture.
 * ITU-T T.81, B.1.1.3 and B.2.2.
 */
export function readJpegSize(source: Uint8Array): { readonly width: number; readonly height: number } {
  if (source[0] !== 0xff || source[1] !== 0xd8) throw new ProtocolError(where, 'the data are not a JPEG');
  let at = 2;
  while (at + 9 <= source.length && source[at] === 0xff) {
    const marker = source[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    // SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC).
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return {
        height: ((source[at + 5] ?? 0) << 8) | (source[at + 6] ?? 0),
        width: ((source[at + 7] ?? 0) << 8) | (source[at + 8] ?? 0),
      };
    }
    at += 2 + (((source[at + 2] ?? 0) << 8) | (source[at + 3] ?? 0));
  }
  throw new ProtocolError(where, 'the JPEG has no frame header');
}
