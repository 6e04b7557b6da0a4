import { expect, test } from 'vitest';
import { Retries } from './retries.ts';

test('a connection that breaks is tried again for ever, ever more slowly', () => {
  const retries = new Retries();
  const waits = Array.from({ length: 8 }, (_, times) => {
    // Now and then it came up for a moment.
    if (times % 2 === 0) retries.up(times * 100);
    return retries.ended('lost', times * 100 + 50);
  });
  expect(waits).toEqual([300, 600, 1200, 2400, 4800, 5000, 5000, 5000].map((inMs) => ({ inMs })));
  // One that stood on firm ground is followed quickly.
  retries.up(1000);
  expect(retries.ended('lost', 7000)).toEqual({ inMs: 300 });
});

test('a server that ends it in order again and again has another viewer', () => {
  const retries = new Retries();
  const endAfter = (up: number, end: number, kind: 'closed' | 'lost' = 'closed') => {
    retries.up(up);
    return retries.ended(kind, end);
  };
  expect(endAfter(0, 60_000)).toEqual({ inMs: 300 });
  expect(endAfter(60_400, 60_800, 'lost')).toEqual({ inMs: 600 });
  expect(endAfter(61_500, 62_000)).toEqual({ stop: 'taken' });
  retries.reset();
  expect(endAfter(70_000, 70_100)).toEqual({ inMs: 300 });
  // Far apart, each has its own reason.
  expect(endAfter(80_000, 90_000)).toEqual({ inMs: 300 });
  expect(endAfter(100_000, 110_000)).toEqual({ inMs: 300 });
});

test('a server that is not there yet is not somebody else’s', () => {
  const retries = new Retries();
  for (let now = 0; now < 2000; now += 100) expect(retries.ended('lost', now)).toHaveProperty('inMs');
  expect(retries.ended('closed', 2000)).toHaveProperty('inMs');
});

test.each(['garbled', 'failed'] as const)('what is %s three times will be so the fourth time', (kind) => {
  const retries = new Retries();
  retries.up(0);
  expect(retries.ended(kind, 100)).toEqual({ inMs: 300 });
  expect(retries.ended(kind, 500)).toEqual({ inMs: 600 });
  expect(retries.ended(kind, 1200)).toEqual({ stop: kind });
});
