import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guestPixel, place } from './scaling.ts';

const guest = { width: 1024, height: 768 };
const area = (width: number, height: number, left = 0, top = 0) => ({ left, top, width, height });

test('fits, keeps the aspect and centres', () => {
  const placed = place(guest, area(800, 800), 'fit', 1);
  expect(placed).toMatchObject({ width: 800, height: 600, left: 0, top: 100, pixelated: false });
});

test('a whole scale just below the fit is taken, so that pixels stay square', () => {
  expect(place(guest, area(1060, 900), 'fit', 1)).toMatchObject({
    scale: 1,
    pixelated: true,
    left: 18,
  });
  expect(place(guest, area(1200, 1000), 'fit', 1).scale).toBeCloseTo(1.172, 3);
});

test('1:1 counts device pixels', () => {
  expect(place(guest, area(900, 700), 'actual', 1)).toMatchObject({
    width: 1024,
    overflows: true,
  });
  expect(place(guest, area(900, 700), 'actual', 1.5).width).toBeCloseTo(1024 / 1.5);
  expect(place(guest, area(900, 700), 'actual', 2)).toMatchObject({
    scale: 1,
    width: 512,
    pixelated: true,
    overflows: false,
  });
});

test('the corners of the picture are the corners of the guest, at every scale', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 4096 }),
      fc.integer({ min: 16, max: 4096 }),
      fc.integer({ min: 50, max: 4000 }),
      fc.integer({ min: 50, max: 4000 }),
      fc.constantFrom(1, 1.25, 1.5, 2, 3),
      (width, height, areaWidth, areaHeight, ratio) => {
        const size = { width, height };
        const box = place(size, area(areaWidth, areaHeight), 'fit', ratio);
        expect(box.left + box.width).toBeLessThanOrEqual(areaWidth + 0.001);
        expect(box.top + box.height).toBeLessThanOrEqual(areaHeight + 1 / ratio + 0.001);
        const end = { x: box.left + box.width, y: box.top + box.height };
        expect(guestPixel(box.left, box.top, box, size)).toEqual({ x: 0, y: 0 });
        expect(guestPixel(end.x - 1e-6, end.y - 1e-6, box, size)).toEqual({ x: width - 1, y: height - 1 });
        expect(guestPixel(-9e9, 9e9, box, size)).toEqual({ x: 0, y: height - 1 });
      },
    ),
  );
});

test('the middle of a drawn guest pixel is that pixel', () => {
  const box = place(guest, area(700, 700), 'fit', 1);
  for (const x of [0, 1, 511, 512, 1022, 1023]) {
    const middle = box.left + ((x + 0.5) * box.width) / guest.width;
    expect(guestPixel(middle, box.top, box, guest).x).toBe(x);
  }
});

test('a screen begins on a device pixel, wherever its area begins', () => {
  const box = place(guest, area(1000, 700, 272, 101), 'fit', 1.5);
  expect(((101 + box.top) * 1.5) % 1).toBeCloseTo(0);
  expect(((272 + box.left) * 1.5) % 1).toBeCloseTo(0);
  expect(box.top).toBeGreaterThan(0);
});

test('whole multiples are the largest that fit, and never below one', () => {
  const guest = { width: 640, height: 480 };
  expect(place(guest, area(2000, 1300), 'whole', 1)).toMatchObject({
    scale: 2,
    width: 1280,
    left: 360,
    overflows: false,
  });
  expect(place(guest, area(1000, 900), 'whole', 2)).toMatchObject({ scale: 3, width: 960 });
  expect(place(guest, area(300, 300), 'whole', 1)).toMatchObject({ scale: 1, overflows: true });
});
