import { deflateSync } from 'node:zlib';
import { encodeLz, encodeLzPalette, GlzEncoder } from '../../renderer/spice/codecs/encoders/lz-encoder.ts';
import { encodeLz4 } from '../../renderer/spice/codecs/encoders/lz4-encoder.ts';
import { encodeQuic } from '../../renderer/spice/codecs/encoders/quic-encoder.ts';
import { IMAGE_TYPE } from '../../renderer/spice/protocol/constants.ts';
import { createPixels } from '../../renderer/spice/protocol/pixels.ts';
import { bytes, le16, le32 } from './target.ts';

/** The display channel's messages (spice.proto, DisplayChannel), and one that does not exist. */
export const displayTypes: readonly number[] = [
  ...[101, 102, 103, 104, 105, 106, 107, 108, 122, 123, 124, 125, 126],
  ...Array.from({ length: 19 }, (_, index) => 302 + index),
];

const SIDE = 12;
type Part = number | Uint8Array;

/** A message under construction: what pointers point to goes behind it (spice.proto, @ptr). */
class Body {
  readonly #parts: Part[] = [];
  readonly #behind: { readonly at: number; readonly target: Uint8Array | Body }[] = [];
  #length = 0;

  put(...parts: readonly Part[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#length += typeof part === 'number' ? 1 : part.length;
    }
    return this;
  }

  pointer(target: Uint8Array | Body): this {
    this.#behind.push({ at: this.#length, target });
    return this.put(le32(0));
  }

  get bytes(): Uint8Array {
    return this.#placed(0);
  }

