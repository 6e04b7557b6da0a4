import type { Source } from '../canvas/draw.ts';
import type { Brush, Mask, Raster } from '../canvas/draw-types.ts';
import type { ImageUse } from '../images/image-loader.ts';
import { SCALE_MODE } from '../protocol/constants.ts';
import type { ScaleMode } from '../protocol/draw.ts';
import type { Rect } from '../protocol/geometry.ts';
import type { Image, Brush as WireBrush, Mask as WireMask } from '../protocol/image.ts';

/** An image that a message needs, as colours or as a one-bit mask. */
export type Wanted = { readonly image: Image; readonly use: ImageUse } | null;

export function pixels(image: Image): Wanted {
  return { image, use: 'pixels' };
}

export function brushImage(brush: WireBrush): Wanted {
  return brush.kind === 'pattern' ? pixels(brush.image) : null;
}

export function maskImage(mask: WireMask | null): Wanted {
  return mask === null ? null : { image: mask.image, use: 'mask' };
}

export function loaded(raster: Raster | null | undefined): Raster {
  if (raster === null || raster === undefined) throw new Error('an image was drawn before it was loaded');
  return raster;
}

export function sourceOf(raster: Raster | null | undefined, area: Rect, scaleMode: ScaleMode): Source {
  return { raster: loaded(raster), area, filter: scaleMode === SCALE_MODE.nearest ? 'nearest' : 'bilinear' };
}

export function brushOf(brush: WireBrush, pattern: Raster | null | undefined): Brush {
  switch (brush.kind) {
    case 'none':
      return { type: 'none' };
    case 'solid':
      return { type: 'solid', color: brush.color };
    case 'pattern':
      return { type: 'pattern', raster: loaded(pattern), pos: brush.position };
  }
}

export function maskOf(mask: WireMask | null, stencil: Raster | null | undefined): Mask | null {
  return mask === null ? null : { raster: loaded(stencil), pos: mask.position, inverse: mask.inverse };
}
