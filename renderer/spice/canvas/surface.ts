import type { Rect } from '../protocol/geometry.ts';
import { signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import type { PixelFormat, Raster } from './draw-types.ts';

/** Widest and highest surface, as the codecs' own limit. */
const longestSide = 16_384;

/** Pixels drawn into: the screen, or something a guest prepares off screen. New ones are all zero. */
export class Surface implements Raster {
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly format: PixelFormat;
  readonly primary: boolean;
  readonly data: Uint32Array;

  /** @throws ProtocolError for a size no surface may have. */
  constructor(id: number, width: number, height: number, format: PixelFormat, primary: boolean) {
    if (width < 1 || height < 1 || width > longestSide || height > longestSide) {
      throw new ProtocolError('surface', `A surface of ${width} × ${height} pixels is out of bounds.`);
    }
    this.id = id;
    this.width = width;
    this.height = height;
    this.format = format;
    this.primary = primary;
    this.data = new Uint32Array(width * height);
  }

  /**
   * Copies a rectangle out as RGBA for the screen: what ImageData takes. The spare byte of an opaque format is kept
   * as the protocol left it (later operations may read it as alpha), so it is made 255 here, on the way out.
   */
  readOpaque(rect: Rect, out: Uint32Array): void {
    const width = rect.right - rect.left;
    const words = signedWords(this);
    const target = new Int32Array(out.buffer, out.byteOffset, out.length);
    for (let y = rect.top, to = 0; y < rect.bottom; y++, to += width) {
      const from = y * this.width + rect.left;
      for (let i = 0; i < width; i++) target[to + i] = (words[from + i] as number) | 0xff000000;
    }
  }
}

/** spice.proto, surface_fmt. @throws ProtocolError for a number that is none. */
export function surfaceFormat(code: number): PixelFormat {
  switch (code) {
    case 1:
      return 'a1';
    case 8:
      return 'a8';
    case 16:
      return 'x1r5g5b5';
    case 80:
      return 'r5g6b5';
    case 32:
      return 'x8r8g8b8';
    case 96:
      return 'a8r8g8b8';
    default:
      throw new ProtocolError('surface', `Surface format ${code} is unknown.`);
  }
}
