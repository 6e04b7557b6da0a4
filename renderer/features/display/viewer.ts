import type { ByteStream } from '../../bridge/bridge.ts';
import type { GuestSession, OpenSession } from './guest-session.ts';
import type { Size } from './scaling.ts';

/**
 * closed: nothing wanted. connecting: no picture yet. live: the guest's screen. lost: the connection broke; tries again
 * by itself. taken: it breaks as soon as it is up, as when another viewer takes the screen away; waits to be asked.
 */
export type ViewerPhase = 'closed' | 'connecting' | 'live' | 'lost' | 'taken';

export interface ViewerState {
  readonly phase: ViewerPhase;
  readonly size: Size | null;
  /** When the picture stopped being the guest's, ms since the epoch; null while it is live or there is none. */
  readonly oldSince: number | null;
  /** Movements: a click catches the pointer, as the guest has no tablet. */
  readonly pointer: 'places' | 'movements';
  /** Why the connection ended, for the log. */
  readonly reason: string | null;
}

export const NOTHING_SHOWN: ViewerState = {
  phase: 'closed',
  size: null,
  oldSince: null,
  pointer: 'places',
  reason: null,
};

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;
/** A session that lived shorter than this, this often in a row, was taken away. */
const SHORT_LIFE_MS = 4000;
const SHORT_LIVES = 3;

/** Keeps a SPICE session to one guest open while it is wanted, and its last picture when it is not there. */
export class Viewer implements Disposable {
  /** Where the canvas is put; at guest resolution, scaled by CSS. */
  readonly #host: HTMLElement;
  readonly #load: () => Promise<OpenSession>;
  readonly #openStream: () => ByteStream;
  readonly #changed: (state: ViewerState) => void;
  #state = NOTHING_SHOWN;
  #session: GuestSession | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #wanted = false;
  #disposed = false;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #retryMs = FIRST_RETRY_MS;
  #liveSince = 0;
  #shortLives = 0;

  /** @param load gives the SPICE client; called for every connection. */
  constructor(
    host: HTMLElement,
    load: () => Promise<OpenSession>,
    openStream: () => ByteStream,
    changed: (state: ViewerState) => void,
  ) {
    this.#host = host;
    this.#load = load;
    this.#openStream = openStream;
    this.#changed = changed;
  }

  get session(): GuestSession | null {
    return this.#session;
  }

  get canvas(): HTMLCanvasElement | null {
    return this.#canvas;
  }

  /** Whether there is a guest to show now and a way to it. Turning false ends the session and keeps the picture. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#shortLives = 0;
    this.#retryMs = FIRST_RETRY_MS;
    if (wanted) void this.#connect();
    else this.#drop('closed', null);
  }

  /** Tries at once; also after `taken`. */
  reconnect(): void {
    if (!this.#wanted) return;
    this.#shortLives = 0;
    void this.#connect();
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#wanted = false;
    this.#drop('closed', null);
  }

  async #connect(): Promise<void> {
    this.#cancelRetry();
    if (this.#session !== null) return;
    if (this.#state.phase !== 'lost') this.#set({ phase: 'connecting', reason: null });
    try {
      const open = await this.#load();
      if (!this.#wanted || this.#disposed || this.#session !== null) return;
      const screen = document.createElement('div');
      screen.className = 'display-screen';
      this.#host.append(screen);
      this.#session = this.#openSession(open, screen);
    } catch (error) {
      this.#ended(error instanceof Error ? error.message : String(error));
    }
  }

  #openSession(open: OpenSession, screen: HTMLElement): GuestSession {
    const session: GuestSession = open(screen, this.#openStream, {
      onScreen: (canvas, size) => {
        // The picture of before leaves only now that the next one is here.
        for (const other of [...this.#host.children]) if (other !== screen) other.remove();
        this.#canvas = canvas;
        this.#set({ size });
      },
      onLive: () => {
        this.#liveSince = Date.now();
        this.#retryMs = FIRST_RETRY_MS;
        this.#set({ phase: 'live', oldSince: null, reason: null });
      },
      onPointer: (pointer) => this.#set({ pointer }),
      onEnd: (reason) => {
        if (this.#session !== session) return;
        if (!screen.contains(this.#canvas)) screen.remove();
        this.#ended(reason);
      },
    });
    return session;
  }

  #ended(reason: string | null): void {
    const wasLive = this.#state.phase === 'live';
    this.#session = null;
    if (!this.#wanted || this.#disposed) return;
    if (wasLive) this.#shortLives = Date.now() - this.#liveSince < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    if (this.#shortLives >= SHORT_LIVES) {
      this.#set({ phase: 'taken', oldSince: this.#oldSince(), reason });
      return;
    }
    this.#set({ phase: this.#canvas === null ? 'connecting' : 'lost', oldSince: this.#oldSince(), reason });
    this.#retry = setTimeout(() => void this.#connect(), this.#retryMs);
    this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
  }

  #drop(phase: ViewerPhase, reason: string | null): void {
    this.#cancelRetry();
    const session = this.#session;
    this.#session = null;
    session?.[Symbol.dispose]();
    this.#set({ phase, oldSince: this.#oldSince(), reason });
  }

  #oldSince(): number | null {
    return this.#canvas === null ? null : (this.#state.oldSince ?? Date.now());
  }

  #cancelRetry(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
  }

  #set(change: Partial<ViewerState>): void {
    this.#state = { ...this.#state, ...change };
    if (!this.#disposed) this.#changed(this.#state);
  }
}
