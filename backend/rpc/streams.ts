import type { Duplex } from 'node:stream';
import type { StreamTarget } from '../contract/wire.ts';

/** Opens the byte stream of a guest: a SPICE channel or the serial console. Rejects with a Fault. */
export type OpenStream = (target: StreamTarget, signal: AbortSignal) => Promise<Duplex>;

/**
 * Relays bytes both ways until both ends are done, with back-pressure (`pipe` holds the fast side back). An end that
 * closes its half passes that on; an end that breaks takes the other with it. Resolves when both are closed.
 *
 * Bytes that the near side sent before the far side was connected (a SPICE client speaks first) are not lost as long as
 * nobody read them: both streams must come in paused, as every Duplex does until it is read.
 */
export function joinStreams(near: Duplex, far: Duplex): Promise<void> {
  near.pipe(far);
  far.pipe(near);
  return new Promise((resolve) => {
    let open = 2;
    const follow = (other: Duplex) => (): void => {
      open -= 1;
      if (open === 0) resolve();
      else if (!other.destroyed) endSoon(other);
    };
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.once('close', follow(other));
      // 'close' always follows; a relay has nobody to tell which end broke.
      one.on('error', () => one.destroy());
    }
  });
}

/** How long a peer may take to read what is left for it once the other end is gone, ms. */
const FLUSH_TIMEOUT_MS = 5000;

/** Lets what was written go out, then closes: nothing more will come for it. */
function endSoon(stream: Duplex): void {
  if (stream.writableFinished) {
    stream.destroy();
    return;
  }
  const timer = setTimeout(() => stream.destroy(), FLUSH_TIMEOUT_MS);
  timer.unref();
  stream.once('close', () => clearTimeout(timer));
  stream.once('finish', () => stream.destroy());
  stream.end();
  // Nobody takes its bytes any more; reading on lets its own end arrive.
  stream.resume();
}
