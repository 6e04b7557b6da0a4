/** Between two key messages, ms: 200 characters a second, and slow guests still take every one. */
export const KEY_GAP_MS = 3;

/**
 * Sends messages in order, never two within `gapMs`. A PC keyboard's queue in QEMU holds 16 bytes (hw/input/ps2.c,
 * PS2_QUEUE_SIZE) and drops what comes when it is full; nobody types that fast, but programs and pasted text do.
 */
export class PacedSender<Message> {
  readonly #send: (message: Message) => void;
  readonly #gapMs: number;
  #waiting: Message[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(send: (message: Message) => void, gapMs: number) {
    this.#send = send;
    this.#gapMs = gapMs;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0;
  }

  push(message: Message): void {
    this.#waiting.push(message);
    if (this.#timer === null) this.#next();
  }

  /** Sends what waits at once: the end of the session has no time. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const message of this.#waiting.splice(0)) this.#send(message);
  }

  #next(): void {
    this.#timer = null;
    const wait = this.#lastAt + this.#gapMs - performance.now();
    if (wait <= 0) {
      for (const message of this.#waiting.splice(0, 1)) {
        this.#lastAt = performance.now();
        this.#send(message);
      }
    }
    if (this.#waiting.length > 0)
      this.#timer = setTimeout(() => this.#next(), Math.max(1, wait <= 0 ? this.#gapMs : wait));
  }
}
