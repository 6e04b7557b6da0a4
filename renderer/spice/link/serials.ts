import type { ChannelWait } from '../protocol/messages.ts';

interface Waiter {
  readonly key: number;
  readonly serial: bigint;
  resolve(): void;
}

/**
 * How far each channel of a session has come, so that a channel can wait for another one (wait_for_channels, inval_all_pixmaps).
 * A channel that the session does not have is not waited for.
 */
export class Serials {
  readonly #done = new Map<number, bigint>();
  #waiters: Waiter[] = [];

  open(type: number, id: number): void {
    this.#done.set(keyOf(type, id), 0n);
  }

  /** The channel has handled its message number `serial`, counted from 1. */
  report(type: number, id: number, serial: bigint): void {
    const key = keyOf(type, id);
    this.#done.set(key, serial);
    if (this.#waiters.length === 0) return;
    const ready = this.#waiters.filter((waiter) => waiter.key === key && waiter.serial <= serial);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter));
    for (const waiter of ready) waiter.resolve();
  }

  /** A promise when the channel `of` has to wait, else nothing. A channel never waits for itself: it would for ever. */
  wait(
    waits: readonly ChannelWait[],
    of: { readonly type: number; readonly id: number },
  ): Promise<void> | undefined {
    const own = keyOf(of.type, of.id);
    const pending = waits.filter((wait) => {
      const key = keyOf(wait.channelType, wait.channelId);
      const done = this.#done.get(key);
      return key !== own && done !== undefined && done < wait.serial;
    });
    if (pending.length === 0) return undefined;
    return Promise.all(
      pending.map(
        ({ channelType, channelId, serial }) =>
          new Promise<void>((resolve) => {
            this.#waiters.push({ key: keyOf(channelType, channelId), serial, resolve });
          }),
      ),
    ).then(() => undefined);
  }
}

function keyOf(type: number, id: number): number {
  return (type << 8) | id;
}
