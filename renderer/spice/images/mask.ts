import type { Raster } from '../canvas/draw-types.ts';
import { BITMAP_FORMAT } from '../protocol/constants.ts';
import type { BitmapImage } from '../protocol/image.ts';
import { createPixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** A one-bit bitmap as a mask: coverage 255 where a bit is set. @throws ProtocolError for deeper bitmaps. */
export function decodeMask(image: BitmapImage): Raster {
  const { format, width, height, stride, data, topDown } = image;
  if (format !== BITMAP_FORMAT.bit1Le && format !== BITMAP_FORMAT.bit1Be) {
    throw new ProtocolError('images', `bitmap format ${format} is no mask`);
  }
  const bitOf = format === BITMAP_FORMAT.bit1Le ? 0 : 7;
  const mask = createPixels('images', width, height);
  for (let row = 0; row < height; row++) {
    const from = row * stride;
    const to = (topDown ? row : height - 1 - row) * width;
    for (let x = 0; x < width; x++) {
      const byte = data[from + (x >> 3)] ?? 0;
      if (((byte >> ((x & 7) ^ bitOf)) & 1) !== 0) mask.data[to + x] = 0xff000000;
    }
  }
  return { width, height, data: mask.data, format: 'a1' };
}
