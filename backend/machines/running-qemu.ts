import { Fault } from '../contract/fault.ts';
import type { ProcessEnd } from '../qemu/launch.ts';
import { killPid } from '../qemu/process.ts';
import type { Guest } from './guest.ts';

/** How long QEMU may take to quit before it is killed, ms: it flushes its images first. */
const QUIT_TIMEOUT = 5_000;

/** The QEMU process of a machine, ours or one that an earlier back end started. */
export interface RunningQemu {
  readonly pid: number;
  readonly startTicks: number;
  /** Size of QEMU's log before this run. */
  readonly logStart: number;
  /** Resolves when it is gone, with how it ended; null: an earlier back end started it, and nobody saw. */
  readonly gone: Promise<ProcessEnd | null>;
}

/** Ends QEMU like pulling the plug, images flushed; true when it had to be killed. Resolves when it is gone. */
export async function quitQemu(qemu: RunningQemu, guest: Guest | null): Promise<boolean> {
  const patience = AbortSignal.timeout(QUIT_TIMEOUT);
  try {
    // QEMU may close the socket before it answers: both mean that it goes.
    // One that we cannot talk to takes SIGTERM for the same: it flushes its images and goes.
    if (guest === null) killPid(qemu.pid, qemu.startTicks, 'SIGTERM');
    else await guest.qmp.executeRaw('quit', undefined, { signal: patience });
  } catch (error) {
    if (Fault.from(error).code === 'qemu-refused') throw error;
  }
  const timeout = new Promise<void>((resolve) =>
    patience.addEventListener('abort', () => resolve(), { once: true }),
  );
  await Promise.race([qemu.gone, timeout]);
  return await killQemu(qemu);
}

/** True when there was something left to kill. */
export async function killQemu(qemu: RunningQemu): Promise<boolean> {
  const killed = killPid(qemu.pid, qemu.startTicks);
  await qemu.gone;
  return killed;
}
