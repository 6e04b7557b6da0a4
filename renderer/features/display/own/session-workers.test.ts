import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SessionWorkers } from './session-workers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function workers() {
  const made: Worker[] = [];
  const create = (): Worker => {
    const worker = { terminate: vi.fn(), onerror: null } as unknown as Worker;
    made.push(worker);
    return worker;
  };
  return { made, pool: new SessionWorkers(create) };
}

test('a Worker whose session is over serves the next', () => {
  const { made, pool } = workers();
  const first = pool.take();
  pool.giveBack(first);
  expect(pool.take()).toBe(first);
  vi.advanceTimersByTime(120_000);
  expect(first.terminate).not.toHaveBeenCalled();
  expect(made).toHaveLength(1);
});

test('two sessions at a time have a Worker each, and one of them is kept', () => {
  const { made, pool } = workers();
  const first = pool.take();
  const second = pool.take();
  expect(second).not.toBe(first);
  pool.giveBack(first);
  pool.giveBack(second);
  expect(first.terminate).not.toHaveBeenCalled();
  expect(second.terminate).toHaveBeenCalledOnce();
  expect(pool.take()).toBe(first);
  expect(made).toHaveLength(2);
});

test('one that nobody needs for a minute goes', () => {
  const { made, pool } = workers();
  const first = pool.take();
  pool.giveBack(first);
  vi.advanceTimersByTime(60_000);
  expect(first.terminate).toHaveBeenCalledOnce();
  expect(pool.take()).not.toBe(first);
  expect(made).toHaveLength(2);
});

test('what a Worker reports after its session is nobody’s', () => {
  const { pool } = workers();
  const worker = pool.take();
  worker.onerror = () => {
    throw new Error('the session that is over was told');
  };
  pool.giveBack(worker);
  expect(worker.onerror).toBeNull();
});
