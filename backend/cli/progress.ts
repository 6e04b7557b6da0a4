import type { Job } from '../contract/job.ts';
import type { UnixClient } from '../rpc/unix-client.ts';
import type { Context } from './verb.ts';

function lineOf(job: Job): string {
  const percent = job.progress === null ? '' : ` ${Math.floor(job.progress * 100)} %`;
  return `${job.title}: ${job.step}${percent}`;
}

/**
 * Shows on standard error what jobs do while a request runs: one line that is rewritten on a terminal, else a line for each
 * new step. Nothing with --json.
 */
export function showJobs(client: UnixClient, context: Context): Disposable {
  if (context.json) return { [Symbol.dispose]: () => undefined };
  const terminal = process.stderr.isTTY;
  let last = '';
  const stop = client.on('job.changed', (job) => {
    if (job.state !== 'running') return;
    const line = terminal ? lineOf(job) : `${job.title}: ${job.step}`;
    if (line === last) return;
    last = line;
    if (!terminal) context.note(line);
    // Erase in line (ECMA-48 §8.3.41), so that a shorter text leaves nothing of a longer one.
    else process.stderr.write(`\r\x1b[K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
  });
  return {
    [Symbol.dispose]() {
      stop();
      if (terminal && last !== '') process.stderr.write('\r\x1b[K');
    },
  };
}
