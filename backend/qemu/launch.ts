import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Fault } from '../contract/fault.ts';
import { fileFault } from '../store/atomic-file.ts';
import { readStartTicks } from './process.ts';

export interface LaunchOptions {
  readonly binary: string;
  readonly args: readonly string[];
  /** Gets QEMU's stdout and stderr, appended; made 0600 where it is not there. */
  readonly logFile: string;
  /** Gets "PID STARTTICKS\n" (see readPidFile). */
  readonly pidFile: string;
  /** Working folder of the process. */
  readonly folder: string;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface LaunchedQemu {
  readonly pid: number;
  readonly startTicks: number;
  /** Size of the log before this run, for readLogEnd's `from`. */
  readonly logStart: number;
  /** Resolves, never rejects, when the process ended. Waiting for it does not keep this process alive. */
  readonly exited: Promise<ProcessEnd>;
}

/**
 * Starts QEMU in a session of its own: it outlives us, hears no Ctrl-C of our terminal, and keeps nothing of ours open.
 * Returns as soon as the process runs. Throws a Fault, with nothing left behind, when it cannot be started.
 */
export async function launchQemu(options: LaunchOptions): Promise<LaunchedQemu> {
  const { binary, args, logFile, pidFile, folder } = options;
  if (!(await isFolder(folder))) {
    throw new Fault({
      code: 'not-found',
      message: `QEMU cannot be started in ${folder}: there is no such folder.`,
      remedy: 'Make the folder, or put the machine back where it was.',
    });
  }
  const log = openLog(logFile);
  let child: ChildProcess;
  try {
    child = spawn(binary, args, { cwd: folder, detached: true, stdio: ['ignore', log.fd, log.fd] });
  } catch (error) {
    throw spawnFault(error, binary);
  } finally {
    closeSync(log.fd);
  }
  const { pid } = child;
  if (pid === undefined) {
    const [error] = await once(child, 'error');
    throw spawnFault(error, binary);
  }
  const exited = new Promise<ProcessEnd>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  child.unref();
  try {
    // Until the event loop turns, our child is at least a zombie: the ticks are those of this very process. A zombie
    // (QEMU refused its command line at once) reads as null; nothing can match then, and `exited` tells.
    const startTicks = readStartTicks(pid) ?? 0;
    writePidFile(pidFile, `${pid} ${startTicks}\n`);
    return { pid, startTicks, logStart: log.size, exited };
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    throw fileFault(error, pidFile, 'written');
  }
}

/** The process that a pid file names; null when there is no file or it holds something else. */
export function readPidFile(pidFile: string): { pid: number; startTicks: number } | null {
  let text: string;
  try {
    text = readFileSync(pidFile, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fileFault(error, pidFile, 'read');
  }
  const match = /^([1-9]\d{0,9}) (\d{1,15})\n$/.exec(text);
  return match === null ? null : { pid: Number(match[1]), startTicks: Number(match[2]) };
}

/** The last `maxBytes` of a log, not reaching back before byte `from`; whole lines where it was cut. */
export async function readLogEnd(logFile: string, maxBytes: number, from = 0): Promise<string> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(logFile, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw fileFault(error, logFile, 'read');
  }
  try {
    const { size } = await file.stat();
    const start = Math.max(from, size - maxBytes, 0);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    const cut = start > from ? text.indexOf('\n') + 1 : 0;
    return text.slice(cut).trimEnd();
  } finally {
    await file.close();
  }
}

function openLog(logFile: string): { fd: number; size: number } {
  try {
    const fd = openSync(logFile, 'a', 0o600);
    return { fd, size: fstatSync(fd).size };
  } catch (error) {
    throw fileFault(error, logFile, 'written');
  }
}

/** Synchronous, so that nothing can come between the start of QEMU and the note of its pid. */
function writePidFile(pidFile: string, text: string): void {
  const part = `${pidFile}.part`;
  try {
    writeFileSync(part, text, { mode: 0o600 });
    renameSync(part, pidFile);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw fileFault(error, path, 'read');
  }
}

function spawnFault(error: unknown, binary: string): Fault {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') {
    return new Fault(
      {
        code: 'qemu-missing',
        message: `${binary} could not be started: there is no such program.`,
        remedy: 'Install QEMU (Debian and Ubuntu: apt install qemu-system-x86 qemu-utils).',
      },
      { cause: error },
    );
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new Fault(
      {
        code: 'no-permission',
        message: `${binary} could not be started: you may not run it.`,
        remedy: `Make it a program that you may run (chmod a+x '${binary}'), or install QEMU again.`,
      },
      { cause: error },
    );
  }
  return new Fault(
    {
      code: code === 'EAGAIN' || code === 'ENOMEM' ? 'busy' : 'internal',
      message: `${binary} could not be started: ${error instanceof Error ? error.message : String(error)}.`,
      remedy: 'Close some programs and try again.',
    },
    { cause: error },
  );
}
