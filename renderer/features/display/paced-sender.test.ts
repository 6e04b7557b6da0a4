import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PacedSender } from './paced-sender.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('keeps the order and the gap, and sends the first at once', () => {
  const sent: [number, number][] = [];
  const start = performance.now();
  const sender = new PacedSender<ArrayBuffer>(
    (message) => sent.push([message.byteLength, performance.now() - start]),
    5,
  );
  for (const size of [1, 2, 3]) sender.push(new ArrayBuffer(size));
  expect(sent).toEqual([[1, 0]]);
  vi.advanceTimersByTime(100);
  expect(sent.map(([size]) => size)).toEqual([1, 2, 3]);
  expect(sent.every(([, at], index) => at >= index * 5)).toBe(true);
  expect(sender.isIdle).toBe(true);
});

test('flush sends the rest now, once', () => {
  const sent: number[] = [];
  const sender = new PacedSender<ArrayBuffer>((message) => sent.push(message.byteLength), 5);
  for (const size of [1, 2, 3]) sender.push(new ArrayBuffer(size));
  sender.flush();
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([1, 2, 3]);
});
