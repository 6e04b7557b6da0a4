import { expect, test } from 'vitest';
import { RecentTimes } from './recent-times.ts';

test('nothing yet, one, and a hundred', () => {
  const times = new RecentTimes();
  times.add(Number.NaN);
  expect(times.spread).toBeNull();
  times.add(7);
  expect(times.spread).toEqual({ median: 7, p95: 7 });
  for (let ms = 100; ms >= 2; ms -= 1) times.add(ms === 7 ? 1 : ms);
  expect(times.spread).toEqual({ median: 50, p95: 95 });
});

test('old times are forgotten', () => {
  const times = new RecentTimes();
  times.add(1e6);
  for (let n = 0; n < 256; n += 1) times.add(2);
  expect(times.spread).toEqual({ median: 2, p95: 2 });
});
