import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inspectPid, killPid, readStartTicks, watchPid } from './process.ts';

test('a process is inspected, watched and killed; a stranger with its pid is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-process-'));
  // A name with what proc(5) warns of: spaces and parentheses. It waits for input that never comes.
  const script = join(folder, 'a) R (b');
  await writeFile(script, '#!/bin/sh\nread -r line\n', { mode: 0o755 });
  const child = spawn(script, ['x y'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const { pid } = child;
  if (pid === undefined) throw new Error('the script did not start');
  const gone = once(child, 'exit');
  try {
    const facts = await inspectPid(pid);
    expect(facts?.commandLine.at(-1)).toBe('x y');
    const ticks = facts?.startTicks ?? 0;
    expect(ticks).toBeGreaterThan(0);
    expect(readStartTicks(pid)).toBe(ticks);

    expect(killPid(pid, ticks + 1)).toBe(false);
    await watchPid(pid, ticks + 1, AbortSignal.timeout(5000));
    await expect(watchPid(pid, ticks, AbortSignal.timeout(20))).rejects.toMatchObject({ code: 'cancelled' });

    const watched = watchPid(pid, ticks, AbortSignal.timeout(5000));
    expect(killPid(pid, ticks)).toBe(true);
    await watched;
    await gone;
    expect(await inspectPid(pid)).toBeNull();
    expect(killPid(pid, ticks)).toBe(false);
  } finally {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  }
});

test('our own command line', async () => {
  const facts = await inspectPid(process.pid);
  expect(facts?.commandLine.join(' ')).toContain('node');
  await expect(inspectPid(-1)).rejects.toThrow(TypeError);
});
