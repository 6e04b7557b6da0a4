import type { PixelFormat, Raster } from '../canvas/draw-types.ts';
import { colorOf16, is16 } from '../canvas/pixel-format.ts';
import type { Surface } from '../canvas/surface.ts';
import { decodeBitmap } from '../codecs/bitmap.ts';
import { decodeGlz, readGlzHeader } from '../codecs/glz.ts';
import { decodeJpeg, decodeJpegAlpha } from '../codecs/jpeg-alpha.ts';
import { decodeLz, readLzHeader } from '../codecs/lz.ts';
import { decodeLz4, readLz4Format } from '../codecs/lz4.ts';
import { decodeQuic } from '../codecs/quic.ts';
import { readQuicHeader } from '../codecs/quic-header.ts';
import { inflateGlz } from '../codecs/zlib-glz.ts';
import { BITMAP_FORMAT, IMAGE_FLAG, IMAGE_TYPE } from '../protocol/constants.ts';
import type { BitmapImage, CachedImage, Image, PaletteSource, SurfaceImage } from '../protocol/image.ts';
import { createPixels, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { decodeMask } from './mask.ts';
import { PaletteCache } from './palette-cache.ts';
import { PixelRoom } from './pixel-room.ts';
import type { SharedImages, SharedSurfaces } from './shared-images.ts';

export interface SurfaceLookup extends SharedSurfaces {
  /** @throws ProtocolError for a surface that does not exist. */
  get(id: number): Surface;
}

const keeping = IMAGE_FLAG.cacheMe | IMAGE_FLAG.cacheReplaceMe;

/** As colours for the surface, as colours with what alpha they came with, or as a one-bit mask. */
export type ImageUse = 'pixels' | 'original' | 'mask';

/** A promise where the pixels are not at hand: decoded by the host, or still under way on another channel. */
export type Loaded = Raster | Promise<Raster>;

/** Turns the images of draw messages into pixels, and keeps those that the server wants kept. */
export class ImageLoader implements Disposable {
  readonly palettes = new PaletteCache();
  readonly #room = new PixelRoom();
  readonly #shared: SharedImages;
  readonly #membership: Disposable;
  readonly #surfaces: SurfaceLookup;
  readonly #count: (image: Image) => void;

  /** `count` is told of every image that is to be drawn. */
  constructor(shared: SharedImages, surfaces: SurfaceLookup, count: (image: Image) => void) {
    this.#count = count;
    this.#shared = shared;
    this.#membership = shared.join(surfaces);
    this.#surfaces = surfaces;
  }

  [Symbol.dispose](): void {
    this.#membership[Symbol.dispose]();
  }

  /** A drawing begins, and what was loaded for the one before is not used any more. */
  begin(): void {
    this.#room.clear();
  }

  /** `format` is that of the surface drawn to: palettes hold colours in its depth. @throws ProtocolError. */
  load(image: Image, use: ImageUse, format: PixelFormat): Loaded {
    this.#count(image);
    if (image.type === IMAGE_TYPE.surface) return this.#surfaces.get(image.surfaceId);
    if (image.type === IMAGE_TYPE.fromCache || image.type === IMAGE_TYPE.fromCacheLossless) {
      return this.#cached(image);
    }
    const raster = use === 'mask' ? maskOf(image) : this.#decode(image, use, format);
    if ((image.flags & keeping) === 0) return raster;
    const lossy = image.type === IMAGE_TYPE.jpeg || image.type === IMAGE_TYPE.jpegAlpha;
    const keep = (done: Raster): Raster => {
      this.#shared.cache.put(image.id, done, lossy);
      return done;
    };
    return raster instanceof Promise ? raster.then(keep) : keep(raster);
  }

  #cached(image: CachedImage): Loaded {
    const { cache } = this.#shared;
    const raster = cache.get(image.id, image.type === IMAGE_TYPE.fromCache);
    if (raster !== null) return raster;
    if (!this.#shared.several) throw new ProtocolError('images', `image ${image.id} is not in the cache`);
    return cache.whenPut(image.id).then(() => this.#cached(image));
  }

  #decode(image: Exclude<Image, CachedImage | SurfaceImage>, use: ImageUse, format: PixelFormat): Loaded {
    const { width, height } = image;
    // Beside the colours of opaque pixels the protocol has 0 unless it says otherwise. LZ, LZ4 and bitmaps are decoded so, which spares
    // a pass over the picture; the other decoders write 255, which is blanked when it is drawn.
    const blankTop = (image.flags & IMAGE_FLAG.highBitsSet) === 0;
    switch (image.type) {
      case IMAGE_TYPE.bitmap:
        return this.#bitmap(image, use, format, blankTop);
      case IMAGE_TYPE.quic: {
        const header = readQuicHeader(image.data);
        const pixels = this.#announced(image, header);
        decodeQuic(image.data, pixels);
        const content = contentOfKind(header.kind);
        return rasterOf(pixels, asDecoded(content, image, format), format, blankTop);
      }
      case IMAGE_TYPE.lzRgb: {
        const header = readLzHeader(image.data);
        const pixels = this.#announced(image, header);
        decodeLz(image.data, pixels, null, spareOf(blankTop));
        const content = contentOfKind(header.kind);
        // Of 16 bits the decoder makes opaque pixels in any case.
        const blank = blankTop && header.kind === 'rgb16';
        return rasterOf(pixels, asDecoded(content, image, format), format, blank);
      }
      case IMAGE_TYPE.lzPalette: {
        const pixels = this.#announced(image, readLzHeader(image.data));
        decodeLz(image.data, pixels, this.#palette(image.palette, format));
        return rasterOf(pixels, 'palette', format, blankTop);
      }
      case IMAGE_TYPE.lz4: {
        const lz4Format = readLz4Format(image.data, width, height);
        const pixels = this.#roomFor(image);
        decodeLz4(image.data, pixels, spareOf(blankTop));
        return rasterOf(pixels, contents[lz4Format] ?? 'xrgb', format, false);
      }
      case IMAGE_TYPE.glzRgb:
      case IMAGE_TYPE.zlibGlzRgb:
        return this.#glz(image, format, blankTop);
      case IMAGE_TYPE.jpeg:
        return decodeJpeg(image.data, width, height, this.#shared.decodeJpeg).then((pixels) =>
          rasterOf(pixels, 'xrgb', format, blankTop),
        );
      case IMAGE_TYPE.jpegAlpha: {
        const { buffer, byteOffset, length } = image.jpeg;
        const both = new Uint8Array(buffer, byteOffset, length + image.alpha.length);
        return decodeJpegAlpha(both, length, width, height, this.#shared.decodeJpeg).then((pixels) =>
          rasterOf(pixels, 'argb', format, false),
        );
      }
    }
  }

  /**
   * GLZ refers to images of all display channels; one that is still under way on another is waited for. The size in its header holds,
   * whatever was announced: so it is in spice-gtk (decode-glz.c), which for all other codecs refuses one that differs (canvas_base.c).
   */
  #glz(image: GlzImage, format: PixelFormat, blankTop: boolean): Loaded {
    const { window } = this.#shared;
    const data =
      image.type === IMAGE_TYPE.glzRgb
        ? image.data
        : inflateGlz(image.data, image.glzBytes, image.width * image.height);
    const header = readGlzHeader(data);
    const pixels = createPixels('images', header.width, header.height);
    const missing = decodeGlz(data, pixels, window);
    if (missing === null) return rasterOf(pixels, contentOfKind(header.kind), format, blankTop);
    if (!this.#shared.several) throw new ProtocolError('images', `GLZ image ${missing} never came`);
    return window.whenAdded(missing).then(() => this.#glz(image, format, blankTop));
  }

  #bitmap(image: BitmapImage, use: ImageUse, surface: PixelFormat, blankTop: boolean): Raster {
    const { format, topDown, stride, width, height } = image;
    const pixels = this.#roomFor(image);
    const indexed = format <= BITMAP_FORMAT.bit8;
    const palette = indexed ? this.#palette(image.palette, surface) : null;
    decodeBitmap(image.data, pixels, { format, topDown, stride, palette, spare: spareOf(blankTop) });
    // A palette's colours are pixels of the surface; as such they have an alpha where it has one, and it is 0.
    if (indexed && surface === 'a8r8g8b8' && (use === 'original' || (image.flags & keeping) !== 0)) {
      return { width, height, data: pixels.data, format: surface, blankTop: true };
    }
    return rasterOf(pixels, indexed ? 'palette' : (contents[format] ?? 'xrgb'), surface, indexed && blankTop);
  }

  /** Room for an image, once what its own header says is known to be what was announced. @throws ProtocolError. */
  #announced(image: Image, header: { readonly width: number; readonly height: number }): Pixels {
    const { width, height } = header;
    if (width !== image.width || height !== image.height) {
      throw new ProtocolError(
        'images',
        `the data hold ${width} × ${height} pixels, the image was announced as ${image.width} × ${image.height}`,
      );
    }
    return this.#roomFor(image);
  }

  #roomFor({ flags, width, height }: Image): Pixels {
    return (flags & keeping) === 0
      ? this.#room.take('images', width, height)
      : createPixels('images', width, height);
  }

  /** Colours 0x00RRGGBB; for 16-bit surfaces the palette holds their pixels. */
  #palette(source: PaletteSource, format: PixelFormat): Uint32Array | null {
    const entries = this.palettes.resolve(source);
    return entries !== null && is16(format) ? entries.map((entry) => colorOf16(format, entry)) : entries;
  }
}

