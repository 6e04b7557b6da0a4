import { MAX_TEXT_BYTES } from '../../spice/agent/agent-constants.ts';
import type { ClipboardProblem } from '../../spice/agent/guest-agent.ts';
import type { ClipboardNews, SessionAgent } from './agent-state.ts';

type Taken = Extract<ClipboardNews, { readonly kind: 'text' | 'problem' }>;

/** What of navigator.clipboard this takes. */
export type HostClipboard = Pick<Clipboard, 'readText' | 'writeText'>;

export interface ClipboardLinkEvents {
  crossed(way: 'toGuest' | 'fromGuest'): void;
  /** Or the browser refuses: reading or writing. Each is told once. */
  problem(problem: ClipboardProblem | 'notRead' | 'notWritten'): void;
}

/** A guest that copies without end gets one text across in this time, ms. */
const TAKE_GAP_MS = 100;

/**
 * Keeps the clipboards of person and guest alike while the person looks at this page; browsers let no page near the
 * clipboard before. Lives while the person allows it.
 */
export class ClipboardLink implements Disposable {
  readonly #host: HostClipboard;
  readonly #agent: SessionAgent;
  readonly #hasFocus: () => boolean;
  readonly #events: ClipboardLinkEvents;
  /** What both have: neither side is told what it told us. */
  #known: string | null = null;
  /** The guest has a text that we have not taken. */
  #guestHasMore = false;
  /** The guest was asked for its text to put it on the person's clipboard. */
  #isTaking = false;
  /** Others who wait for what the guest has; null: this is over. */
  #askers = new Set<(taken: Taken | null) => void>();
  /** The guest's text, not on the person's clipboard yet. */
  #unwritten: string | null = null;
  #isSyncing = false;
  /** The person's clipboard may have changed since it was read. */
  #isOld = false;
  /** The person was elsewhere since the clipboard was read. */
  #mayHaveCopied = true;
  #takeTimer: ReturnType<typeof setTimeout> | null = null;
  #told = new Set<string>();
  #isOver = false;

  constructor(
    host: HostClipboard,
    agent: SessionAgent,
    hasFocus: () => boolean,
    events: ClipboardLinkEvents,
  ) {
    this.#host = host;
    this.#agent = agent;
    this.#hasFocus = hasFocus;
    this.#events = events;
    agent.allowClipboard(true);
  }

  /** The person came to this page, or is about to paste: they may have copied something elsewhere. */
  async sync(why: 'came' | 'pastes'): Promise<void> {
    // Another may have been copied since the clipboard was read.
    this.#isOld = true;
    if (why === 'came') this.#mayHaveCopied = true;
    if (this.#isSyncing) return;
    this.#isSyncing = true;
    try {
      while (this.#isOld && !this.#isOver && this.#hasFocus()) {
        this.#isOld = false;
        await this.#syncOnce();
      }
    } finally {
      this.#isSyncing = false;
    }
  }

  async #syncOnce(): Promise<void> {
    // The browser kept it from the person's clipboard, and a key press may open that: what is there is older.
    if (this.#unwritten !== null && !this.#mayHaveCopied) {
      await this.#write(this.#unwritten);
      return;
    }
    this.#mayHaveCopied = false;
    const text = await this.#read();
    if (this.#isOver) return;
    if (text !== null && text !== '' && text !== this.#known) this.#offer(text);
    else if (this.#unwritten !== null) await this.#write(this.#unwritten);
    else if (this.#guestHasMore) this.#takeSoon();
  }

  /** Puts text on the guest's clipboard that is not from the person's, which stays as it is. */
  offer(text: string): void {
    this.#unwritten = null;
    this.#guestHasMore = false;
    this.#agent.offerText(text);
  }

  /** What would be pasted in the guest, for others than the person's clipboard; null: this is over. */
  paste(): Promise<Taken | null> {
    if (this.#isOver) return Promise.resolve(null);
    // Whoever asks while an answer is on its way gets that one; another would come to nobody's question.
    if (this.#askers.size === 0) {
      // No answer comes to what was asked after the guest had released its clipboard. One that does come is the others', and
      // then theirs is the person's.
      this.#isTaking = false;
      this.#agent.pasteText();
    }
    return new Promise((resolve) => this.#askers.add(resolve));
  }

  hear(news: ClipboardNews): void {
    switch (news.kind) {
      case 'offered':
        this.#guestHasMore = true;
        if (this.#hasFocus()) this.#takeSoon();
        return;
      case 'text':
        if (this.#isForOthers(news)) this.#events.crossed('fromGuest');
        else void this.#write(news.text);
        return;
      case 'given':
        this.#events.crossed('toGuest');
        return;
      case 'problem':
        if (news.problem === 'toGuestTooLarge' || !this.#isForOthers(news))
          this.#events.problem(news.problem);
        return;
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    if (this.#takeTimer !== null) clearTimeout(this.#takeTimer);
    this.#agent.allowClipboard(false);
    this.#answer(null);
  }

  /** Tells those who wait, as whatever comes is what the guest has now. True: the person's clipboard has not asked for it. */
  #isForOthers(taken: Taken): boolean {
    const isTheirs = this.#askers.size > 0 && !this.#isTaking;
    this.#isTaking = false;
    this.#answer(taken);
    return isTheirs;
  }

  #answer(taken: Taken | null): void {
    const askers = [...this.#askers];
    this.#askers.clear();
    for (const resolve of askers) resolve(taken);
  }

  #offer(text: string): void {
    this.#known = text;
    this.#unwritten = null;
    this.#guestHasMore = false;
    if (text.length > MAX_TEXT_BYTES) this.#events.problem('toGuestTooLarge');
    else this.#agent.offerText(text);
  }

  #takeSoon(): void {
    this.#takeTimer ??= setTimeout(() => {
      this.#takeTimer = null;
      if (!this.#guestHasMore) return;
      this.#guestHasMore = false;
      this.#isTaking = true;
      this.#agent.takeText();
    }, TAKE_GAP_MS);
  }

  async #read(): Promise<string | null> {
    try {
      return (await this.#host.readText()).replaceAll('\r\n', '\n');
    } catch (refused) {
      // Without the focus no page may read; the next focus brings another try.
      if (this.#hasFocus()) this.#tell('notRead', refused);
      return null;
    }
  }

  async #write(text: string): Promise<void> {
    if (this.#hasFocus()) this.#mayHaveCopied = false;
    this.#unwritten = text;
    try {
      await this.#host.writeText(text);
    } catch (refused) {
      if (this.#hasFocus()) this.#tell('notWritten', refused);
      return;
    }
    this.#known = text;
    if (this.#unwritten === text) this.#unwritten = null;
    if (!this.#isOver) this.#events.crossed('fromGuest');
  }

  #tell(problem: 'notRead' | 'notWritten', why: unknown): void {
    console.debug('clipboard:', why);
    if (this.#isOver || this.#told.has(problem)) return;
    this.#told.add(problem);
    this.#events.problem(problem);
  }
}
