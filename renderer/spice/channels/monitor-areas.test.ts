import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MonitorHead } from '../protocol/messages.ts';
import { monitorAreas } from './monitor-areas.ts';

const surface = { id: 0, width: 1600, height: 800 };

function head(monitorId: number, more: Partial<MonitorHead> = {}): MonitorHead {
  return { monitorId, surfaceId: 0, width: 800, height: 600, x: 0, y: 0, flags: 0, ...more };
}

test('a head inside the surface is an area of it, up to its last pixel', () => {
  const rect = { left: 800, top: 200, right: 1600, bottom: 800 };
  expect(monitorAreas([head(3, { x: 800, y: 200 })], surface)).toEqual([{ id: 3, rect }]);
});

test('of heads beyond the surface, empty ones and those of another surface nothing shows', () => {
  const heads = [
    head(0, { x: 801 }),
    head(1, { y: 201 }),
    head(2, { x: 0xffffff00, width: 0x200 }),
    head(3, { width: 0 }),
    head(4, { height: 0 }),
    head(5, { surfaceId: 1 }),
  ];
  expect(monitorAreas(heads, surface)).toEqual([]);
});

test('monitors come by their numbers, each once', () => {
  const areas = monitorAreas([head(1, { x: 800 }), head(0), head(1)], surface);
  expect(areas.map(({ id, rect }) => [id, rect.left])).toEqual([
    [0, 0],
    [1, 800],
  ]);
});

test('whatever heads a server sends, areas are few and lie inside', () => {
  const u32 = fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 0xffffffff }));
  const anyHead = fc.record({
    ...{ monitorId: u32, surfaceId: fc.constantFrom(0, 1), flags: u32 },
    ...{ x: u32, y: u32, width: u32, height: u32 },
  });
  fc.assert(
    fc.property(fc.array(anyHead, { maxLength: 100 }), (heads) => {
      const areas = monitorAreas(heads, surface);
      expect(areas.length).toBeLessThanOrEqual(16);
      for (const { rect } of areas) {
        expect(rect.left).toBeLessThan(rect.right);
        expect(rect.top).toBeLessThan(rect.bottom);
        expect(rect.right).toBeLessThanOrEqual(surface.width);
        expect(rect.bottom).toBeLessThanOrEqual(surface.height);
      }
    }),
  );
});
