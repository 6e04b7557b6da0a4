import type { ByteReader } from './byte-reader.ts';
import { BITMAP_FLAG, BITMAP_FORMAT, IMAGE_TYPE, JPEG_ALPHA_FLAG, MASK_FLAG } from './constants.ts';
import { type Point, readPoint, readSize } from './geometry.ts';
import { ProtocolError } from './protocol-error.ts';

/** struct Palette: colours as 0x00RRGGBB words. */
export interface Palette {
  readonly id: bigint;
  readonly entries: Uint32Array;
}

/** How an image names its palette: none, sent along, or one of those it asked us to keep. */
export type PaletteSource =
  | { readonly kind: 'none' }
  | { readonly kind: 'inline'; readonly palette: Palette; readonly cache: boolean }
  | { readonly kind: 'cached'; readonly id: bigint };

/** struct ImageDescriptor. For a bitmap the size is that of its data, which is what gets drawn. */
export interface ImageBase {
  readonly id: bigint;
  /** IMAGE_FLAG bits. */
  readonly flags: number;
  readonly width: number;
  readonly height: number;
}

export interface BitmapImage extends ImageBase {
  readonly type: typeof IMAGE_TYPE.bitmap;
  /** One of BITMAP_FORMAT. */
  readonly format: number;
  readonly topDown: boolean;
  /** Bytes from one row to the next; at least what the format needs. */
  readonly stride: number;
  readonly palette: PaletteSource;
  /** stride × height bytes. */
  readonly data: Uint8Array;
}

interface Encoded<Type extends number> extends ImageBase {
  readonly type: Type;
  readonly data: Uint8Array;
}

/** The codec's own header in `data` says the rest. A union of one type each, so that a switch over `type` narrows. */
export type EncodedImage =
  | Encoded<typeof IMAGE_TYPE.quic>
  | Encoded<typeof IMAGE_TYPE.lzRgb>
  | Encoded<typeof IMAGE_TYPE.glzRgb>
  | Encoded<typeof IMAGE_TYPE.jpeg>
  | Encoded<typeof IMAGE_TYPE.lz4>;

export interface LzPaletteImage extends ImageBase {
  readonly type: typeof IMAGE_TYPE.lzPalette;
  readonly topDown: boolean;
  readonly palette: PaletteSource;
  readonly data: Uint8Array;
}

export interface ZlibGlzImage extends ImageBase {
  readonly type: typeof IMAGE_TYPE.zlibGlzRgb;
  /** Bytes of the GLZ data inside the zlib stream, as announced: a bound for inflating. */
  readonly glzBytes: number;
  readonly data: Uint8Array;
}

export interface JpegAlphaImage extends ImageBase {
  readonly type: typeof IMAGE_TYPE.jpegAlpha;
  readonly topDown: boolean;
  readonly jpeg: Uint8Array;
  /** LZ data of an alpha-only (XXXA) picture. */
  readonly alpha: Uint8Array;
}

interface Cached<Type extends number> extends ImageBase {
  readonly type: Type;
}

export type CachedImage = Cached<typeof IMAGE_TYPE.fromCache> | Cached<typeof IMAGE_TYPE.fromCacheLossless>;

export interface SurfaceImage extends ImageBase {
  readonly type: typeof IMAGE_TYPE.surface;
  readonly surfaceId: number;
}

export type Image =
  | BitmapImage
  | EncodedImage
  | LzPaletteImage
  | ZlibGlzImage
  | JpegAlphaImage
  | CachedImage
  | SurfaceImage;

/** struct Brush. `color` is 0x00RRGGBB (in 16-bit surfaces: the pixel itself). */
export type Brush =
  | { readonly kind: 'none' }
  | { readonly kind: 'solid'; readonly color: number }
  | { readonly kind: 'pattern'; readonly image: Image; readonly position: Point };

/** struct QMask: 1-bit image; set bits are drawn, or clear ones where `inverse`. */
export interface Mask {
  readonly inverse: boolean;
  readonly position: Point;
  readonly image: Image;
}

/** bitmap_fmt → bits a pixel. */
export const BITS_PER_PIXEL: Readonly<Record<number, number>> = {
  [BITMAP_FORMAT.bit1Le]: 1,
  [BITMAP_FORMAT.bit1Be]: 1,
  [BITMAP_FORMAT.bit4Le]: 4,
  [BITMAP_FORMAT.bit4Be]: 4,
  [BITMAP_FORMAT.bit8]: 8,
  [BITMAP_FORMAT.bit16]: 16,
  [BITMAP_FORMAT.bit24]: 24,
  [BITMAP_FORMAT.bit32]: 32,
  [BITMAP_FORMAT.rgba]: 32,
  [BITMAP_FORMAT.alpha8]: 8,
};

