import { expect, test } from 'vitest';
import { SharedWork } from './shared-work.ts';

const ignore = () => undefined;

test('two callers share one run, and both see its progress', async () => {
  const shared = new SharedWork<string>();
  const go = Promise.withResolvers<void>();
  let runs = 0;
  const work = async (report: (step: string, progress: number | null) => void) => {
    runs += 1;
    report('first', 0);
    await go.promise;
    report('second', 0.5);
    return 'done';
  };
  const seen: string[] = [];
  const signal = new AbortController().signal;
  const one = shared.run('key', work, (step) => seen.push(`one ${step}`), signal);
  const two = shared.run('key', work, (step) => seen.push(`two ${step}`), signal);
  go.resolve();
  expect(await Promise.all([one, two])).toEqual(['done', 'done']);
  expect(runs).toBe(1);
  expect(seen).toContain('two first');
  expect(seen).toContain('one second');
  expect(await shared.run('key', async () => 'again', ignore, signal)).toBe('again');
});

test('the work goes on until the last caller leaves, who waits for it to be put away', async () => {
  const shared = new SharedWork<string>();
  let putAway = false;
  const work = (_report: unknown, signal: AbortSignal) =>
    new Promise<string>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        putAway = true;
        reject(signal.reason);
      });
    });
  const [first, second] = [new AbortController(), new AbortController()];
  const one = shared.run('key', work, ignore, first.signal);
  const two = shared.run('key', work, ignore, second.signal);
  first.abort(new Error('first left'));
  await expect(one).rejects.toThrow('first left');
  expect(putAway).toBe(false);
  second.abort(new Error('second left'));
  await expect(two).rejects.toThrow('second left');
  expect(putAway).toBe(true);
});

test('a failure reaches every caller, and the next one starts anew', async () => {
  const shared = new SharedWork<string>();
  const signal = new AbortController().signal;
  const fail = async () => {
    throw new Error('no');
  };
  const both = [shared.run('key', fail, ignore, signal), shared.run('key', fail, ignore, signal)];
  for (const result of await Promise.allSettled(both)) expect(result.status).toBe('rejected');
  expect(await shared.run('key', async () => 'yes', ignore, signal)).toBe('yes');
});
