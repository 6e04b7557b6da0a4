import type { Raster } from '../canvas/draw-types.ts';
import { rasterPainter } from '../canvas/painters.ts';
import { rasterFor } from '../canvas/pixel-format.ts';
import { clipRegion, type Painter, type Region } from '../canvas/region.ts';
import { ropCopy } from '../canvas/rop.ts';
import { sameSize, scaledRows, scalePainter } from '../canvas/scale.ts';
import type { Surface } from '../canvas/surface.ts';
import type { Clip, Rect } from '../protocol/geometry.ts';
import { maxImagePixels, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import type { PictureSize } from './video-messages.ts';

/** Rectangles that a stream's region may have: it is kept, and looked through for each picture. */
const mostBoxes = 65_536;
/** Encoders may fill a picture up to whole blocks of so many pixels a side. */
const blockSide = 16;

/** The part of a surface where a stream shows. @throws ProtocolError for a list that is too complex. */
export function streamRegion({ width, height }: Surface, clip: Clip): Region {
  const region = clipRegion({ left: 0, top: 0, right: width, bottom: height }, clip, width, height);
  if (region.count > mostBoxes) {
    throw new ProtocolError('clip', 'The clip list of a stream is too complex.');
  }
  return region;
}

/**
 * Whether a stream's picture may have this size. spice-gtk scales whatever comes (channel-display-mjpeg.c), so sizes
 * other than the announced one are taken too, but no more pixels than the larger of that and the surface has: a small
 * message must not become a huge picture.
 */
export function takesPicture(
  surface: Surface,
  announced: PictureSize,
  { width, height }: PictureSize,
): boolean {
  const most = Math.max(
    surface.width * surface.height,
    inBlocks(announced.width) * inBlocks(announced.height),
  );
  const pixels = width * height;
  return pixels > 0 && pixels <= Math.min(most, maxImagePixels);
}

function inBlocks(side: number): number {
  return Math.ceil(side / blockSide) * blockSide;
}

interface PictureTarget {
  readonly surface: Surface;
  readonly decoder: { sizeOf?(data: Uint8Array): PictureSize };
}

/** How many pixels these data will become; 0 where only decoding tells, null where they are no picture that we take. */
export function pixelsToCome(
  { surface, decoder }: PictureTarget,
  announced: PictureSize,
  data: Uint8Array,
): number | null {
  if (decoder.sizeOf === undefined) return 0;
  try {
    const size = decoder.sizeOf(data);
    return takesPicture(surface, announced, size) ? size.width * size.height : null;
  } catch {
    // As good as a picture that cannot be decoded.
    return null;
  }
}

/** A video picture onto the surface: the nearest pixel where the sizes differ. */
export function drawPicture(surface: Surface, region: Region, box: Rect, pixels: Pixels): void {
  if (region.count === 0 || box.right <= box.left || box.bottom <= box.top) return;
  const { width, height, data } = pixels;
  const raster: Raster = { width, height, data, format: 'x8r8g8b8', blankTop: true };
  const painter = picturePainter(surface, box, raster);
  const { boxes, count } = region;
  for (let i = 0; i < count * 4; i += 4) {
    const x1 = Math.max(boxes[i] ?? 0, box.left);
    const y1 = Math.max(boxes[i + 1] ?? 0, box.top);
    const x2 = Math.min(boxes[i + 2] ?? 0, box.right);
    const y2 = Math.min(boxes[i + 3] ?? 0, box.bottom);
    if (x1 < x2 && y1 < y2) painter.rect(x1, y1, x2, y2);
  }
}

function picturePainter(surface: Surface, box: Rect, raster: Raster): Painter {
  const area = { left: 0, top: 0, right: raster.width, bottom: raster.height };
  if (sameSize(box, area)) return rasterPainter(surface, raster, box.left, box.top, ropCopy);
  const source = rasterFor(surface.format, raster, area.right * area.bottom);
  return scalePainter(surface, box, scaledRows({ source, area, box, filter: 'nearest' }, surface.format));
}
