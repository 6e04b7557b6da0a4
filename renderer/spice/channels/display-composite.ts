import type { Composite, CompositeLayer } from '../canvas/blend.ts';
import type { Raster } from '../canvas/draw-types.ts';
import type { Filter, Repeat, Transform } from '../canvas/sampler.ts';
import { COMPOSITE_FLAG } from '../protocol/constants.ts';
import type { DrawComposite, Transform as WireTransform } from '../protocol/draw.ts';
import type { Point } from '../protocol/geometry.ts';

/** pixman's repeat modes by number. */
const repeats: readonly Repeat[] = ['none', 'normal', 'pad', 'reflect'];

/** What DRAW_COMPOSITE's flags say (spice.proto, composite_flags), with its images. */
export function compositeOf(message: DrawComposite, source: Raster, mask: Raster | null): Composite {
  const { flags } = message;
  return {
    operator: flags & 255,
    source: layer(source, message.sourceTransform, flags >> 8, flags >> 14, message.sourceOrigin),
    sourceOpaque: (flags & COMPOSITE_FLAG.sourceOpaque) !== 0,
    mask:
      mask === null ? null : layer(mask, message.maskTransform, flags >> 11, flags >> 16, message.maskOrigin),
    componentAlpha: (flags & COMPOSITE_FLAG.componentAlpha) !== 0,
  };
}

function layer(
  raster: Raster,
  transform: WireTransform | null,
  filter: number,
  repeat: number,
  origin: Point,
): CompositeLayer {
  return {
    raster,
    transform: transform === null ? null : transformOf(transform),
    filter: filterOf(filter & 7),
    repeat: repeats[repeat & 3] ?? 'none',
    origin,
  };
}

function transformOf([xx, xy, x0, yx, yy, y0]: WireTransform): Transform {
  return { xx, xy, x0, yx, yy, y0 };
}

/** pixman's filters: 0 fast, 1 good, 2 best, 3 nearest, 4 bilinear; a convolution's kernel cannot be sent. */
function filterOf(code: number): Filter {
  return code === 1 || code === 2 || code === 4 ? 'bilinear' : 'nearest';
}
