import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pulse } from './pulse.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('asks a server that says nothing by itself, and tells when it does not answer', () => {
  const ask = vi.fn();
  const silent = vi.fn();
  const pulse = new Pulse({ ask, silent });
  for (let round = 1; round <= 5; round += 1) {
    vi.advanceTimersByTime(3000);
    expect(ask).toHaveBeenCalledTimes(round);
    pulse.heard();
  }
  const last = performance.now();
  vi.advanceTimersByTime(3000);
  expect(ask).toHaveBeenCalledTimes(6);
  vi.advanceTimersByTime(3000);
  expect(silent).not.toHaveBeenCalled();
  vi.advanceTimersByTime(9000);
  expect(silent.mock.calls).toEqual([[last]]);
  // Asked once; a server that hangs must not find a heap of questions.
  expect(ask).toHaveBeenCalledTimes(6);

  pulse.heard();
  expect(silent.mock.calls).toEqual([[last], [null]]);
  vi.advanceTimersByTime(3000);
  expect(ask).toHaveBeenCalledTimes(7);

  pulse[Symbol.dispose]();
  vi.advanceTimersByTime(60_000);
  expect(silent).toHaveBeenCalledTimes(2);
});
