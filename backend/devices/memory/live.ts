import { Fault } from '../../contract/fault.ts';
import type { QmpClient } from '../../qemu/qmp/client.ts';
import { BALLOON_ID } from './qemu.ts';

const MIB = 2 ** 20;
/** How long the balloon may stand still before we stop waiting for it, ms. A TCG guest moves about 1 GiB/s. */
const STALLED = 4_000;

/** What the guest has now, MiB; null where no balloon driver answers (QEMU then has no balloon or no value). */
export async function readActual(qmp: QmpClient): Promise<number> {
  const { actual } = await qmp.execute('query-balloon');
  return actual / MIB;
}

export interface BalloonResult {
  readonly targetMiB: number;
  readonly actualMiB: number;
  /** The guest gave (or took) all of it. */
  readonly reached: boolean;
}

/**
 * Asks the guest for the target and waits while BALLOON_CHANGE events show it moving. A guest that cannot give
 * more stops part-way: that is a result, not an error. One that does not move at all has no driver.
 */
export async function setBalloon(
  qmp: QmpClient,
  targetMiB: number,
  sizeMiB: number,
  signal: AbortSignal,
): Promise<BalloonResult> {
  if (targetMiB > sizeMiB) {
    throw new Fault({
      code: 'bad-input',
      message: `${targetMiB} MiB is more than the ${sizeMiB} MiB the machine was started with.`,
      remedy: 'Choose less, or edit the machine’s memory and start it again.',
      path: ['memoryMiB'],
    });
  }
  const before = await readActual(qmp);
  let last = before;
  await using moves = new Moves(qmp, (actualMiB) => {
    last = actualMiB;
  });
  await qmp.execute('balloon', { value: targetMiB * MIB }, { signal });
  for (;;) {
    if (Math.abs(last - targetMiB) < 1) return { targetMiB, actualMiB: last, reached: true };
    const moved = await moves.next(STALLED, signal);
    if (moved) continue;
    last = await readActual(qmp);
    if (Math.abs(last - targetMiB) < 1) return { targetMiB, actualMiB: last, reached: true };
    if (Math.abs(last - before) < 1) {
      throw new Fault({
        code: 'guest-unresponsive',
        message: `The guest did not move its balloon: it still has ${Math.round(last)} MiB.`,
        remedy: 'Check that the guest has started and has the virtio-balloon driver.',
      });
    }
    return { targetMiB, actualMiB: last, reached: false };
  }
}

/** Lets the setter sleep until the next BALLOON_CHANGE. */
class Moves implements AsyncDisposable {
  #wake: (() => void) | undefined;
  #pending = false;
  readonly #off: () => void;

  constructor(qmp: QmpClient, seen: (actualMiB: number) => void) {
    this.#off = qmp.on((event) => {
      if (event.event !== 'BALLOON_CHANGE') return;
      seen(event.data.actual / MIB);
      this.#pending = true;
      this.#wake?.();
    });
  }

  async next(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    if (!this.#pending) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      signal.addEventListener('abort', () => resolve(), { once: true });
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
      this.#wake = undefined;
      signal.throwIfAborted();
    }
    const moved = this.#pending;
    this.#pending = false;
    return moved;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#off();
  }
}

const BALLOON_PATH = `/machine/peripheral/${BALLOON_ID}`;

/** Turns the driver's statistics on or off (virtio 1.2 §5.5.6.3); QEMU then asks the guest every so many seconds. */
export async function pollGuestStatistics(qmp: QmpClient, seconds: number): Promise<void> {
  await qmp.executeRaw('qom-set', {
    path: BALLOON_PATH,
    property: 'guest-stats-polling-interval',
    value: seconds,
  });
}

/** Total and available memory as the guest's driver reports them, bytes; null while it has not reported. */
export async function readGuestStatistics(
  qmp: QmpClient,
): Promise<{ totalBytes: number; availableBytes: number } | null> {
  const reply = (await qmp.executeRaw('qom-get', { path: BALLOON_PATH, property: 'guest-stats' })) as {
    'last-update'?: number;
    stats?: Record<string, number>;
  };
  const total = reply.stats?.['stat-total-memory'];
  const available = reply.stats?.['stat-available-memory'];
  // QEMU shows 2^64-1 for a figure the guest never sent; JSON gives it back as -1 or as that number.
  const known = (value: number | undefined): value is number =>
    value !== undefined && value >= 0 && value < 2 ** 60;
  if (reply['last-update'] === 0 || !known(total) || !known(available)) return null;
  return { totalBytes: total, availableBytes: available };
}
