import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What a newcomer is shown of what was printed before, bytes. */
const HISTORY = 256 * 1024;
/** A reader that is this far behind is cut off, bytes: a stuck terminal must not hold the guest's output in memory. */
const BEHIND = 4 * 1024 * 1024;
const RETRY_FIRST = 20;
const RETRY_LAST = 1_000;

/**
 * The host side of a serial line. QEMU's socket takes one client; this one shares it among all who look, and keeps
 * the last part for whoever comes later. It connects again when the socket dies under it.
 */
export class ConsoleHub implements AsyncDisposable {
  readonly #path: string;
  readonly #readers = new Set<ConsoleReader>();
  #history: Buffer[] = [];
  #historyBytes = 0;
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #delay = RETRY_FIRST;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
    this.#connect();
  }

  /** A new view of the line: first the history, then live. Writing types into the guest. */
  open(): Duplex {
    const reader = new ConsoleReader(
      (bytes, done) => {
        if (this.#socket === undefined) done();
        else this.#socket.write(bytes, () => done());
      },
      () => this.#readers.delete(reader),
    );
    for (const bytes of this.#history) reader.push(bytes);
    if (this.#closed) reader.push(null);
    else this.#readers.add(reader);
    return reader;
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = connect(this.#path);
    socket.on('connect', () => {
      this.#socket = socket;
      this.#delay = RETRY_FIRST;
    });
    socket.on('data', (bytes) => this.#deliver(bytes));
    // 'close' follows every error and says what matters: there is no line now.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#socket = undefined;
      if (this.#closed) return;
      this.#retry = setTimeout(() => this.#connect(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, RETRY_LAST);
    });
  }

  #deliver(bytes: Buffer): void {
    this.#history.push(bytes);
    this.#historyBytes += bytes.length;
    while (this.#historyBytes > HISTORY && this.#history.length > 1) {
      this.#historyBytes -= this.#history.shift()?.length ?? 0;
    }
    for (const reader of this.#readers) {
      if (reader.readableLength > BEHIND)
        reader.destroy(new Error('The terminal read too slowly and was cut off.'));
      else reader.push(bytes);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
    for (const reader of this.#readers) reader.push(null);
    this.#readers.clear();
  }
}

class ConsoleReader extends Duplex {
  readonly #type: (bytes: Buffer, done: () => void) => void;
  readonly #gone: () => void;

  constructor(type: (bytes: Buffer, done: () => void) => void, gone: () => void) {
    super({ allowHalfOpen: false });
    this.#type = type;
    this.#gone = gone;
  }

  override _read(): void {
    // Pushed from outside as the guest prints.
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#type(bytes, done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#gone();
    done(error);
  }
}
