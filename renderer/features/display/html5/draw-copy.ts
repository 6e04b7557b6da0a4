import type { Surface } from '@spice-project/spice-html5/src/spiceconn.js';

export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Clip {
  readonly type: number;
  readonly rects?: { readonly num_rects: number; readonly rects?: readonly Rectangle[] };
}

/** What spice-html5 hands to its `draw_copy_helper`. */
export interface DrawCopy {
  readonly base: { readonly surface_id: number; readonly box: Rectangle; readonly clip: Clip };
  readonly src_area: Rectangle;
  readonly image_data: ImageData;
  readonly has_alpha: boolean;
}

/** SPICE_SURFACE_FMT_32_xRGB: the surface has no alpha, so an image's alpha byte means nothing on it. */
const OPAQUE_SURFACE = 32;
/** SPICE_CLIP_TYPE_RECTS. */
const CLIP_RECTS = 1;

/** The rectangles a draw may touch: its clip, or its whole box. */
export function clipRectangles(clip: Clip, box: Rectangle): readonly Rectangle[] {
  return clip.type === CLIP_RECTS ? (clip.rects?.rects ?? []) : [box];
}

export function intersect(a: Rectangle, b: Rectangle): Rectangle | null {
  const left = Math.max(a.left, b.left);
  const top = Math.max(a.top, b.top);
  const right = Math.min(a.right, b.right);
  const bottom = Math.min(a.bottom, b.bottom);
  return left < right && top < bottom ? { left, top, right, bottom } : null;
}

/** A bitmap's rows without what its stride leaves between them: guests send cut-outs of wider pictures. */
export function tightRows(data: ArrayBuffer, stride: number, rowBytes: number, rows: number): ArrayBuffer {
  const from = new Uint8Array(data);
  const tight = new Uint8Array(rowBytes * rows);
  for (let row = 0; row < rows; row += 1) {
    tight.set(from.subarray(row * stride, row * stride + rowBytes), row * rowBytes);
  }
  return tight.buffer;
}

function removeAlpha(image: ImageData): void {
  const data = image.data;
  for (let at = 3; at < data.length; at += 4) data[at] = 255;
}

/**
 * Draws an image on a surface as spice.proto's DrawCopy says: `src_area` of the image into `box`, scaled where they
 * differ, and only inside the clip. (spice-html5's own ignores clip, source offset and scale.)
 */
export function drawCopy(surface: Surface, draw: DrawCopy): void {
  const { box, clip } = draw.base;
  const source = draw.src_area;
  const context = surface.canvas.context;
  const blend = draw.has_alpha && surface.format !== OPAQUE_SURFACE;
  if (draw.has_alpha && !blend) removeAlpha(draw.image_data);
  const width = source.right - source.left;
  const height = source.bottom - source.top;
  const scaled = width !== box.right - box.left || height !== box.bottom - box.top;

  if (!blend && !scaled) {
    const x = box.left - source.left;
    const y = box.top - source.top;
    for (const rectangle of clipRectangles(clip, box)) {
      const part = intersect(rectangle, box);
      if (part === null) continue;
      const partWidth = part.right - part.left;
      const partHeight = part.bottom - part.top;
      context.putImageData(draw.image_data, x, y, part.left - x, part.top - y, partWidth, partHeight);
    }
    return;
  }

  const picture = document.createElement('canvas');
  picture.width = draw.image_data.width;
  picture.height = draw.image_data.height;
  picture.getContext('2d')?.putImageData(draw.image_data, 0, 0);
  withinClip(context, clip, box, () => {
    context.imageSmoothingEnabled = false;
    const [toWidth, toHeight] = [box.right - box.left, box.bottom - box.top];
    context.drawImage(picture, source.left, source.top, width, height, box.left, box.top, toWidth, toHeight);
  });
}

/** Runs `draw` with the context clipped; only path-based calls and drawImage obey it, putImageData does not. */
export function withinClip<T>(
  context: CanvasRenderingContext2D,
  clip: Clip,
  box: Rectangle,
  draw: () => T,
): T {
  if (clip.type !== CLIP_RECTS) return draw();
  context.save();
  context.beginPath();
  for (const { left, top, right, bottom } of clipRectangles(clip, box)) {
    context.rect(left, top, right - left, bottom - top);
  }
  context.clip();
  try {
    return draw();
  } finally {
    context.restore();
  }
}
