import type { ViewerAgent } from '../../contract/agent.ts';
import { type AgentLine, type AgentSkill, AgentTrouble, type OwnLine, requireSkill } from './agent-line.ts';

/** How long a SPICE client that has just come may take to offer its agent, or one that leaves to be gone, ms. */
const CHANGE_OVER_MS = 2_000;
/** For what nobody asked for who could take it back. */
const UNSTOPPED = new AbortController().signal;

export interface AgentDeskParts {
  /** `ended` is called when the server ends the session. Throws what stands in its way. */
  openSession(options: {
    readonly clipboard: boolean;
    readonly signal: AbortSignal;
    readonly ended: () => void;
  }): Promise<OwnLine>;
  /** Text that was to be pasted in the guest cannot be any more, as the server took our session away. */
  lost(): void;
}

interface Glance {
  readonly stop: AbortController;
  readonly over: Promise<void>;
}

interface OwnSession {
  readonly session: Promise<OwnLine>;
  readonly stop: AbortController;
}

/**
 * Takes what is asked of one guest's SPICE agent to whoever speaks with it: the viewer that offered it last, else a session of our
 * own. A second session would end a viewer's, so ours is never opened beside one and leaves as soon as one comes.
 */
export class AgentDesk implements Disposable {
  readonly #parts: AgentDeskParts;
  readonly #changeOverMs: number;
  /** In the order in which they offered. */
  readonly #viewers = new Map<object, { readonly agent: ViewerAgent; readonly line: AgentLine }>();
  /** SPICE connections of viewers. */
  #connections = 0;
  #allowed: boolean;
  #own: OwnSession | null = null;
  #glance: Glance | null = null;
  /** Requests that use the own session. */
  #users = 0;
  /** Text that our own session offers the guest, or did until a viewer came that has not taken it over yet. */
  #text: string | null = null;
  /** Our own session, once it has offered the text. */
  #holder: OwnLine | null = null;
  #changed = Promise.withResolvers<void>();

  constructor(parts: AgentDeskParts, clipboardAllowed: boolean, changeOverMs = CHANGE_OVER_MS) {
    this.#changeOverMs = changeOverMs;
    this.#parts = parts;
    this.#allowed = clipboardAllowed;
  }

