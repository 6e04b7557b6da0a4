import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROPD } from '../protocol/constants.ts';
import type { Rect } from '../protocol/geometry.ts';
import { copyBits, drawCopy, drawFill, drawInvers, drawTransparent, drawWhiteness } from './draw.ts';
import type { Mask, Raster } from './draw-types.ts';
import { Surface } from './surface.ts';

const width = 20;
const height = 14;
const edge = fc.integer({ min: -6, max: 26 });
const rect = fc.record({ left: edge, top: edge, right: edge, bottom: edge });
const clip = fc.option(fc.array(rect, { maxLength: 6 }));
const seed = fc.nat();

/** Every pixel another one, the same for the same seed. */
function noise(size: { width: number; height: number }, from: number): Raster {
  const data = new Uint32Array(size.width * size.height);
  for (let i = 0; i < data.length; i++) data[i] = Math.imul(i + from + 1, 0x9e3779b1);
  return { ...size, data, format: 'x8r8g8b8' };
}

function picture(from: number): Surface {
  const surface = new Surface(0, width, height, 'x8r8g8b8', true);
  surface.data.set(noise(surface, from).data);
  return surface;
}

/** Draws by asking for each pixel of the box and the clip list what it becomes; undefined leaves it. */
function slowly(
  surface: Surface,
  box: Rect,
  rects: readonly Rect[] | null,
  pixel: (x: number, y: number, before: number) => number | undefined,
): Uint32Array {
  const before = surface.data.slice();
  return before.map((word, i) => {
    const x = i % width;
    const y = Math.floor(i / width);
    const isIn = (r: Rect): boolean => x >= r.left && x < r.right && y >= r.top && y < r.bottom;
    const drawn = isIn(box) && (rects === null || rects.some(isIn));
    return drawn ? (pixel(x, y, word) ?? word) : word;
  });
}

test('a copy takes the area from the image, and nothing where the image does not reach', () => {
  fc.assert(
    fc.property(rect, clip, edge, edge, seed, (box, rects, left, top, from) => {
      const surface = picture(from);
      const image = noise({ width: 17, height: 11 }, from * 3);
      const area = { left, top, right: left + box.right - box.left, bottom: top + box.bottom - box.top };
      const wanted = slowly(surface, box, rects, (x, y) => {
        const sx = x - box.left + left;
        const sy = y - box.top + top;
        return sx >= 0 && sx < 17 && sy >= 0 && sy < 11 ? image.data[sy * 17 + sx] : undefined;
      });
      drawCopy(surface, { box, clip: rects }, { raster: image, area, filter: 'nearest' }, ROPD.put, null);
      expect(surface.data).toEqual(wanted);
    }),
  );
});

test('an image that is opaque by its kind leaves the spare byte 0', () => {
  const surface = picture(1);
  const image = { ...noise({ width, height }, 5), blankTop: true };
  const box = { left: 0, top: 0, right: width, bottom: height };
  drawCopy(surface, { box, clip: null }, { raster: image, area: box, filter: 'nearest' }, ROPD.put, null);
  expect(surface.data).toEqual(image.data.map((word) => word & 0xffffff));
});

test('a pattern repeats in every direction from its position, through a mask, by an operation', () => {
  const position = fc.record({ x: edge, y: edge });
  fc.assert(
    fc.property(
      rect,
      clip,
      position,
      position,
      fc.boolean(),
      seed,
      (box, rects, pos, maskPos, inverse, from) => {
        const surface = picture(from);
        const tile = noise({ width: 5, height: 3 }, from * 7);
        const bits = noise({ width: 16, height: 12 }, from * 11).data.map((word) =>
          word & 4096 ? 0xff000000 : 0,
        );
        const mask: Mask = {
          raster: { width: 16, height: 12, data: bits, format: 'a1' },
          pos: maskPos,
          inverse,
        };
        const wanted = slowly(surface, box, rects, (x, y, before) => {
          const mx = x - box.left + maskPos.x;
          const my = y - box.top + maskPos.y;
          if (mx < 0 || mx >= 16 || my < 0 || my >= 12) return undefined;
          if ((bits[my * 16 + mx] !== 0) === inverse) return undefined;
          const at = (((y - pos.y) % 3) + 3) % 3;
          return (before ^ (tile.data[at * 5 + ((((x - pos.x) % 5) + 5) % 5)] ?? 0)) >>> 0;
        });
        drawFill(surface, { box, clip: rects }, { type: 'pattern', raster: tile, pos }, ROPD.xor, mask);
        expect(surface.data).toEqual(wanted);
      },
    ),
  );
});

test('a moved part is what was there before, however the two places overlap', () => {
  fc.assert(
    fc.property(rect, clip, edge, edge, seed, (box, rects, x0, y0, from) => {
      const surface = picture(from);
      const before = surface.data.slice();
      const wanted = slowly(surface, box, rects, (x, y) => {
        const sx = x - box.left + x0;
        const sy = y - box.top + y0;
        return sx >= 0 && sx < width && sy >= 0 && sy < height ? before[sy * width + sx] : undefined;
      });
      copyBits(surface, { box, clip: rects }, { x: x0, y: y0 });
      expect(surface.data).toEqual(wanted);
    }),
  );
});

test('inverting twice gives what was there; white sets every bit', () => {
  fc.assert(
    fc.property(rect, clip, seed, (box, rects, from) => {
      const surface = picture(from);
      const before = surface.data.slice();
      drawInvers(surface, { box, clip: rects }, null);
      expect(surface.data).toEqual(slowly(picture(from), box, rects, (_x, _y, word) => ~word >>> 0));
      drawInvers(surface, { box, clip: rects }, null);
      expect(surface.data).toEqual(before);
      drawWhiteness(surface, { box, clip: rects }, null);
      expect(surface.data).toEqual(slowly(picture(from), box, rects, () => 0xffffffff));
    }),
  );
});

test('the key colour is not drawn, whatever its spare byte', () => {
  const surface = new Surface(0, 3, 1, 'x8r8g8b8', true);
  const data = Uint32Array.of(0x00563412, 0xff563412, 0x00563413);
  const box = { left: 0, top: 0, right: 3, bottom: 1 };
  const raster: Raster = { width: 3, height: 1, data, format: 'x8r8g8b8' };
  drawTransparent(surface, { box, clip: null }, { raster, area: box, filter: 'nearest' }, 0x123456);
  expect([...surface.data]).toEqual([0, 0, 0x00563413]);
});

test('what goes to the screen is opaque', () => {
  const surface = picture(3);
  const rect = { left: 2, top: 1, right: 5, bottom: 3 };
  const out = new Uint32Array(6);
  surface.readOpaque(rect, out);
  expect([...out]).toEqual(
    [
      ...surface.data.subarray(width + 2, width + 5),
      ...surface.data.subarray(2 * width + 2, 2 * width + 5),
    ].map((word) => (word | 0xff000000) >>> 0),
  );
});