/** The byte beside the colours, as a word. */
function spareOf(blankTop: boolean): number {
  return blankTop ? 0 : 0xff000000 | 0;
}

/** What an image holds, apart from the surface it is for. */
type Content = 'xrgb' | 'argb' | '555' | 'a8' | 'palette';

type GlzImage = Extract<Image, { readonly type: typeof IMAGE_TYPE.glzRgb | typeof IMAGE_TYPE.zlibGlzRgb }>;

/** By the name that the codecs give to what they decode. */
function contentOfKind(kind: string): Content {
  switch (kind) {
    case 'rgba':
      return 'argb';
    case 'rgb16':
      return '555';
    case 'a8':
      return 'a8';
    default:
      return 'xrgb';
  }
}

const contents: Readonly<Record<number, Content>> = {
  [BITMAP_FORMAT.bit16]: '555',
  [BITMAP_FORMAT.rgba]: 'argb',
  [BITMAP_FORMAT.alpha8]: 'a8',
};

/** 16-bit colours that are only drawn, not kept, are decoded straight to a 32-bit surface's format. */
function asDecoded(content: Content, image: Image, surface: PixelFormat): Content {
  return content === '555' && !is16(surface) && (image.flags & keeping) === 0 ? 'xrgb' : content;
}

function rasterOf(pixels: Pixels, content: Content, surface: PixelFormat, blankTop: boolean): Raster {
  const { width, height, data } = pixels;
  switch (content) {
    case 'argb':
      return { width, height, data, format: 'a8r8g8b8' };
    case 'a8':
      return { width, height, data, format: 'a8' };
    case '555':
      return { width, height, data, format: 'x1r5g5b5', blankTop: true };
    case 'palette':
      return { width, height, data, format: is16(surface) ? surface : 'x8r8g8b8', blankTop };
    case 'xrgb':
      return { width, height, data, format: 'x8r8g8b8', blankTop };
  }
}

function maskOf(image: Image): Raster {
  if (image.type !== IMAGE_TYPE.bitmap)
    throw new ProtocolError('images', `image type ${image.type} is no mask`);
  return decodeMask(image);
}
