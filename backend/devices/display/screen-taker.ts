import { Worker } from 'node:worker_threads';
import { Fault, type FaultShape } from '../../contract/fault.ts';
import { LAST_LEAVE_MS, within } from './guarded-stream.ts';

export interface ScreenPicture {
  readonly png: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** What the thread is told. */
export type ScreenRequest =
  | {
      readonly kind: 'take';
      readonly id: number;
      /** Path of the SPICE server's unix socket. */
      readonly socket: string;
      readonly maxWidth: number | undefined;
      readonly timeoutMs: number;
    }
  | { readonly kind: 'stop'; readonly id: number };

/** What it says: first that it works, then for each `take` what came of it, then that its connections to the server are closed. */
export type ScreenWord =
  | { readonly kind: 'ready' }
  | ({ readonly kind: 'answer'; readonly id: number } & Answer)
  | { readonly kind: 'left'; readonly id: number };

interface Answer {
  readonly picture?: ScreenPicture;
  readonly fault?: FaultShape;
}

export interface TakeOptions {
  /** Scaled down to at most this width, pixels. */
  readonly maxWidth?: number | undefined;
  /** For the connection, and then for the first whole picture, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface Asked {
  readonly worker: Worker;
  readonly answered: PromiseWithResolvers<Answer>;
  readonly left: PromiseWithResolvers<void>;
}

/** The thread ends when nobody wanted a picture for that long, ms. */
const IDLE_MS = 30_000;
/** What a picture may take over its two timeouts before the thread counts as hung, ms. */
const GRACE_MS = 5_000;
/** A thread that does not work is not tried again for that long, ms. */
const RETRY_MS = 60_000;
/** MiB. Pixels do not count in it: a young generation of the usual size would only keep hold of more of them. */
const HEAP = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 };

/**
 * Takes pictures of guests' screens over SPICE in a thread of its own: an uncompressed screen is megabytes, and QEMU's main loop waits
 * for nobody less than ours does.
 */
export class ScreenTaker implements AsyncDisposable {
  #worker: Worker | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  readonly #asked = new Map<number, Asked>();
  #lastId = 0;
  /** Why the last thread did not even begin to work, and from when on another is tried, ms of `performance.now`. */
  #cannot: { readonly fault: FaultShape; readonly until: number } | null = null;

  /** The session has left the server when this settles. Throws a Fault. */
  async take(socket: string, { maxWidth, timeoutMs, signal }: TakeOptions): Promise<ScreenPicture> {
    signal.throwIfAborted();
    if (this.#cannot !== null && performance.now() < this.#cannot.until) throw new Fault(this.#cannot.fault);
    clearTimeout(this.#idle);
    this.#lastId += 1;
    const id = this.#lastId;
    const worker = this.#start();
    const answered = Promise.withResolvers<Answer>();
    const left = Promise.withResolvers<void>();
    this.#asked.set(id, { worker, answered, left });
    const stop = (): void => worker.postMessage({ kind: 'stop', id } satisfies ScreenRequest);
    signal.addEventListener('abort', stop, { once: true });
    const hung = setTimeout(() => void worker.terminate(), 2 * timeoutMs + GRACE_MS);
    worker.postMessage({ kind: 'take', id, socket, maxWidth, timeoutMs } satisfies ScreenRequest);
    const { picture, fault } = await answered.promise;
    clearTimeout(hung);
    signal.removeEventListener('abort', stop);
    await left.promise;
    this.#asked.delete(id);
    if (this.#asked.size === 0) {
      this.#idle = setTimeout(() => void this.#end(), IDLE_MS);
      this.#idle.unref();
    }
    if (picture !== undefined) return picture;
    signal.throwIfAborted();
    throw new Fault(fault ?? lost());
  }

  /** Whoever waits for a picture is told. A thread that ends takes its connections with it: it leaves the servers first. */
  async [Symbol.asyncDispose](): Promise<void> {
    const asked = [...this.#asked];
    for (const [id, { worker }] of asked) worker.postMessage({ kind: 'stop', id } satisfies ScreenRequest);
    await within(LAST_LEAVE_MS, Promise.all(asked.map(([, { left }]) => left.promise)));
    clearTimeout(this.#idle);
    await this.#end();
  }

  #start(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL(moduleName(import.meta.url), import.meta.url), {
      name: 'screens',
      resourceLimits: HEAP,
    });
    let cause: Error | undefined;
    let isReady = false;
    worker.on('message', (word: ScreenWord) => {
      if (word.kind === 'ready') isReady = true;
      else if (word.kind === 'left') this.#asked.get(word.id)?.left.resolve();
      else this.#asked.get(word.id)?.answered.resolve(word);
    });
    worker.on('error', (error: Error) => {
      cause = error;
    });
    worker.on('exit', () => {
      if (this.#worker === worker) this.#worker = null;
      this.#cannot =
        isReady || cause === undefined ? null : { fault: lost(cause), until: performance.now() + RETRY_MS };
      for (const asked of this.#asked.values()) {
        if (asked.worker !== worker) continue;
        asked.answered.resolve({ fault: lost(cause) });
        asked.left.resolve();
      }
    });
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

/** Beside this module: as it is written, and as it is built. */
function moduleName(self: string): string {
  return self.endsWith('.ts') ? './screen-worker.ts' : './screen-worker.js';
}

function lost(cause?: Error): FaultShape {
  return {
    code: 'internal',
    message: 'The thread that takes pictures over SPICE ended.',
    remedy: 'Try again, or take the picture via qmp.',
    ...(cause === undefined ? {} : { detail: cause.stack ?? cause.message }),
  };
}
