import { expect, test } from 'vitest';
import { ImageLoader } from '../images/image-loader.ts';
import { PixelLimit } from '../images/pixel-limit.ts';
import { SharedImages } from '../images/shared-images.ts';
import { SURFACE_FORMAT } from '../protocol/constants.ts';
import { Surfaces } from './surfaces.ts';

function surfaces(): Surfaces {
  return new Surfaces({ surfaceCreated: () => undefined, surfaceDestroyed: () => undefined });
}

test('channels that share a limit take of one, and give back what goes', () => {
  const limit = new PixelLimit(100);
  const [one, other] = [surfaces(), surfaces()];
  using _one = one.share(limit);
  const others = other.share(limit);
  one.create(1, 6, 10, SURFACE_FORMAT.xrgb32, 0);
  other.create(1, 4, 10, SURFACE_FORMAT.xrgb32, 0);
  expect(() => one.create(2, 1, 1, SURFACE_FORMAT.xrgb32, 0)).toThrow('more surfaces than we accept');
  one.destroy(1);
  one.destroy(1);
  other.create(2, 6, 10, SURFACE_FORMAT.xrgb32, 0);
  expect(() => one.create(2, 1, 1, SURFACE_FORMAT.xrgb32, 0)).toThrow('more surfaces than we accept');
  // One in the place of another does not count twice.
  other.create(2, 10, 6, SURFACE_FORMAT.xrgb32, 0);
  others[Symbol.dispose]();
  one.create(2, 10, 10, SURFACE_FORMAT.xrgb32, 0);
  expect(() => one.create(3, 1, 1, SURFACE_FORMAT.xrgb32, 0)).toThrow('more surfaces than we accept');
});

test('the display channels of a session have 128 Mpx of surfaces together, until one ends', () => {
  const shared = new SharedImages(() => Promise.reject(new Error('no JPEG was asked for')));
  const [one, other] = [surfaces(), surfaces()];
  using _one = new ImageLoader(shared, one, () => undefined);
  const ending = new ImageLoader(shared, other, () => undefined);
  one.create(0, 8192, 8192, SURFACE_FORMAT.xrgb32, 0);
  other.create(0, 8192, 8192, SURFACE_FORMAT.xrgb32, 0);
  expect(() => one.create(1, 1, 1, SURFACE_FORMAT.xrgb32, 0)).toThrow('more surfaces than we accept');
  ending[Symbol.dispose]();
  ending[Symbol.dispose]();
  one.create(1, 8192, 8192, SURFACE_FORMAT.xrgb32, 0);
  expect(() => one.create(2, 1, 1, SURFACE_FORMAT.xrgb32, 0)).toThrow('more surfaces than we accept');
});
