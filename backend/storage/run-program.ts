import { spawn } from 'node:child_process';
import { Fault } from '../contract/fault.ts';

export interface RunOptions {
  /** Ends the program (SIGTERM, then SIGKILL) and rejects with a `cancelled` fault. */
  readonly signal?: AbortSignal;
  /** Milliseconds the program may take; past that it is ended and the call rejects with `timeout`. */
  readonly timeoutMs?: number;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to the program's standard input, which is then closed. Without it standard input is empty. */
  readonly input?: string | Uint8Array;
  /** Exit codes that mean success (default: only 0). */
  readonly okCodes?: readonly number[];
  /** Called with each line of standard output while the program runs (also lines ended by `\r`: progress). */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** No program we run says more than this in earnest; the rest of a stream is dropped, its end kept. */
const keptCharacters = 4 * 1024 * 1024;
const killAfterMs = 3000;

/**
 * Runs a program to its end. Output is decoded as UTF-8, in the C locale so that messages can be recognised.
 * Throws a Fault: `not-supported` when the program is not there, `no-permission`, `no-space` when its output says the disk is
 * full, `timeout`, `cancelled`, and `internal` for any other exit code; `detail` holds the command line and the output.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { signal, timeoutMs, okCodes = [0] } = options;
  if (signal?.aborted) throw cancelled(program);
  const child = spawn(program, args, {
    stdio: 'pipe',
    env: { ...process.env, LC_ALL: 'C', ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const stdout = collect(options.onLine);
  const stderr = collect();
  child.stdout.setEncoding('utf8').on('data', stdout.add);
  child.stderr.setEncoding('utf8').on('data', stderr.add);
  // A program that exits without reading its input makes EPIPE here; its exit code tells what happened.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');

  let stoppedBy: 'signal' | 'time' | null = null;
  let killTimer: NodeJS.Timeout | undefined;
  const end = (why: 'signal' | 'time') => {
    if (stoppedBy !== null) return;
    stoppedBy = why;
    child.kill('SIGTERM');
    killTimer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  };
  const onAbort = () => end('signal');
  signal?.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => end('time'), timeoutMs);
  let code: number | null;
  let endedBy: NodeJS.Signals | null;
  try {
    [code, endedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (...result) => resolve(result));
    });
  } catch (error) {
    throw didNotStart(program, args, error);
  } finally {
    clearTimeout(timer);
    clearTimeout(killTimer);
    signal?.removeEventListener('abort', onAbort);
  }
  stdout.finish();

  const detail = describeRun(program, args, stdout.text(), stderr.text());
  if (stoppedBy === 'signal') throw cancelled(program);
  if (stoppedBy === 'time') {
    throw new Fault({
      code: 'timeout',
      message: `${nameOf(program)} did not finish within ${Math.round((timeoutMs ?? 0) / 1000)} s.`,
      remedy: 'Try again when the computer is less busy.',
      detail,
    });
  }
  if (code === null || !okCodes.includes(code)) {
    const said = lastLine(stderr.text()) ?? lastLine(stdout.text());
    const how = code === null ? `was ended by ${endedBy}` : `failed (exit code ${code})`;
    const full = /No space left on device|Disk quota exceeded/i.test(stderr.text() + stdout.text());
    throw new Fault({
      code: full ? 'no-space' : 'internal',
      message: `${nameOf(program)} ${how}${said === undefined ? '' : `: ${said}`}`,
      ...(full ? { remedy: 'Free some disk space and try again.' } : {}),
      detail,
    });
  }
  return { stdout: stdout.text(), stderr: stderr.text(), code };
}

function didNotStart(program: string, args: readonly string[], error: unknown): Fault {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const detail = describeRun(program, args, '', String(error));
  if (code === 'ENOENT') {
    return new Fault(
      {
        code: 'not-supported',
        message: `The program ${program} is not there.`,
        remedy: `Install the package that has ${nameOf(program)}.`,
        detail,
      },
      { cause: error },
    );
  }
  return new Fault(
    {
      code: code === 'EACCES' ? 'no-permission' : 'internal',
      message: `${program} could not be started: ${error instanceof Error ? error.message : String(error)}`,
      detail,
    },
    { cause: error },
  );
}

function cancelled(program: string): Fault {
  return new Fault({ code: 'cancelled', message: `${nameOf(program)} was cancelled.` });
}

function collect(onLine?: (line: string) => void) {
  let kept = '';
  let line = '';
  return {
    add(chunk: string) {
      kept += chunk;
      if (kept.length > keptCharacters) kept = kept.slice(-keptCharacters);
      if (onLine === undefined) return;
      const parts = (line + chunk).split(/\r\n|\r|\n/);
      line = parts.pop() ?? '';
      for (const part of parts) onLine(part);
    },
    finish() {
      if (onLine !== undefined && line !== '') onLine(line);
      line = '';
    },
    text: () => kept,
  };
}

function lastLine(text: string): string | undefined {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .at(-1);
}

function nameOf(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}

function describeRun(program: string, args: readonly string[], stdout: string, stderr: string): string {
  const command = [program, ...args].map((word) =>
    /^[\w./:=,@%+-]+$/.test(word) ? word : JSON.stringify(word),
  );
  return [`$ ${command.join(' ')}`, stdout.slice(-8000), stderr.slice(-8000)]
    .filter((part) => part !== '')
    .join('\n');
}
