import { deflateSync } from 'node:zlib';
import { decodeBitmap } from '../../renderer/spice/codecs/bitmap.ts';
import { encodeLz, encodeLzPalette, GlzEncoder } from '../../renderer/spice/codecs/encoders/lz-encoder.ts';
import { encodeLz4 } from '../../renderer/spice/codecs/encoders/lz4-encoder.ts';
import { encodeQuic } from '../../renderer/spice/codecs/encoders/quic-encoder.ts';
import { decodeGlz, readGlzHeader } from '../../renderer/spice/codecs/glz.ts';
import { GlzWindow } from '../../renderer/spice/codecs/glz-window.ts';
import { inflate } from '../../renderer/spice/codecs/inflate.ts';
import { decodeJpegAlpha } from '../../renderer/spice/codecs/jpeg-alpha.ts';
import { decodeLz, readLzHeader } from '../../renderer/spice/codecs/lz.ts';
import { decodeLz4 } from '../../renderer/spice/codecs/lz4.ts';
import { decodeQuic } from '../../renderer/spice/codecs/quic.ts';
import { quicKinds, readQuicHeader } from '../../renderer/spice/codecs/quic-header.ts';
import { inflateGlz } from '../../renderer/spice/codecs/zlib-glz.ts';
import { createPixels, type Pixels } from '../../renderer/spice/protocol/pixels.ts';
import { bytes, Input, le16, type Target } from './target.ts';

/** Pixels a decoded image may have here: what is wrong shows in small ones too, and fast. */
const MOST_PIXELS = 64 * 64;
/** Words on each side of a target that nothing may touch. */
const GUARD = 16;
const GUARD_WORD = 0xdeadbeef;

/** A target between two guards; `done` throws when one of them was written to. */
function guarded(width: number, height: number): { readonly pixels: Pixels; done(): void } | null {
  if (width * height > MOST_PIXELS) return null;
  const all = new Uint32Array(width * height + 2 * GUARD).fill(GUARD_WORD);
  const pixels = { width, height, data: all.subarray(GUARD, GUARD + width * height) };
  return {
    pixels,
    done: () => {
      for (let at = 0; at < GUARD; at += 1) {
        if (all[at] !== GUARD_WORD || all[all.length - 1 - at] !== GUARD_WORD) {
          throw new Error('pixels were written outside of the target');
        }
      }
    },
  };
}

/** Flat parts, stripes and noise: something for each way to encode. */
function sample(width: number, height: number): Pixels {
  const pixels = createPixels('sample', width, height);
  for (let at = 0; at < pixels.data.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    pixels.data[at] =
      y < height / 3
        ? 0xff203040
        : y < height / 2
          ? 0xff000000 | (x * 0x050301)
          : Math.imul(at + 7, 2_654_435_761);
  }
  return pixels;
}

const small = sample(13, 11);

/** Large enough for the decoders' fast ways, with alpha that changes slowly. */
const medium: Pixels = {
  width: 40,
  height: 30,
  data: Uint32Array.from({ length: 40 * 30 }, (_, at) => {
    const alpha = 255 - ((at % 40) >> 1) * 5;
    return ((alpha << 24) | (at % 7 < 2 ? Math.imul(at, 0x9e3779b1) & 0xffffff : 0x304050)) >>> 0;
  }),
};

const quic: Target = {
  name: 'quic',
  seeds: () => [
    encodeQuic(medium, 'rgba'),
    ...quicKinds.flatMap((kind) =>
      kind === null ? [] : [encodeQuic(small, kind), encodeQuic(sample(3, 2), kind)],
    ),
  ],
  run: (input) => {
    const { width, height } = readQuicHeader(input);
    const target = guarded(width, height);
    if (target === null) return undefined;
    decodeQuic(input, target.pixels);
    target.done();
    return undefined;
  },
};

const palette = Uint32Array.from({ length: 16 }, (_, index) => index * 0x0f0d0b);

const lz: Target = {
  name: 'lz',
  seeds: () => [
    ...(['rgb16', 'rgb24', 'rgb32', 'rgba', 'xxxa', 'a8'] as const).map((kind, index) =>
      bytes(0, encodeLz(small, kind, index % 2 === 0)),
    ),
    bytes(0, encodeLz(medium, 'rgba')),
    bytes(16, encodeLzPalette(new Uint8Array(2 * 11).fill(0xa5), 'plt1-be', 13, 11)),
    bytes(16, encodeLzPalette(new Uint8Array(7 * 11).fill(0x37), 'plt4-le', 13, 11, false)),
    bytes(9, encodeLzPalette(new Uint8Array(13 * 11).fill(3), 'plt8', 13, 11)),
  ],
  run: (all) => {
    const colours = (all[0] ?? 0) % 17;
    const input = all.slice(1);
    const { width, height } = readLzHeader(input);
    const target = guarded(width, height);
    if (target === null) return undefined;
    decodeLz(input, target.pixels, colours === 0 ? null : palette.subarray(0, colours));
    target.done();
    return undefined;
  },
};

