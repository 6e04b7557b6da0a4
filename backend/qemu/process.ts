import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../contract/fault.ts';

export interface ProcessFacts {
  /** When it started, in clock ticks since boot: with the pid it names one process, also after the pid is used again. */
  readonly startTicks: number;
  /** Empty for a kernel thread. */
  readonly commandLine: readonly string[];
}

const POLL_MS = 250;

/** What runs under that pid, or null when nothing does (a zombie counts as nothing). */
export async function inspectPid(pid: number): Promise<ProcessFacts | null> {
  const startTicks = readStartTicks(pid);
  if (startTicks === null) return null;
  const commandLine = readProc(pid, 'cmdline');
  // Gone, or gone and its pid used again, between the two reads.
  if (commandLine === null || readStartTicks(pid) !== startTicks) return null;
  return { startTicks, commandLine: commandLine.split('\0').slice(0, -1) };
}

/**
 * Resolves when that very process is gone: for guests that are not our children any more. Looks four times a second,
 * some 20 µs each. Throws Fault `cancelled` when the signal aborts.
 */
export async function watchPid(pid: number, startTicks: number, signal: AbortSignal): Promise<void> {
  while (readStartTicks(pid) === startTicks) {
    try {
      await delay(POLL_MS, undefined, { signal, ref: false });
    } catch (error) {
      throw new Fault(
        { code: 'cancelled', message: `Watching process ${pid} was cancelled.` },
        { cause: error },
      );
    }
  }
}

/** Sends the signal if that very process is still there; false when it is not. */
export function killPid(pid: number, startTicks: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  if (readStartTicks(pid) !== startTicks) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ESRCH') return false;
    throw new Fault(
      {
        code: code === 'EPERM' ? 'no-permission' : 'internal',
        message: `Process ${pid} could not be sent ${signal}: ${(error as Error).message}.`,
        remedy: 'It belongs to someone else: end it as that user.',
      },
      { cause: error },
    );
  }
}

/** Start time of a live process, null when there is none. Synchronous: /proc needs no thread and answers in µs. */
export function readStartTicks(pid: number): number | null {
  const text = readProc(pid, 'stat');
  if (text === null) return null;
  // proc(5): pid (comm) state … starttime is field 22. comm may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  if (state === 'Z' || state === 'X') return null;
  const ticks = Number(fields[19]);
  if (!Number.isSafeInteger(ticks)) throw new Error(`/proc/${pid}/stat is not as proc(5) says`);
  return ticks;
}

function readProc(pid: number, file: 'stat' | 'cmdline'): string | null {
  if (!Number.isSafeInteger(pid) || pid <= 0) throw new TypeError(`${pid} is no process id`);
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}
