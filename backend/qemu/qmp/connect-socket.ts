import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../../contract/fault.ts';

/** A socket that QEMU has not made yet, or has made and does not listen on yet. */
const NOT_YET = new Set(['ENOENT', 'ECONNREFUSED']);

/**
 * Connects to a unix socket that a starting QEMU is about to make: tries every few milliseconds until it answers.
 * Throws Fault `qemu-unreachable` after `timeoutMs`, `cancelled` when the signal aborts.
 */
export async function connectSocket(
  path: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Socket> {
  const started = performance.now();
  for (;;) {
    if (signal?.aborted) throw cancelled(path, signal);
    const attempt = await tryConnect(path);
    if (typeof attempt !== 'string') {
      // The signal may have aborted while the attempt was under way.
      if (!signal?.aborted) return attempt;
      attempt.destroy();
      throw cancelled(path, signal);
    }
    const waited = performance.now() - started;
    if (!NOT_YET.has(attempt) || waited >= timeoutMs) {
      throw new Fault({
        code: 'qemu-unreachable',
        message: NOT_YET.has(attempt)
          ? `QEMU's control socket ${path} did not answer within ${Math.round(timeoutMs)} ms.`
          : `QEMU's control socket ${path} could not be opened (${attempt}).`,
        remedy: 'See the log of the machine for what QEMU said.',
      });
    }
    // A fresh QEMU listens after some 20–60 ms: look often at first, so that start-up gains nothing by waiting.
    const pause = waited < 250 ? 2 : waited < 2000 ? 10 : 50;
    await delay(pause, undefined, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      throw signal?.aborted ? cancelled(path, signal) : error;
    });
  }
}

/** The connected socket, or the error's code. */
function tryConnect(path: string): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

function cancelled(path: string, signal: AbortSignal): Fault {
  return new Fault(
    { code: 'cancelled', message: `Connecting to QEMU at ${path} was cancelled.` },
    { cause: signal.reason },
  );
}
