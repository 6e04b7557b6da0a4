import type { AgentState, ClipboardNews } from './agent-state.ts';
import type { GuestSession, GuestStreams, OpenSession, SessionEnd } from './guest-session.ts';
import type { KeySink } from './keyboard.ts';
import { type MonitorChoice, type Monitors, NO_MONITORS } from './monitors.ts';
import { Retries } from './retries.ts';
import type { Size } from './scaling.ts';

/**
 * closed: nothing wanted. connecting: no picture yet. unreachable: no picture yet, and a try failed; tries again by itself.
 * live: the guest's screen. silent: connected, and the server does not answer. lost: the connection broke; tries again by
 * itself. taken: another viewer has the screen, by the back end's word or because the server ends the session again and
 * again; waits to be asked. garbled: the server sends what makes no sense; waits to be asked. failed: our side cannot; waits to
 * be asked.
 */
export type ViewerPhase =
  | 'closed'
  | 'connecting'
  | 'unreachable'
  | 'live'
  | 'silent'
  | 'lost'
  | 'taken'
  | 'garbled'
  | 'failed';

export interface ViewerState {
  readonly phase: ViewerPhase;
  readonly size: Size | null;
  /** When the picture stopped being the guest's, ms since the epoch; null while it is live or there is none. */
  readonly oldSince: number | null;
  /** Movements: a click catches the pointer, as the guest has no tablet. */
  readonly pointer: 'places' | 'movements';
  readonly agent: AgentState;
  readonly monitors: Monitors;
  /** Why the connection ended, or the last try failed. */
  readonly reason: string | null;
}

export const NOTHING_SHOWN: ViewerState = {
  phase: 'closed',
  size: null,
  oldSince: null,
  pointer: 'places',
  agent: 'absent',
  monitors: NO_MONITORS,
  reason: null,
};

/** What the person chose for one guest, also for viewers of it to come. */
export interface Remembered {
  /** Null: nothing yet. */
  monitor: MonitorChoice | null;
}

/** Whether there is a guest to type into; else keys are the page's. */
export function takesKeys({ phase }: ViewerState): boolean {
  return phase === 'live' || phase === 'silent';
}

/** Keeps a SPICE session to one guest open while it is wanted, and its last picture when it is not there. */
export class Viewer implements Disposable {
  /** Where the canvas is put; at guest resolution, scaled by CSS. */
  readonly #host: HTMLElement;
  readonly #load: () => Promise<OpenSession>;
  readonly #streams: GuestStreams;
  readonly #changed: (state: ViewerState) => void;
  readonly #clipboard: (news: ClipboardNews) => void;
  #state = NOTHING_SHOWN;
  #session: GuestSession | null = null;
  #canvas: HTMLCanvasElement | null = null;
  readonly #remembered: Remembered;
  #wanted = false;
  #disposed = false;
  #retry: ReturnType<typeof setTimeout> | null = null;
  readonly #retries = new Retries();

  /** @param load gives the SPICE client; called for every connection. */
  constructor(
    host: HTMLElement,
    load: () => Promise<OpenSession>,
    streams: GuestStreams,
    changed: (state: ViewerState) => void,
    clipboard: (news: ClipboardNews) => void,
    remembered: Remembered,
  ) {
    this.#remembered = remembered;
    this.#host = host;
    this.#load = load;
    this.#streams = streams;
    this.#changed = changed;
    this.#clipboard = clipboard;
  }

  get session(): GuestSession | null {
    return this.#session;
  }

  /** Who takes keys now; a session that is still being opened does not. */
  get keys(): KeySink | null {
    return takesKeys(this.#state) ? this.#session : null;
  }

  get canvas(): HTMLCanvasElement | null {
    return this.#canvas;
  }

  /** Whether there is a guest to show now and a way to it. Turning false ends the session and keeps the picture. */
  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#retries.reset();
    if (wanted) void this.#connect();
    else this.#drop('closed', null);
  }

  /** Which of the guest's monitors shows; also in sessions to come. */
  showMonitor(choice: MonitorChoice): void {
    this.#remembered.monitor = choice;
    this.#session?.showMonitor?.(choice);
  }

  /** Tries at once; also after `taken`. */
  reconnect(): void {
    if (!this.#wanted) return;
    this.#retries.reset();
    void this.#connect();
  }

  /** Another viewer connects, which would end this session at once: it ends here, and waits to be asked. */
  taken(): void {
    if (this.#wanted) this.#drop('taken', null);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#wanted = false;
    this.#drop('closed', null);
  }

  async #connect(): Promise<void> {
    this.#cancelRetry();
    if (this.#session !== null) return;
    const { phase } = this.#state;
    if (phase !== 'lost' && phase !== 'unreachable') this.#set({ phase: 'connecting', reason: null });
    try {
      const open = await this.#load();
      if (!this.#wanted || this.#disposed || this.#session !== null) return;
      const screen = document.createElement('div');
      screen.className = 'display-screen';
      this.#host.append(screen);
      this.#session = this.#openSession(open, screen);
    } catch (error) {
      this.#ended({ kind: 'lost', reason: error instanceof Error ? error.message : String(error) });
    }
  }

  #openSession(open: OpenSession, screen: HTMLElement): GuestSession {
    const session: GuestSession = open(screen, this.#streams, {
      onScreen: (canvas, size) => {
        // The picture of before leaves only now that the next one is here.
        for (const other of [...this.#host.children]) if (other !== screen) other.remove();
        this.#canvas = canvas;
        this.#set({ size });
      },
      onLive: () => {
        this.#retries.up(performance.now());
        this.#set({ phase: 'live', oldSince: null, reason: null });
      },
      onPointer: (pointer) => this.#set({ pointer }),
      onAgent: (agent) => this.#set({ agent }),
      onMonitors: (monitors) => this.#set({ monitors }),
      onClipboard: (news) => this.#clipboard(news),
      onSilent: (since) => {
        if (this.#state.phase !== 'live' && this.#state.phase !== 'silent') return;
        this.#set({ phase: since === null ? 'live' : 'silent', oldSince: since });
      },
      onEnd: (end) => {
        if (this.#session !== session) return;
        if (!screen.contains(this.#canvas)) screen.remove();
        this.#ended(end);
      },
    });
    this.#set({ agent: session.agent === undefined ? 'unsupported' : 'absent', monitors: NO_MONITORS });
    const { monitor } = this.#remembered;
    if (monitor !== null) session.showMonitor?.(monitor);
    return session;
  }

  #ended({ kind, reason }: SessionEnd): void {
    this.#session = null;
    if (!this.#wanted || this.#disposed) return;
    if (reason !== null) console.warn(`the screen’s connection ended (${kind}): ${reason}`);
    const retry = this.#retries.ended(kind, performance.now());
    const oldSince = this.#oldSince();
    if ('stop' in retry) {
      this.#set({ agent: 'absent', phase: retry.stop, oldSince, reason });
      return;
    }
    this.#set({
      agent: 'absent',
      phase: this.#canvas === null ? 'unreachable' : 'lost',
      oldSince,
      reason,
    });
    this.#retry = setTimeout(() => void this.#connect(), retry.inMs);
  }

  #drop(phase: ViewerPhase, reason: string | null): void {
    this.#cancelRetry();
    const session = this.#session;
    this.#session = null;
    session?.[Symbol.dispose]();
    this.#set({ agent: 'absent', phase, oldSince: this.#oldSince(), reason });
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