const glzKinds = ['rgb16', 'rgb24', 'rgb32', 'rgba'] as const;

/** Several images after each other in one window, each after its length. */
const glz: Target = {
  name: 'glz',
  recordHead: 0,
  seeds: () =>
    glzKinds.map((kind) => {
      const encoder = new GlzEncoder(4);
      const images = [small, small, sample(9, 16)].map((pixels, index) =>
        encoder.encode(pixels, kind, index !== 1),
      );
      return bytes(...images.flatMap((image) => [le16(image.length), image]));
    }),
  run: (all) => {
    const window = new GlzWindow(MOST_PIXELS * 4);
    for (const input = new Input(all); !input.empty; ) {
      const image = input.take(input.u16());
      const { width, height } = readGlzHeader(image);
      const target = guarded(width, height);
      if (target === null) return undefined;
      decodeGlz(image, target.pixels, window);
      target.done();
    }
    return undefined;
  },
};

const zlibGlz: Target = {
  name: 'zlib-glz',
  seeds: () =>
    [0, 1, 9].map((level) => {
      const image = new GlzEncoder(4).encode(small, 'rgb32');
      return bytes(13, 11, le16(image.length), deflateSync(image, { level }));
    }),
  run: (all) => {
    const input = new Input(all);
    const target = guarded(input.u8() % 64 || 1, input.u8() % 64 || 1);
    if (target === null) return undefined;
    const size = input.u16();
    decodeGlz(inflateGlz(input.rest(), size, MOST_PIXELS), target.pixels, new GlzWindow(MOST_PIXELS));
    target.done();
    return undefined;
  },
};

const inflation: Target = {
  name: 'inflate',
  seeds: () => {
    const text = Uint8Array.from({ length: 300 }, (_, index) => (index * index) % 61);
    return [0, 1, 6, 9].map((level) => bytes(le16(text.length), deflateSync(text, { level })));
  },
  run: (all) => {
    const input = new Input(all);
    inflate(input.rest().subarray(2), new Uint8Array(((all[0] ?? 0) | ((all[1] ?? 0) << 8)) % 8192));
    return undefined;
  },
};

const lz4: Target = {
  name: 'lz4',
  seeds: () => [
    bytes(13, 11, encodeLz4(small, 'rgb32')),
    bytes(13, 11, encodeLz4(small, 'rgba', 4)),
    bytes(40, 30, encodeLz4(medium, 'rgb32')),
    bytes(40, 30, encodeLz4(medium, 'rgba', 20)),
    bytes(13, 11, 1, 6, 0, 0, 0, 6, 0x1f, 7, 0, 0, 255, 100),
  ],
  run: (all) => {
    const input = new Input(all);
    const target = guarded(input.u8() % 64 || 1, input.u8() % 64 || 1);
    if (target === null) return undefined;
    decodeLz4(input.rest(), target.pixels);
    target.done();
    return undefined;
  },
};

const bitmap: Target = {
  name: 'bitmap',
  seeds: () =>
    Array.from({ length: 11 }, (_, format) =>
      bytes(13, 5, format, format % 2, le16(52), 16, new Uint8Array(300).fill(0xa7)),
    ),
  run: (all) => {
    const input = new Input(all);
    const target = guarded(input.u8() % 64 || 1, input.u8() % 64 || 1);
    if (target === null) return undefined;
    const format = input.u8();
    const topDown = input.u8() % 2 === 1;
    const stride = input.u16();
    const colours = input.u8() % 17;
    decodeBitmap(input.rest(), target.pixels, {
      format,
      topDown,
      stride,
      palette: colours === 0 ? null : palette.subarray(0, colours),
    });
    target.done();
    return undefined;
  },
};

/** As far as it is ours: the JPEG's size and the alpha channel. */
const jpegAlpha: Target = {
  name: 'jpeg-alpha',
  seeds: () => {
    const jpeg = bytes(
      0xff,
      0xd8,
      0xff,
      0xe0,
      0,
      4,
      1,
      2,
      0xff,
      0xc0,
      0,
      11,
      8,
      0,
      11,
      0,
      13,
      1,
      1,
      0x11,
      0,
      0xff,
      0xd9,
    );
    return [bytes(13, 11, le16(jpeg.length), jpeg, encodeLz(small, 'xxxa'))];
  },
  run: (all) => {
    const input = new Input(all);
    const [width, height, size] = [input.u8() % 64 || 1, input.u8() % 64 || 1, input.u16()];
    const target = guarded(width, height);
    if (target === null) return undefined;
    return decodeJpegAlpha(input.rest(), size, width, height, () => Promise.resolve(target.pixels)).then(
      target.done,
    );
  },
};

export const codecTargets: readonly Target[] = [quic, lz, glz, zlibGlz, inflation, lz4, bitmap, jpegAlpha];
