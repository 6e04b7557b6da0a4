import { expect, test } from 'vitest';
import { GlzEncoder } from '../codecs/encoders/lz-encoder.ts';
import { vectorPicture } from '../codecs/testing/vector-picture.ts';
import { IMAGE_TYPE } from '../protocol/constants.ts';
import type { Image } from '../protocol/image.ts';
import { createPixels, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { ImageLoader } from './image-loader.ts';
import { SharedImages } from './shared-images.ts';

const surfaces = {
  get: () => {
    throw new ProtocolError('test', 'there is no surface');
  },
  share: () => ({ [Symbol.dispose]: () => undefined }),
};

function images(): SharedImages {
  return new SharedImages(() => Promise.resolve(createPixels('test', 1, 1)));
}

function glzImage(pixels: number, reach: number) {
  return { kind: 'rgb32', words: new Int32Array(pixels), reach };
}

/** What has been woken, once all that was resolved has been told. */
function waits(shared: SharedImages, ids: readonly number[]) {
  const woken: number[] = [];
  for (const id of ids) void shared.window.whenAdded(id).then(() => woken.push(id));
  return async (): Promise<readonly number[]> => {
    await Promise.resolve();
    return woken.splice(0);
  };
}

test('who waits for an image is woken by that one alone', async () => {
  const shared = images();
  const woken = waits(shared, [2, 2, 5]);
  shared.window.add(0, glzImage(1, 0));
  shared.window.add(3, glzImage(1, 0));
  expect(await woken()).toEqual([]);
  shared.window.add(2, glzImage(1, 0));
  expect(await woken()).toEqual([2, 2]);
  shared.window.add(5, glzImage(1, 0));
  expect(await woken()).toEqual([5]);
});

test('who waits for an image that cannot come any more is woken as well', async () => {
  const shared = images();
  const woken = waits(shared, [1, 1000]);
  // The window is full twice over: what is missing is given up.
  for (let id = 2; id < 35; id++) shared.window.add(id, glzImage(1024 * 1024, Math.min(id, 8)));
  expect(await woken()).toEqual([1]);
  expect(() => shared.window.find(1)).toThrow('not in the window any more');
  shared.window.clear();
  expect(await woken()).toEqual([1000]);
});

test('an image whose reference is under way on another channel is decoded again when that is there', async () => {
  const shared = images();
  using one = new ImageLoader(shared, surfaces, () => undefined);
  using other = new ImageLoader(shared, surfaces, () => undefined);
  const encoder = new GlzEncoder(4);
  const load = (loader: ImageLoader, data: Uint8Array) => {
    const image: Image = { id: 1n, flags: 0, width: 29, height: 17, type: IMAGE_TYPE.glzRgb, data };
    return loader.load(image, 'pixels', 'x8r8g8b8');
  };
  const encode = (picture: Pixels): Uint8Array => encoder.encode(picture, 'rgb32');
  const [first, second] = [encode(vectorPicture(29, 17)), encode(vectorPicture(29, 17))];
  const waiting = load(one, second);
  expect(waiting).toBeInstanceOf(Promise);
  const sent = load(other, first);
  expect((await waiting).data).toEqual((await sent).data);
});