  /** With its pointers as they are when it begins at this offset of the message. */
  #placed(offset: number): Uint8Array {
    let all = bytes(...this.#parts);
    for (const { at, target } of this.#behind) {
      const start = offset + all.length;
      all.set(le32(start), at);
      all = bytes(all, target instanceof Body ? target.#placed(start) : target);
    }
    return all;
  }
}

function base(surface = 0, clip: readonly number[] | null = null): Body {
  const rects = clip === null ? bytes(0) : bytes(1, le32(clip.length / 4, ...clip));
  return new Body().put(le32(surface, 2, 1, 30, 28), rects);
}

const area = le32(0, 0, SIDE, SIDE);
const noMask = bytes(0, le32(0, 0, 0));

function image(type: number, flags: number, data: Uint8Array, id = 5): Uint8Array {
  return bytes(le32(id, 0), type, flags, le32(SIDE, SIDE), data);
}

function bitmap(format: number, bits: number, flags = 0): Uint8Array {
  const stride = Math.ceil((SIDE * bits) / 8);
  const data = Uint8Array.from({ length: stride * SIDE }, (_, index) => index * 37);
  return image(IMAGE_TYPE.bitmap, flags, bytes(format, 4, le32(SIDE, SIDE, stride, 0), data));
}

/** A bitmap with its palette, which is also to be kept. */
function paletteBitmap(format: number, bits: number, id: number): Body {
  const stride = Math.ceil((SIDE * bits) / 8);
  const data = Uint8Array.from({ length: stride * SIDE }, (_, index) => index * 37);
  const colours = Array.from({ length: 2 ** bits }, (_, index) => index * 0x010203);
  return new Body()
    .put(le32(id, 0), IMAGE_TYPE.bitmap, 0, le32(SIDE, SIDE), format, 4 | 1, le32(SIDE, SIDE, stride))
    .pointer(bytes(le32(id, 0), le16(colours.length), le32(...colours)))
    .put(data);
}

function paletteLz(): Body {
  const data = encodeLzPalette(
    new Uint8Array(SIDE * SIDE).map((_, index) => index % 5),
    'plt8',
    SIDE,
    SIDE,
  );
  return new Body()
    .put(le32(9, 0), IMAGE_TYPE.lzPalette, 0, le32(SIDE, SIDE), 4, le32(data.length))
    .pointer(bytes(le32(4, 0), le16(5), le32(1, 2, 3, 4, 0xffffff)))
    .put(data);
}

/** As much of a JPEG as is read before the host decodes it. */
const jpegHead = bytes(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, SIDE, 0, SIDE, 1, 1, 0x11, 0, 0xff, 0xd9);

/** Images that refer to those before them. */
function glzImages(): Uint8Array[] {
  const encoder = new GlzEncoder(4);
  return [0, 1, 2, 3].map((change) => {
    const pixels = createPixels('seed', SIDE, SIDE);
    pixels.data.forEach((_, at) => {
      pixels.data[at] = at % 50 < 40 - change ? Math.imul(at, 2_654_435_761) : 0xff000000 + change;
    });
    const data = encoder.encode(pixels, 'rgba', change !== 2);
    return image(IMAGE_TYPE.glzRgb, 1, bytes(le32(data.length), data), 40 + change);
  });
}

function images(): (Uint8Array | Body)[] {
  const pixels = createPixels('seed', SIDE, SIDE);
  for (let at = 0; at < pixels.data.length; at += 1)
    pixels.data[at] = at < 60 ? 0xff102030 : Math.imul(at, 2_654_435_761);
  const sized = (data: Uint8Array): Uint8Array => bytes(le32(data.length), data);
  const glz = new GlzEncoder(4).encode(pixels, 'rgb32');
  const deflated = deflateSync(glz);
  const alpha = encodeLz(pixels, 'xxxa');
  return [
    bitmap(8, 32, 1),
    bitmap(9, 32),
    bitmap(6, 16),
    bitmap(7, 24),
    bitmap(10, 8),
    image(IMAGE_TYPE.quic, 1, sized(encodeQuic(pixels, 'rgb32'))),
    image(IMAGE_TYPE.quic, 0, sized(encodeQuic(pixels, 'rgba'))),
    image(IMAGE_TYPE.lzRgb, 0, sized(encodeLz(pixels, 'rgb32'))),
    image(IMAGE_TYPE.lzRgb, 0, sized(encodeLz(pixels, 'rgb16'))),
    image(IMAGE_TYPE.glzRgb, 0, sized(glz)),
    image(IMAGE_TYPE.zlibGlzRgb, 0, bytes(le32(glz.length, deflated.length), deflated)),
    image(IMAGE_TYPE.lz4, 0, sized(encodeLz4(pixels, 'rgb32'))),
    image(IMAGE_TYPE.surface, 0, le32(1)),
    paletteBitmap(1, 1, 21),
    paletteBitmap(4, 4, 22),
    paletteBitmap(5, 8, 23),
    paletteLz(),
    image(IMAGE_TYPE.lzRgb, 0, sized(encodeLz(pixels, 'a8'))),
    image(IMAGE_TYPE.quic, 0, sized(encodeQuic(pixels, 'rgb16'))),
    image(IMAGE_TYPE.lz4, 0, sized(encodeLz4(pixels, 'rgba'))),
    image(IMAGE_TYPE.jpeg, 1, sized(jpegHead), 31),
    image(
      IMAGE_TYPE.jpegAlpha,
      0,
      bytes(1, le32(jpegHead.length, jpegHead.length + alpha.length), jpegHead, alpha),
    ),
  ];
}

/** Sequences that a server might send: a screen, a surface beside it, then each kind of drawing with each kind of image. */
export function displaySeeds(): Uint8Array[] {
  const screen: [number, Uint8Array][] = [
    [314, le32(0, 40, 36, 32, 1)],
    [314, le32(1, 24, 20, 96, 0)],
  ];
  const solid = bytes(1, le32(0x00c0ffee));
  const mask = (body: Body): Body => body.put(0, le32(0, 0)).pointer(bitmap(2, 1));
  const plain = images();
  const [first = bitmap(8, 32)] = plain;
  const copy = (picture: Uint8Array | Body, rop = 8, box = area): Uint8Array =>
    base(0, [3, 3, 20, 20, 22, 2, 29, 27]).pointer(picture).put(box, le16(rop), 1, noMask).bytes;
  const cached = image(IMAGE_TYPE.fromCache, 0, new Uint8Array(0));
  const path = bytes(le32(1), 5, le32(3, 32, 32, 320, 64, 96, 400));
  const glyph = bytes(le32(5, 6, 0, 0), le16(6), le16(4), Uint8Array.of(0xff, 0x81, 0x55, 0xaa));
  const glyphs = bytes(le16(2), 1, glyph, glyph);
  const draws: [number, Uint8Array][] = [
    [302, base().put(solid, le16(8), noMask).bytes],
    [302, mask(base(0, [4, 4, 12, 12]).put(2).pointer(first).put(le32(1, 1), le16(16))).bytes],
    [303, base().pointer(first).put(area, solid, le16(32), 0, noMask).bytes],
    ...plain.map((picture): [number, Uint8Array] => [304, copy(picture)]),
    [304, copy(cached)],
    [305, copy(first, 64, le32(0, 0, 5, 7))],
    [306, base().put(noMask).bytes],
    [307, mask(base(1)).bytes],
    [308, base().put(noMask).bytes],
    [309, base().pointer(first).put(area, solid, 0x5a, 1, noMask).bytes],
    [310, base().pointer(path).put(0, solid, le16(8), le16(8)).bytes],
    [310, base().pointer(path).put(8, 2).pointer(le32(48, 32)).put(solid, le16(8), le16(8)).bytes],
    [
      311,
      base()
        .pointer(glyphs)
        .put(le32(0, 0, 0, 0), solid, bytes(0), le16(8), le16(8)).bytes,
    ],
    [312, base().pointer(first).put(area, le32(0, 0x102030)).bytes],
    [
      313,
      base()
        .put(0, 128)
        .pointer(plain[1] ?? first)
        .put(area).bytes,
    ],
    [
      318,
      base()
        .put(le32(3))
        .pointer(plain[1] ?? first)
        .put(le16(0), le16(0), le16(0), le16(0)).bytes,
    ],
    [
      318,
      base()
        .put(le32(3 | (1 << 8)))
        .pointer(first)
        .pointer(bitmap(10, 8))
        .put(le32(0, 0)).bytes,
    ],
    [104, base().put(le32(5, 5)).bytes],
  ];
  const rest: [number, Uint8Array][] = [
    [101, le32(40, 40, 32)],
    [122, bytes(le32(0, 1), 1, 1, le32(0, 0, 16, 16, 16, 16, 1, 1, 17, 17), 0)],
    [319, le32(1, 9, 5, 100)],
    [123, bytes(le32(1, 900, 4), le32(1))],
    [316, bytes(le32(1, 900, 8, 8, 0, 0, 8, 8, 4), le32(1))],
    [124, bytes(le32(1), 1, le32(1, 0, 0, 5, 5))],
    [125, le32(1)],
    [126, new Uint8Array(0)],
    [105, bytes(le16(1), 1, le32(5, 0))],
    [106, bytes(1, 2, 0, le32(1, 0))],
    [107, le32(1, 0)],
    [108, new Uint8Array(0)],
    [317, bytes(le16(1), le16(4), le32(0, 0, 40, 36, 0, 0, 0))],
    [102, new Uint8Array(0)],
    [315, le32(1)],
    [103, new Uint8Array(0)],
  ];
  return [
    ...draws.map((draw) => sequence([...screen, draw])),
    sequence([...screen, [304, copy(first)], [304, copy(cached)]]),
    sequence([...screen, ...rest]),
    sequence([...screen, ...glzImages().map((picture): [number, Uint8Array] => [304, copy(picture)])]),
    sequence([
      ...screen,
      [304, copy(image(IMAGE_TYPE.jpeg, 1, bytes(le32(jpegHead.length), jpegHead), 31))],
      [304, copy(image(IMAGE_TYPE.fromCacheLossless, 0, new Uint8Array(0), 31))],
    ]),
    sequence([
      [314, le32(0, 20, 20, 8, 1)],
      [304, copy(first)],
      [302, base().put(solid, le16(8), noMask).bytes],
    ]),
    sequence([[314, le32(0, 40, 36, 16, 1)], ...draws.slice(0, 4)]),
  ];
}

function sequence(messages: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  return bytes(...messages.flatMap(([type, body]) => [displayTypes.indexOf(type), le16(body.length), body]));
}
