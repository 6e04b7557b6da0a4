import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { GlzWindow } from './glz-window.ts';

const image = (pixels: number, reach: number) => ({ kind: 'rgb32', words: new Int32Array(pixels), reach });

test('what the server let go is let go', () => {
  const window = new GlzWindow(1000);
  window.add(0, image(100, 0));
  window.add(1, image(100, 1));
  window.add(2, image(100, 1));
  expect(() => window.find(0)).toThrow('image 0 is not in the window any more');
  expect(window.find(1)?.words.length).toBe(100);
  expect(window.find(3)).toBeNull();
});

test('nothing is let go while an earlier image is still to come', () => {
  const window = new GlzWindow(1000);
  window.add(0, image(10, 0));
  window.add(2, image(10, 0));
  expect(window.find(0)).not.toBeNull();
  window.add(1, image(10, 1));
  expect(() => window.find(1)).toThrow('any more');
  expect(window.find(2)).not.toBeNull();
});

test('an image that nobody can refer to is not kept', () => {
  const window = new GlzWindow(1000);
  window.add(0, image(10, 0));
  window.add(1, image(10, 0));
  expect(window.heldPixels).toBe(74);
  expect(window.find(1)).not.toBeNull();
});

test('the ids may begin anywhere: what is missing is given up when the window is full', () => {
  const window = new GlzWindow(1000);
  for (let id = 7_000_000_000; id < 7_000_000_100; id++) {
    window.add(id, image(100, Math.min(id - 7_000_000_000, 3)));
    expect(window.find(id)).not.toBeNull();
    expect(window.heldPixels).toBeLessThanOrEqual(2000);
  }
});

test('more than the window is refused, and so is an id that came before', () => {
  const window = new GlzWindow(100);
  window.add(0, image(100, 0));
  expect(() => window.add(0, image(1, 0))).toThrow('came twice');
  expect(() => window.add(1, image(1, 2))).toThrow('reaches 2 images back');
  expect(() => window.add(1, image(100, 1))).toThrow('more than the window of 100');
});

test('whatever ids come, it stays bounded and quick', () => {
  const ids = fc.oneof(fc.nat({ max: 30 }), fc.maxSafeNat());
  fc.assert(
    fc.property(fc.array(fc.tuple(ids, fc.nat({ max: 40 }), fc.nat()), { maxLength: 60 }), (images) => {
      const window = new GlzWindow(500);
      for (const [id, pixels, reach] of images) {
        try {
          window.add(id, image(pixels, reach));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        expect(window.heldPixels).toBeLessThanOrEqual(1000);
      }
      window.clear();
      expect(window.heldPixels).toBe(0);
    }),
    { numRuns: 500 },
  );
});
