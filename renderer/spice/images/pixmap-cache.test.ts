import { expect, test } from 'vitest';
import type { Raster } from '../canvas/draw-types.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { PixmapCache } from './pixmap-cache.ts';

function raster(width: number): Raster {
  return { width, height: 1, data: new Uint32Array(width), format: 'x8r8g8b8' };
}

test('ids of 64 bits are told apart, and removed one by one or all', () => {
  const cache = new PixmapCache(100);
  const [a, b] = [raster(3), raster(4)];
  cache.put(1n, a, false);
  cache.put(1n << 40n, b, false);
  expect([cache.get(1n, true), cache.get(1n << 40n, true)]).toEqual([a, b]);
  cache.remove(1n);
  expect(cache.get(1n, true)).toBeNull();
  cache.clear();
  expect(cache.get(1n << 40n, true)).toBeNull();
});

test('a lossy image does not answer for the exact one until it is replaced', () => {
  const cache = new PixmapCache(100);
  cache.put(7n, raster(3), true);
  expect(cache.get(7n, true)).not.toBeNull();
  expect(cache.get(7n, false)).toBeNull();
  const exact = raster(3);
  cache.put(7n, exact, false);
  expect(cache.get(7n, false)).toBe(exact);
});

test('a server that keeps more than was offered is refused; what it drops makes room', () => {
  const cache = new PixmapCache(10);
  cache.put(1n, raster(12), false);
  cache.put(1n, raster(12), false);
  expect(() => cache.put(2n, raster(12), false)).toThrow(ProtocolError);
  const other = new PixmapCache(10);
  other.put(1n, raster(12), false);
  other.remove(1n);
  other.put(2n, raster(20), false);
});

test('not even tiny images are kept without end', () => {
  const cache = new PixmapCache(2 ** 24);
  const tiny = raster(1);
  expect(() => {
    for (let id = 0n; id < 2n ** 20n; id++) cache.put(id, tiny, false);
  }).toThrow('more than 524288 images');
});

test('who waits for an image is woken when it comes', async () => {
  const cache = new PixmapCache(10);
  const woken = Promise.all([cache.whenPut(5n), cache.whenPut(5n)]);
  cache.put(5n, raster(1), false);
  await woken;
});
