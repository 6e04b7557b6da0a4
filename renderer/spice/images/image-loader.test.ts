import { expect, test } from 'vitest';
import { encodeLz, GlzEncoder } from '../codecs/encoders/lz-encoder.ts';
import { encodeLz4 } from '../codecs/encoders/lz4-encoder.ts';
import { encodeQuic } from '../codecs/encoders/quic-encoder.ts';
import { deflate } from '../codecs/testing/deflate.ts';
import { vectorPicture } from '../codecs/testing/vector-picture.ts';
import { IMAGE_FLAG, IMAGE_TYPE } from '../protocol/constants.ts';
import type { Image } from '../protocol/image.ts';
import { createPixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { ImageLoader, type Loaded } from './image-loader.ts';
import { SharedImages } from './shared-images.ts';

const picture = vectorPicture(29, 17);

function load(image: Image): Loaded {
  const shared = new SharedImages(() => Promise.resolve(createPixels('test', 1, 1)));
  const surfaces = {
    get: () => {
      throw new ProtocolError('test', 'there is no surface');
    },
    share: () => ({ [Symbol.dispose]: () => undefined }),
  };
  using loader = new ImageLoader(shared, surfaces, () => undefined);
  return loader.load(image, 'pixels', 'x8r8g8b8');
}

function announced(width: number, height: number) {
  return { id: 1n, flags: 0, width, height };
}

const encoded = {
  quic: { type: IMAGE_TYPE.quic, data: encodeQuic(picture, 'rgb32') },
  lz: { type: IMAGE_TYPE.lzRgb, data: encodeLz(picture, 'rgb32') },
} as const;

test.each(['quic', 'lz'] as const)('%s data of another size than announced are refused', (codec) => {
  const right = load({ ...announced(29, 17), ...encoded[codec] });
  expect(right).toMatchObject({ width: 29, height: 17 });
  for (const [width, height] of [
    [29, 16],
    [17, 29],
    [16_384, 4096],
  ] as const) {
    expect(() => load({ ...announced(width, height), ...encoded[codec] })).toThrow('was announced as');
  }
});

test('the byte beside the colours is 0 unless the image says otherwise', () => {
  const rows = new Uint8Array(picture.data.buffer.slice(0));
  const layout = { format: 8, topDown: true, stride: 29 * 4, palette: { kind: 'none' } } as const;
  const images = [
    { type: IMAGE_TYPE.bitmap, ...layout, data: rows },
    encoded.lz,
    { type: IMAGE_TYPE.lz4, data: encodeLz4(picture, 'rgb32') },
  ] as const;
  for (const image of images) {
    const [plain, high] = [0, IMAGE_FLAG.highBitsSet].map((flags) =>
      load({ ...announced(29, 17), ...image, flags }),
    );
    if (!plain || !high || plain instanceof Promise || high instanceof Promise)
      throw new Error('not at hand');
    expect(plain.blankTop).toBe(false);
    expect(plain.data.every((word) => word >>> 24 === 0)).toBe(true);
    expect(high.data).toEqual(plain.data.map((word) => (word | 0xff000000) >>> 0));
  }
});

test('LZ4 data have no size of their own: what they cannot hold is refused before there is room for it', () => {
  const data = encodeLz4(picture, 'rgb32');
  expect(() => load({ ...announced(16_384, 4096), type: IMAGE_TYPE.lz4, data })).toThrow('cannot hold');
});

test('for GLZ the size in the data holds, as in spice-gtk', async () => {
  const data = new GlzEncoder(4).encode(picture, 'rgb32');
  expect(load({ ...announced(16_384, 4096), type: IMAGE_TYPE.glzRgb, data })).toMatchObject({
    width: 29,
    height: 17,
  });
  const deflated = { type: IMAGE_TYPE.zlibGlzRgb, glzBytes: data.length, data: await deflate(data) };
  expect(load({ ...announced(60, 60), ...deflated })).toMatchObject({ width: 29, height: 17 });
});
