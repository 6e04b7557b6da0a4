import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Home } from '../fixtures/home.ts';
import { cliEntry } from '../fixtures/places.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** `innkeeper serve` of that home, until it is disposed of. */
export async function serve(home: Home): Promise<Served> {
  const child = spawn(process.execPath, [cliEntry, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, INNKEEPER_HOME: home.path },
  });
  // A test's own stderr is in its report; what a child inherits of it is not.
  child.stderr.on('data', (text) => {
    if (!String(text).startsWith('Open it in a browser')) process.stderr.write(text);
  });
  let isDone = false;
  child.once('exit', (code, signal) => {
    if (!isDone) process.stderr.write(`innkeeper serve ended by itself: ${signal ?? code}\n`);
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`innkeeper serve ended with code ${code}`);
    }),
  ]);
  return {
    url: /http:\S+/.exec(String(line))?.[0] ?? '',
    [Symbol.asyncDispose]: async () => {
      isDone = true;
      const gone = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await gone;
    },
  };
}
