import { expect, test } from 'vitest';
import { cursorPixels, cursorScale } from './cursor-picture.ts';

test('inverting pixels are black with a white edge, and others stay', () => {
  const data = Uint32Array.of(0, 0, 0, 0, 0xff112233, 0, 0, 0, 0, 0, 0, 0);
  const invert = new Uint8Array(12);
  invert[6] = 1;
  const shape = { pixels: { width: 4, height: 3, data }, hotspot: { x: 0, y: 0 }, invert };
  const [w, b] = [0xffffffff, 0xff000000];
  expect([...cursorPixels(shape)]).toEqual([0, w, w, w, 0xff112233, w, b, w, 0, w, w, w]);
  expect([...cursorPixels({ ...shape, invert: null })]).toEqual([...data]);
  expect(data[6]).toBe(0);
});

test('a pointer grows with the picture as far as browsers show it', () => {
  expect(cursorScale(32, 32, 2)).toBe(2);
  expect(cursorScale(64, 32, 3)).toBe(2);
  expect(cursorScale(256, 256, 1)).toBe(0.5);
});