/** `Image *`, null when the pointer is 0. */
export function readImagePointer(reader: ByteReader): Image | null {
  const target = reader.pointer();
  return target === null ? null : readImage(target);
}

/** `Image * @nonnull`. */
export function readRequiredImage(reader: ByteReader): Image {
  return readImage(reader.requiredPointer());
}

/** struct Brush. */
export function readBrush(reader: ByteReader): Brush {
  const type = reader.u8();
  switch (type) {
    case 0:
      return { kind: 'none' };
    case 1:
      return { kind: 'solid', color: reader.u32() };
    case 2: {
      const image = readRequiredImage(reader);
      return { kind: 'pattern', image, position: readPoint(reader) };
    }
    default:
      throw new ProtocolError(reader.where, `brush type ${type} does not exist`);
  }
}

/** struct QMask, null when it has no image. */
export function readMask(reader: ByteReader): Mask | null {
  const flags = reader.u8();
  const position = readPoint(reader);
  const image = readImagePointer(reader);
  return image === null ? null : { inverse: (flags & MASK_FLAG.inverse) !== 0, position, image };
}

/** struct Image. */
function readImage(reader: ByteReader): Image {
  const id = reader.u64();
  const type = reader.u8();
  const flags = reader.u8();
  const { width, height } = readSize(reader);
  switch (type) {
    case IMAGE_TYPE.bitmap:
      return readBitmap(reader, id, flags);
    case IMAGE_TYPE.quic:
    case IMAGE_TYPE.lzRgb:
    case IMAGE_TYPE.glzRgb:
    case IMAGE_TYPE.jpeg:
    case IMAGE_TYPE.lz4:
      return { id, type, flags, width, height, data: reader.view(reader.u32()) };
    case IMAGE_TYPE.lzPalette: {
      const bits = reader.u8();
      const size = reader.u32();
      const palette = readPaletteSource(reader, bits);
      const topDown = (bits & BITMAP_FLAG.topDown) !== 0;
      return { id, type, flags, width, height, topDown, palette, data: reader.view(size) };
    }
    case IMAGE_TYPE.zlibGlzRgb: {
      const glzBytes = reader.u32();
      return { id, type, flags, width, height, glzBytes, data: reader.view(reader.u32()) };
    }
    case IMAGE_TYPE.jpegAlpha: {
      const topDown = (reader.u8() & JPEG_ALPHA_FLAG.topDown) !== 0;
      const jpegBytes = reader.u32();
      const data = reader.view(reader.u32());
      if (jpegBytes > data.length) {
        throw new ProtocolError(reader.where, `${jpegBytes} JPEG bytes of ${data.length}`);
      }
      const [jpeg, alpha] = [data.subarray(0, jpegBytes), data.subarray(jpegBytes)];
      return { id, type, flags, width, height, topDown, jpeg, alpha };
    }
    case IMAGE_TYPE.fromCache:
    case IMAGE_TYPE.fromCacheLossless:
      return { id, type, flags, width, height };
    case IMAGE_TYPE.surface:
      return { id, type, flags, width, height, surfaceId: reader.u32() };
    default:
      throw new ProtocolError(reader.where, `image type ${type} does not exist`);
  }
}

/** struct BitmapData. Its x and y are the size of the data; the descriptor's may differ and is not used. */
function readBitmap(reader: ByteReader, id: bigint, flags: number): BitmapImage {
  const format = reader.u8();
  const bits = reader.u8();
  const { width, height } = readSize(reader);
  const stride = reader.u32();
  const bitsPerPixel = BITS_PER_PIXEL[format];
  if (bitsPerPixel === undefined) {
    throw new ProtocolError(reader.where, `bitmap format ${format} does not exist`);
  }
  if (stride < Math.ceil((width * bitsPerPixel) / 8)) {
    throw new ProtocolError(
      reader.where,
      `a stride of ${stride} bytes is too short for ${width} pixels of ${bitsPerPixel} bits`,
    );
  }
  const palette = readPaletteSource(reader, bits);
  return {
    id,
    type: IMAGE_TYPE.bitmap,
    flags,
    width,
    height,
    format,
    topDown: (bits & BITMAP_FLAG.topDown) !== 0,
    stride,
    palette,
    data: reader.view(stride * height),
  };
}

function readPaletteSource(reader: ByteReader, bits: number): PaletteSource {
  if ((bits & BITMAP_FLAG.paletteFromCache) !== 0) return { kind: 'cached', id: reader.u64() };
  const target = reader.pointer();
  if (target === null) return { kind: 'none' };
  const id = target.u64();
  const count = target.checkCount(target.u16(), 4);
  const entries = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) entries[index] = target.u32();
  return { kind: 'inline', palette: { id, entries }, cache: (bits & BITMAP_FLAG.paletteCacheMe) !== 0 };
}