  /** A viewer says what the agent is that it speaks with. The same `key` again replaces what it said. */
  offer(key: object, agent: ViewerAgent, line: AgentLine): void {
    this.#viewers.delete(key);
    this.#viewers.set(key, { agent, line });
    this.#wake();
    if (this.#text !== null && typeof agent !== 'string' && agent.clipboard) this.#handOver(this.#text, line);
  }

  withdraw(key: object): void {
    if (this.#viewers.delete(key)) this.#wake();
  }

  /** A viewer opens a SPICE connection: ours end. To be called before it is made. @returns to be called when it is over. */
  viewerConnects(): () => void {
    this.#connections += 1;
    this.#dropOwn();
    this.#glance?.stop.abort(new AgentTrouble('gone'));
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#connections -= 1;
      this.#wake();
      this.#comeBack();
    };
  }

  get isGlancing(): boolean {
    return this.#glance !== null;
  }

  /** Resolves when no session that `glance` was called with is left; there is no next one while a viewer is connected. */
  async glanced(): Promise<void> {
    await this.#glance?.over;
  }

  /**
   * For a session of its own that only looks at the screen: one at a time, and it gives way (`look`'s signal) to whoever comes.
   * Throws AgentTrouble 'occupied' beside a viewer; beside our own session for the agent, too, unless that `maySuspendOwn`.
   */
  async glance<T>(
    maySuspendOwn: boolean,
    signal: AbortSignal,
    look: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    while (this.#glance !== null) await this.#glance.over;
    if (this.#connections > 0 || (this.#own !== null && !maySuspendOwn)) throw new AgentTrouble('occupied');
    this.#dropOwn();
    const stop = new AbortController();
    const { promise: over, resolve } = Promise.withResolvers<void>();
    this.#glance = { stop, over };
    try {
      return await look(AbortSignal.any([signal, stop.signal]));
    } finally {
      this.#glance = null;
      resolve();
      this.#comeBack();
    }
  }

  allowClipboard(allowed: boolean): void {
    if (allowed === this.#allowed) return;
    this.#allowed = allowed;
    if (!allowed) this.guestGone();
  }

  /** The guest went off, or may not be given text any more. */
  guestGone(): void {
    this.#text = null;
    this.#dropOwn();
    this.#glance?.stop.abort(new AgentTrouble('gone'));
  }

  async resize(
    size: { readonly width: number; readonly height: number },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#use('resizes', signal, (line) => line.resize(size, signal));
  }

  /** Resolves when the guest was offered the text, which stays so until another is copied. */
  async copy(text: string, signal: AbortSignal): Promise<void> {
    await this.#use('clipboard', signal, async (line, own) => {
      // The text before stands until the guest was offered this one.
      await line.offer(text, signal);
      this.#text = own === null ? null : text;
      this.#holder = own;
    });
  }

  async paste(signal: AbortSignal): Promise<string> {
    return await this.#use('clipboard', signal, (line) => line.paste(signal));
  }

  [Symbol.dispose](): void {
    this.guestGone();
    this.#viewers.clear();
    this.#wake();
  }

  async #use<T>(
    skill: AgentSkill,
    signal: AbortSignal,
    work: (line: AgentLine, own: OwnLine | null) => Promise<T>,
  ): Promise<T> {
    await this.#changeOver(signal);
    const viewer = [...this.#viewers.values()].at(-1);
    if (viewer !== undefined) {
      requireSkill(viewer.agent, skill);
      return await work(viewer.line, null);
    }
    if (this.#connections > 0) throw new AgentTrouble('occupied');
    this.#users += 1;
    try {
      const session = await this.#openOwn(signal);
      session.allowClipboard(this.#allowed);
      requireSkill(session.agent, skill);
      return await work(session, session);
    } finally {
      this.#users -= 1;
      // While text may cross it stays: spice-vdagent forgets who copied what when a client leaves, and whose text it holds.
      if (this.#users === 0 && !this.#allowed) this.#dropOwn();
    }
  }

  /** A viewer that is just opening or closing gets a moment. */
  async #changeOver(signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(this.#changeOverMs)]);
    const stopped = new Promise<void>((resolve) =>
      stop.addEventListener('abort', () => resolve(), { once: true }),
    );
    while (this.#connections > 0 && this.#viewers.size === 0 && !stop.aborted) {
      await Promise.race([this.#changed.promise, stopped]);
    }
    signal.throwIfAborted();
  }

  async #openOwn(signal: AbortSignal): Promise<OwnLine> {
    this.#own ??= this.#makeOwn();
    const { session, stop } = this.#own;
    const any = AbortSignal.any([signal, stop.signal]);
    any.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => aborted.reject(any.reason);
    any.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([session, aborted.promise]);
    } finally {
      // Node keeps a signal of several for as long as somebody listens to it.
      any.removeEventListener('abort', abort);
    }
  }

  #makeOwn(): OwnSession {
    const stop = new AbortController();
    const ended = (): void => {
      if (this.#own !== own) return;
      this.#own = null;
      this.#holder = null;
      if (this.#text !== null) this.#parts.lost();
      this.#text = null;
    };
    const session = this.#openAlone(stop.signal, ended);
    const own: OwnSession = { session, stop };
    session.catch(() => {
      if (this.#own === own) this.#own = null;
    });
    return own;
  }

  async #openAlone(signal: AbortSignal, ended: () => void): Promise<OwnLine> {
    if (this.#glance !== null) {
      this.#glance.stop.abort(new AgentTrouble('gone'));
      await this.#glance.over;
      signal.throwIfAborted();
    }
    return await this.#parts.openSession({ clipboard: this.#allowed, signal, ended });
  }

  /** Text that was offered before a viewer came, or somebody looked, is offered again when nobody is connected. */
  #comeBack(): void {
    if (this.#connections === 0 && this.#own === null && this.#text !== null) {
      void this.#offerAgain(this.#text);
    }
  }

  #dropOwn(): void {
    const own = this.#own;
    this.#own = null;
    if (own === null) return;
    if (this.#holder?.offers === false) this.#text = null;
    this.#holder = null;
    own.stop.abort(new AgentTrouble('gone'));
    own.session.then(
      (session) => session[Symbol.dispose](),
      // Who asked for it was told.
      () => undefined,
    );
  }

  #handOver(text: string, line: AgentLine): void {
    line.offer(text, UNSTOPPED).then(
      () => {
        if (this.#text === text) this.#text = null;
      },
      // It stands until a viewer takes it, or all have gone.
      () => undefined,
    );
  }

  /** The viewers have gone without taking the text over. What the guest can give now was copied there meanwhile: that stays. */
  async #offerAgain(text: string): Promise<void> {
    const opening = this.#openOwn(UNSTOPPED);
    const own = this.#own;
    try {
      const session = await opening;
      const hasNewer = await session.paste(UNSTOPPED).then(
        () => true,
        () => false,
      );
      if (this.#text !== text) return;
      if (hasNewer) this.#text = null;
      else {
        this.#holder = session;
        await session.offer(text, UNSTOPPED);
      }
    } catch {
      // Where we ended it for somebody ourselves, the text is offered again after.
      if (this.#text !== text || this.#connections > 0 || own?.stop.signal.aborted) return;
      this.#text = null;
      this.#parts.lost();
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
