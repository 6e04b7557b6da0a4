import { expect, test } from 'vitest';
import { memoryStops, nearestStop } from './memory-stops.ts';

test('round sizes up to what the host has', () => {
  expect(memoryStops(1024)).toEqual([128, 192, 256, 384, 512, 768, 1024]);
  expect(memoryStops(1000)).toEqual([128, 192, 256, 384, 512, 768]);
  expect(memoryStops(64)).toEqual([128, 256]);
});

test('an exact size shows at the nearest stop', () => {
  const stops = memoryStops(4096);
  expect(stops[nearestStop(stops, 500)]).toBe(512);
  expect(stops[nearestStop(stops, 1)]).toBe(128);
  expect(stops[nearestStop(stops, 1e9)]).toBe(4096);
});
