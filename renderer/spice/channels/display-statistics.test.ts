import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DisplayStatistics } from './display-statistics.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0, toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('a picture took as long as the first message in it', () => {
  const statistics = new DisplayStatistics();
  expect(statistics.drawn()).toBeNaN();
  statistics.begin();
  vi.advanceTimersByTime(4);
  statistics.changed();
  statistics.begin();
  statistics.changed();
  vi.advanceTimersByTime(6);
  expect(statistics.drawn()).toBe(10);
  expect(statistics.drawn()).toBeNaN();
});

test('a message that changes nothing on the screen starts no picture', () => {
  const statistics = new DisplayStatistics();
  statistics.begin();
  vi.advanceTimersByTime(50);
  statistics.begin();
  vi.advanceTimersByTime(3);
  statistics.changed();
  expect(statistics.drawn()).toBe(3);
});
