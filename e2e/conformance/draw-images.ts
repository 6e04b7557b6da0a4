import { deflateSync } from 'node:zlib';
import type { Dice } from '../../renderer/spice/canvas/testing/message-builder.ts';
import { encodeLz, encodeLzPalette, GlzEncoder } from '../../renderer/spice/codecs/encoders/lz-encoder.ts';
import { encodeLz4 } from '../../renderer/spice/codecs/encoders/lz4-encoder.ts';
import { encodeQuic } from '../../renderer/spice/codecs/encoders/quic-encoder.ts';
import { BITMAP_FORMAT, IMAGE_FLAG, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import { createPixels, type Pixels } from '../../renderer/spice/protocol/pixels.ts';
import {
  type ImagePart,
  image,
  type Keeping,
  type PalettePart,
  type Size,
  usualStride,
} from '../spice-server/image-messages.ts';

/** Ways that pixels come over the wire. Left out: colours with their low bit or nibble first, which spice-gtk stops at; what has loss. */
const colorKinds = [
  ...[
    'bitmap 16',
    'bitmap 24',
    'bitmap 32',
    'bitmap rgba',
    'quic rgb16',
    'quic rgb24',
    'quic rgb32',
    'quic rgba',
  ],
  ...['lz rgb16', 'lz rgb24', 'lz rgb32', 'lz rgba', 'lz4 rgb32', 'lz4 rgba'],
] as const;
const paletteKinds = [
  ...['bitmap 1 BE', 'bitmap 4 BE', 'bitmap 8', 'lz plt1-be', 'lz plt4-be', 'lz plt8'],
] as const;
const glzKinds = ['glz', 'zlib glz'] as const;

const bitmapFormats: Readonly<Record<string, number>> = {
  '1 BE': BITMAP_FORMAT.bit1Be,
  '4 BE': BITMAP_FORMAT.bit4Be,
  '8': BITMAP_FORMAT.bit8,
  '16': BITMAP_FORMAT.bit16,
  '24': BITMAP_FORMAT.bit24,
  '32': BITMAP_FORMAT.bit32,
  rgba: BITMAP_FORMAT.rgba,
};

/** What a connection's GLZ images refer to: their numbers run on for as long as it lives. */
export class Dictionary {
  #encoder = new GlzEncoder(4);

  encode(pixels: Pixels): Uint8Array {
    return this.#encoder.encode(pixels, 'rgb32');
  }

  /** For a new connection. */
  reset(): void {
    this.#encoder = new GlzEncoder(4);
  }
}

/** Makes images of a surface's depth, the same for the same dice. One GLZ dictionary goes through them all. */
export class ImageMaker {
  /** Those that this surface can take: spice-gtk has no palettes for 565 and stops. */
  readonly kinds: readonly string[];
  readonly #dice: Dice;
  readonly #glz: Dictionary | null;
  readonly #is16: boolean;

  /** `glz` null: no GLZ is made. `format`: the surface's; palettes hold its pixels. */
  constructor(dice: Dice, glz: Dictionary | null, format: number) {
    this.#dice = dice;
    this.#glz = glz;
    this.#is16 = format === SURFACE_FORMAT.rgb555 || format === SURFACE_FORMAT.rgb565;
    this.kinds = [
      ...colorKinds,
      ...(format === SURFACE_FORMAT.rgb565 ? [] : paletteKinds),
      ...(glz === null ? [] : glzKinds),
    ];
  }

  any(size: Size, keeping: Keeping = {}): ImagePart {
    return this.of(this.#dice.pick(this.kinds as [string, ...string[]]), size, keeping);
  }

  /** Any but GLZ: of a brush that is not drawn, spice-gtk does not decode the image, and then lacks it in its dictionary. */
  tile(size: Size): ImagePart {
    const kinds = this.kinds.filter((kind) => !kind.endsWith('glz'));
    return this.of(this.#dice.pick(kinds as [string, ...string[]]), size);
  }

  /** Colours with alpha, none brighter than it. */
  withAlpha(size: Size, keeping: Keeping = {}): ImagePart {
    return this.of(this.#dice.pick(['bitmap rgba', 'quic rgba', 'lz rgba', 'lz4 rgba']), size, keeping);
  }

  of(kind: string, size: Size, keeping: Keeping = {}): ImagePart {
    const [codec = '', ...rest] = kind.split(' ');
    const of = rest.join(' ');
    switch (codec) {
      case 'bitmap':
        return this.#bitmap(bitmapFormats[of] ?? 0, size, keeping);
      case 'quic':
        return image.encoded('quic', size, encodeQuic(this.#pixels(size, of), of as 'rgba'), keeping);
      case 'lz': {
        if (of.startsWith('plt')) return this.#lzPalette(of as 'plt8', size, keeping);
        const data = encodeLz(this.#pixels(size, of), of as 'rgba', this.#dice.chance(70));
        return image.encoded('lzRgb', size, data, keeping);
      }
      case 'lz4':
        return image.encoded('lz4', size, encodeLz4(this.#pixels(size, of), of as 'rgba', 7), keeping);
      case 'glz':
        return image.encoded('glzRgb', size, this.#encodeGlz(size), keeping);
      default: {
        const glz = this.#encodeGlz(size);
        return image.zlibGlz(size, deflateSync(glz), glz.length, keeping);
      }
    }
  }

  #encodeGlz(size: Size): Uint8Array {
    if (this.#glz === null) throw new Error('these images have no GLZ dictionary');
    return this.#glz.encode(this.#pixels(size, ''));
  }

  /** A one-bit picture. */
  mask(size: Size, keeping: Keeping = {}): ImagePart {
    return this.#bitmap(this.#dice.pick([BITMAP_FORMAT.bit1Le, BITMAP_FORMAT.bit1Be]), size, keeping, false);
  }

  /**
   * The flag, now and then, by which the spare byte counts as 255. Never with GLZ: spice-gtk sets that byte in its dictionary too, and later
   * images that refer to it come out with it.
   */
  highBits(kind: string): Keeping {
    const wanted = this.#dice.chance(20) && !kind.endsWith('glz');
    return wanted ? { flags: IMAGE_FLAG.highBitsSet } : {};
  }

  palette(count: number): PalettePart {
    const most = this.#is16 ? 0x7fff : 0xffffff;
    const colors = Array.from({ length: count }, () => this.#dice.next() & most);
    return { colors, id: 7n };
  }

  #bitmap(format: number, size: Size, keeping: Keeping, withPalette = true): ImagePart {
    const words = format === BITMAP_FORMAT.rgba || format === BITMAP_FORMAT.bit32;
    const stride = usualStride(format, size.width) + (words ? 0 : this.#dice.pick([0, 0, 4, 12]));
    const data = new Uint8Array(stride * size.height);
    for (let at = 0; at < data.length; at += 1) data[at] = this.#dice.next() >>> 9;
    if (words) {
      const colors = this.#pixels(size, format === BITMAP_FORMAT.rgba ? 'rgba' : '').data;
      for (const [at, word] of colors.entries()) {
        data.set([word >>> 16, word >>> 8, word, format === BITMAP_FORMAT.rgba ? word >>> 24 : 0], at * 4);
      }
    }
    const topDown = this.#dice.chance(60);
    const count = [0, 2, 2, 16, 16, 256][format] ?? 0;
    const palette = count > 0 && withPalette ? { palette: this.palette(count) } : {};
    return image.bitmap({ ...size, ...keeping, format, data, stride, topDown, ...palette });
  }

  #lzPalette(kind: 'plt1-be' | 'plt4-be' | 'plt8', { width, height }: Size, keeping: Keeping): ImagePart {
    const bits = { 'plt1-be': 1, 'plt4-be': 4, plt8: 8 }[kind];
    const rows = new Uint8Array(Math.ceil((width * bits) / 8) * height);
    for (let at = 0; at < rows.length; at += 1) rows[at] = this.#dice.chance(40) ? this.#dice.next() : 0x12;
    const data = encodeLzPalette(rows, kind, width, height);
    return image.lzPalette({ width, height }, data, this.palette(2 ** bits), keeping);
  }

  /** Runs and noise, or slopes with a little noise, so that the codecs have something to find. */
  #pixels(size: Size, kind: string): Pixels {
    const pixels = createPixels('conformance', size.width, size.height);
    const smooth = kind !== 'rgba' && this.#dice.chance(40);
    let word = 0;
    for (let at = 0; at < pixels.data.length; at += 1) {
      if (smooth) word = slope(at % size.width, Math.floor(at / size.width), this.#dice.next() >>> 30);
      else if (this.#dice.chance(45)) word = kind === 'rgba' ? this.#shade() : this.#dice.next() | 0xff000000;
      pixels.data[at] = word;
    }
    return pixels;
  }

  #shade(): number {
    const alpha = this.#dice.pick([0, 255, 255, this.#dice.between(0, 255)]);
    const part = (): number => this.#dice.between(0, alpha);
    return ((alpha << 24) | (part() << 16) | (part() << 8) | part()) >>> 0;
  }
}

function slope(x: number, y: number, noise: number): number {
  return (
    (0xff000000 | (((x + noise) & 255) << 16) | (((y * 2 + noise) & 255) << 8) | (((x + y) >> 1) & 255)) >>> 0
  );
}
