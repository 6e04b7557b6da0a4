import type { ByteStream } from '../../bridge/bridge.ts';

export type LinePhase = 'closed' | 'connecting' | 'open' | 'lost';

const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;

/** Keeps the stream to a guest's serial line open while it is wanted; tries again by itself when it breaks. */
export class ConsoleLine implements Disposable {
  readonly #openStream: () => ByteStream;
  readonly #received: (bytes: Uint8Array) => void;
  readonly #changed: (phase: LinePhase) => void;
  #stream: ByteStream | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #retryMs = FIRST_RETRY_MS;
  #wanted = false;
  #wasOpen = false;

  constructor(
    openStream: () => ByteStream,
    received: (bytes: Uint8Array) => void,
    changed: (phase: LinePhase) => void,
  ) {
    this.#openStream = openStream;
    this.#received = received;
    this.#changed = changed;
  }

  want(wanted: boolean): void {
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    this.#retryMs = FIRST_RETRY_MS;
    if (wanted) this.#open();
    else this.#close();
  }

  /** What is typed while the line is down is dropped: it would reach the guest at a time nobody expects. */
  send(bytes: Uint8Array): void {
    this.#stream?.send(bytes);
  }

  [Symbol.dispose](): void {
    this.#wanted = false;
    this.#close();
  }

  #open(): void {
    this.#retry = null;
    this.#changed(this.#wasOpen ? 'lost' : 'connecting');
    const stream = this.#openStream();
    this.#stream = stream;
    stream.onOpen = () => {
      if (this.#stream !== stream) return;
      this.#wasOpen = true;
      this.#retryMs = FIRST_RETRY_MS;
      this.#changed('open');
    };
    stream.onData = (bytes) => {
      if (this.#stream === stream) this.#received(bytes);
    };
    stream.onClose = () => {
      if (this.#stream !== stream) return;
      this.#stream = null;
      if (!this.#wanted) return;
      this.#changed(this.#wasOpen ? 'lost' : 'connecting');
      this.#retry = setTimeout(() => this.#open(), this.#retryMs);
      this.#retryMs = Math.min(LAST_RETRY_MS, this.#retryMs * 2);
    };
  }

  #close(): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    const stream = this.#stream;
    this.#stream = null;
    stream?.close();
    this.#changed('closed');
  }
}
