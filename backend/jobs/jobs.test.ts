import { expect, test } from 'vitest';
import { Fault } from '../contract/fault.ts';
import { type Job, job as jobSchema } from '../contract/job.ts';
import { Jobs } from './jobs.ts';

function watch(): { jobs: Jobs; seen: Job[] } {
  const seen: Job[] = [];
  return { jobs: new Jobs((job) => seen.push(jobSchema.parse(job))), seen };
}

/** Work that lasts until it is aborted. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

test('its result is the work’s, and each step is told', async () => {
  const { jobs, seen } = watch();
  const result = await jobs.run(
    { title: 'Copying', machine: 'abcdefgh', cancellable: true },
    async (report) => {
      report('First', null);
      report('Second', 0.5);
      return 42;
    },
  );
  expect(result).toBe(42);
  expect(seen.map(({ state, step, progress }) => [state, step, progress])).toEqual([
    ['running', 'Starting', null],
    ['running', 'First', null],
    ['running', 'Second', 0.5],
    ['done', 'Second', 1],
  ]);
  expect(seen.at(-1)?.endedAt).toBeGreaterThanOrEqual(seen[0]?.startedAt ?? Number.NaN);
  expect(jobs.list()).toEqual([seen.at(-1)]);
});

test('progress within a step does not flood, and the list still has the last of it', async () => {
  const { jobs, seen } = watch();
  await jobs.run({ title: 'Copying', cancellable: false }, async (report) => {
    for (let n = 0; n <= 1000; n += 1) report('Copying', n / 1000);
    expect(jobs.list()[0]?.progress).toBe(1);
  });
  expect(seen.length).toBeLessThan(20);
});

test('a fault is the caller’s and the job’s', async () => {
  const { jobs, seen } = watch();
  const fault = new Fault({ code: 'no-space', message: 'Full.', remedy: 'Free some.' });
  await expect(jobs.run({ title: 'Copying', cancellable: true }, () => Promise.reject(fault))).rejects.toBe(
    fault,
  );
  expect(seen.at(-1)).toMatchObject({ state: 'failed', fault: { code: 'no-space', message: 'Full.' } });
  await expect(
    jobs.run({ title: 'Copying', cancellable: true }, () => Promise.reject(new Error('odd'))),
  ).rejects.toMatchObject({ code: 'internal' });
});

test('cancelling aborts the work, and tells so', async () => {
  const { jobs, seen } = watch();
  const running = jobs.run({ title: 'Building', cancellable: true }, (_, signal) => untilAborted(signal));
  jobs.cancel(jobs.list()[0]?.id ?? '');
  await expect(running).rejects.toMatchObject({ code: 'cancelled', message: 'Building was cancelled.' });
  expect(seen.at(-1)).toMatchObject({ state: 'cancelled', fault: { code: 'cancelled' } });
  // Once it is over there is nothing left to cancel; asking is no mistake.
  jobs.cancel(jobs.list()[0]?.id ?? '');
});

test('what cannot be cancelled says so; a job that is not there too', async () => {
  const { jobs } = watch();
  const { promise, resolve } = Promise.withResolvers<void>();
  const running = jobs.run({ title: 'Writing', cancellable: false }, () => promise);
  expect(() => jobs.cancel(jobs.list()[0]?.id ?? '')).toThrow(
    expect.objectContaining({ code: 'not-supported' }),
  );
  expect(() => jobs.cancel('nope')).toThrow(expect.objectContaining({ code: 'not-found' }));
  jobs.cancelAll();
  resolve();
  await running;
});

test('only the last twenty ended jobs are kept, and all that run', async () => {
  const { jobs } = watch();
  const stop = new AbortController();
  const long = jobs.run({ title: 'Long', cancellable: true }, () => untilAborted(stop.signal));
  for (let n = 0; n < 30; n += 1) await jobs.run({ title: `Job ${n}`, cancellable: false }, async () => n);
  const titles = jobs.list().map((job) => job.title);
  expect(titles).toHaveLength(21);
  expect(titles[0]).toBe('Long');
  expect(titles.at(-1)).toBe('Job 29');
  stop.abort(new Error('over'));
  await expect(long).rejects.toBeInstanceOf(Fault);
});
