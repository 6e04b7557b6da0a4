/** Between two looks at whether the server still answers, ms. */
const EVERY_MS = 3000;
/** As many looks in a row that found nothing are a silence: a busy server may take seconds. */
const MOST_MISSED = 2;

export interface PulseEvents {
  /** Sends the server something that it answers. */
  ask(): void;
  /** The server has sent nothing since then (performance.now(), ms), though it was asked; null: it does again. */
  silent(since: number | null): void;
}

/**
 * Whether the server still answers. A guest that draws nothing and a server that hangs look the same, and spice-server
 * pings nobody who comes by a unix socket (red-channel-client.cpp), so we ask. It counts looks, not time: after the
 * computer has slept, the next look asks anew.
 */
export class Pulse implements Disposable {
  readonly #events: PulseEvents;
  readonly #timer: ReturnType<typeof setInterval>;
  #lastAt = performance.now();
  #heard = true;
  #missed = 0;

  constructor(events: PulseEvents) {
    this.#events = events;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** To be told whenever bytes come from the server. */
  heard(): void {
    this.#lastAt = performance.now();
    this.#heard = true;
    const wasSilent = this.#missed >= MOST_MISSED;
    this.#missed = 0;
    if (wasSilent) this.#events.silent(null);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    if (this.#heard) {
      this.#heard = false;
      this.#events.ask();
      return;
    }
    this.#missed += 1;
    if (this.#missed === MOST_MISSED) this.#events.silent(this.#lastAt);
  }
}
