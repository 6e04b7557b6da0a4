import { MessageBuilder } from '../../renderer/spice/canvas/testing/message-builder.ts';
import { BITMAP_FLAG, IMAGE_FLAG, IMAGE_TYPE } from '../../renderer/spice/protocol/constants.ts';
import { BITS_PER_PIXEL } from '../../renderer/spice/protocol/image.ts';

/** struct Image and what it points to, for the draw messages. */
export type ImagePart = MessageBuilder;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What the client is to do with the image beside drawing it. */
export interface Keeping {
  readonly id?: bigint;
  /** IMAGE_FLAG bits. */
  readonly flags?: number;
}

/** A palette sent along, or one that was sent before; kept under its id where `keep` is set. */
export type PalettePart =
  | { readonly colors: readonly number[]; readonly id?: bigint; readonly keep?: boolean }
  | { readonly keptAs: bigint };

export interface BitmapOptions extends Size, Keeping {
  /** One of BITMAP_FORMAT. */
  readonly format: number;
  /** stride × height bytes. */
  readonly data: Uint8Array;
  /** Bytes a row; what the format needs, up to whole words for colours, when absent. */
  readonly stride?: number;
  readonly topDown?: boolean;
  readonly palette?: PalettePart;
}

type CodecImage = 'quic' | 'lzRgb' | 'glzRgb' | 'jpeg' | 'lz4';

/** Images of each image_type (spice.proto, struct Image). */
export const image = {
  bitmap(options: BitmapOptions): ImagePart {
    const { width, height, format, data, topDown = true, palette } = options;
    const stride = options.stride ?? usualStride(format, width);
    const flags = (topDown ? BITMAP_FLAG.topDown : 0) | paletteFlags(palette);
    const part = header(IMAGE_TYPE.bitmap, options, options).u8(format).u8(flags);
    return putPalette(part.u32(width).u32(height).u32(stride), palette).put(data);
  },

  /** What a codec has made; its bytes say the rest. */
  encoded(type: CodecImage, size: Size, data: Uint8Array, keeping: Keeping = {}): ImagePart {
    return header(IMAGE_TYPE[type], size, keeping).u32(data.length).put(data);
  },

  lzPalette(size: Size, data: Uint8Array, palette: PalettePart, keeping: Keeping = {}): ImagePart {
    const part = header(IMAGE_TYPE.lzPalette, size, keeping);
    part.u8(BITMAP_FLAG.topDown | paletteFlags(palette)).u32(data.length);
    return putPalette(part, palette).put(data);
  },

  /** `deflated`: a zlib stream of `glzBytes` bytes of GLZ. */
  zlibGlz(size: Size, deflated: Uint8Array, glzBytes: number, keeping: Keeping = {}): ImagePart {
    return header(IMAGE_TYPE.zlibGlzRgb, size, keeping).u32(glzBytes).u32(deflated.length).put(deflated);
  },

  /** `alpha`: LZ of kind xxxa. */
  jpegAlpha(size: Size, jpeg: Uint8Array, alpha: Uint8Array, keeping: Keeping = {}): ImagePart {
    const part = header(IMAGE_TYPE.jpegAlpha, size, keeping).u8(0);
    return part
      .u32(jpeg.length)
      .u32(jpeg.length + alpha.length)
      .put(jpeg)
      .put(alpha);
  },

  /** An image that the client was told to keep under this id. */
  cached(id: bigint, size: Size, options: { readonly lossless?: boolean } = {}): ImagePart {
    const type = options.lossless === true ? IMAGE_TYPE.fromCacheLossless : IMAGE_TYPE.fromCache;
    return header(type, size, { id });
  },

  /** What another surface (or the same one) shows. */
  surface(surfaceId: number, size: Size): ImagePart {
    return header(IMAGE_TYPE.surface, size, {}).u32(surfaceId);
  },
} as const;

/** Told to keep the image under its id. */
export function keptAs(id: bigint): Keeping {
  return { id, flags: IMAGE_FLAG.cacheMe };
}

/** Bytes a row: whole words for 16 bits and more. */
export function usualStride(format: number, width: number): number {
  const bits = BITS_PER_PIXEL[format] ?? 32;
  const bytes = Math.ceil((width * bits) / 8);
  return bits <= 8 ? bytes : (bytes + 3) & ~3;
}

function header(type: number, { width, height }: Size, { id = 1n, flags = 0 }: Keeping): MessageBuilder {
  return new MessageBuilder().u64(id).u8(type).u8(flags).u32(width).u32(height);
}

function paletteFlags(palette: PalettePart | undefined): number {
  if (palette === undefined) return 0;
  if ('keptAs' in palette) return BITMAP_FLAG.paletteFromCache;
  return palette.keep === true ? BITMAP_FLAG.paletteCacheMe : 0;
}

function putPalette(part: MessageBuilder, palette: PalettePart | undefined): MessageBuilder {
  if (palette === undefined) return part.pointer(null);
  if ('keptAs' in palette) return part.u64(palette.keptAs);
  const colors = new MessageBuilder().u64(palette.id ?? 1n).u16(palette.colors.length);
  for (const color of palette.colors) colors.u32(color);
  return part.pointer(colors);
}
