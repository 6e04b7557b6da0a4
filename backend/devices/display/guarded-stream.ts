import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { AcknowledgeAhead } from './acknowledge-ahead.ts';
import { DisplayLinkWatch } from './display-link-watch.ts';

/** What a server that is busy may take to answer a link, ms; it gives a client up itself after 30 s (COMMON_CLIENT_TIMEOUT). */
const LINK_TIMEOUT_MS = 30_000;
/** What it may take to read INIT and send its first message after, ms. It looks every 10 ms; without a screen it sends nothing. */
const INIT_TIMEOUT_MS = 5_000;
/** What leaving takes at most, ms. */
export const LONGEST_LEAVE_MS = LINK_TIMEOUT_MS + INIT_TIMEOUT_MS + 1_000;
/** What it may take when the thread or the back end ends, ms. */
export const LAST_LEAVE_MS = 2_000;

/**
 * A connection to a SPICE server that leaves a display channel only when that is safe. spice-server 0.15.1 frees a display
 * channel whose client is gone before its INIT was read, then uses it (dcc.cpp, display_channel_client_wait_for_init and
 * dcc_start): QEMU crashes and the guest with it. So where whoever uses this closes it in that moment, the connection stays a
 * little longer by itself: INIT is sent if it was not, and the server's first message after it is waited for.
 *
 * Of a display channel it also gives acknowledgements ahead of the client's (AcknowledgeAhead).
 */
export function guarded(socket: Socket): Duplex {
  const stream = new GuardedStream(socket);
  open.add(stream);
  stream.once('close', () => open.delete(stream));
  return stream;
}

/** Closes all of this thread's, to be called before it ends. Resolves when that was safe for each, or after LAST_LEAVE_MS. */
export async function closeGuarded(): Promise<void> {
  const closed = [...open].map(
    (stream) =>
      new Promise<void>((resolve) => {
        stream.once('close', resolve);
        stream.destroy();
      }),
  );
  await within(LAST_LEAVE_MS, Promise.all(closed));
}

const open = new Set<Duplex>();

class GuardedStream extends Duplex {
  readonly #socket: Socket;
  readonly #watch = new DisplayLinkWatch();
  /** Of a display channel that is linked, until it is left. */
  #ahead: AcknowledgeAhead | null = null;
  /** Nobody listens any more. */
  #isLeaving = false;
  #left: Promise<void> | null = null;

  constructor(socket: Socket) {
    super({ allowHalfOpen: false });
    this.#socket = socket;
    socket.pause();
    socket.on('data', (chunk: Buffer) => {
      const wasLinked = this.#watch.link.isLinked;
      const from = this.#watch.received(chunk);
      if (this.#isLeaving) return;
      if (!wasLinked) this.#begin();
      // First, as who listens may acknowledge the chunk at once.
      const due = this.#ahead?.passed(chunk, from) ?? null;
      if (!this.push(chunk)) socket.pause();
      if (due !== null && socket.writable) socket.write(due);
    });
    socket.on('end', () => {
      this.#watch.ended();
      if (!this.#isLeaving) this.push(null);
    });
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => {
      this.#watch.ended();
      this.destroy();
    });
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#watch.sent(chunk);
    const parts = this.#ahead?.sent(chunk) ?? [chunk];
    const last = parts.pop();
    if (last === undefined) {
      done();
      return;
    }
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.write(last, done);
    this.#socket.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    void this.#leave().then(() => this.#socket.end(() => done()));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#isLeaving = true;
    void this.#leave().then(() => {
      this.#socket.destroy();
      done(error);
    });
  }

  #begin(): void {
    const { link } = this.#watch;
    // Whoever speaks before its turn has sent messages that nobody looked at.
    if (link.isLinked && link.early.length === 0 && this.#left === null)
      this.#ahead = new AcknowledgeAhead(link.form);
  }

  #leave(): Promise<void> {
    this.#left ??= this.#waitUntilSafe();
    return this.#left;
  }

  async #waitUntilSafe(): Promise<void> {
    const watch = this.#watch;
    const held = this.#ahead?.held ?? null;
    this.#ahead = null;
    if (held !== null && this.#socket.writable) this.#socket.write(held);
    if (!watch.isExposed || this.#socket.destroyed) return;
    this.#socket.resume();
    await within(LINK_TIMEOUT_MS, watch.linked);
    const missing = watch.missingInit();
    if (missing !== null && this.#socket.writable) this.#socket.write(missing);
    if (watch.isExposed) await within(INIT_TIMEOUT_MS, watch.safe);
  }
}

export async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    timer.unref();
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
