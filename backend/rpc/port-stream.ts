import { Duplex } from 'node:stream';
import { STREAM_WINDOW } from '../contract/desktop.ts';

/** What Electron's MessagePortMain gives in a utility process; a test's stand-in gives the same. */
export interface PortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/**
 * A byte stream over a MessagePort, which has no back-pressure of its own (see STREAM_WINDOW in contract/desktop.ts):
 * Uint8Array messages both ways, `null` is the end, and a number acknowledges that many bytes as consumed.
 */
export class PortStream extends Duplex {
  readonly #port: PortLike;
  #unacknowledged = 0;
  #consumed = 0;
  /** Goes on with the write that waits for acknowledgement. */
  #resumeWrite: (() => void) | undefined;

  constructor(port: PortLike) {
    super({
      allowHalfOpen: true,
      readableHighWaterMark: STREAM_WINDOW,
      writableHighWaterMark: STREAM_WINDOW,
    });
    this.#port = port;
    port.on('message', ({ data }) => this.#receive(data));
    port.on('close', () => this.destroy());
    port.start();
  }

  override _read(): void {
    while (this.#consumed >= STREAM_WINDOW) {
      this.#consumed -= STREAM_WINDOW;
      this.#port.postMessage(STREAM_WINDOW);
    }
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // A copy of its own: cloning a view of a pooled Buffer would send the whole pool.
    this.#port.postMessage(new Uint8Array(chunk));
    this.#unacknowledged += chunk.length;
    if (this.#unacknowledged <= 2 * STREAM_WINDOW) done();
    else this.#resumeWrite = done;
  }

  override _final(done: () => void): void {
    this.#port.postMessage(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#port.close();
    done(error);
  }

  #receive(data: unknown): void {
    if (data === null) {
      this.push(null);
    } else if (data instanceof Uint8Array) {
      this.#consumed += data.length;
      // Acknowledged when it was taken: at once while the reader keeps up, else at the next `_read`.
      if (this.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength))) this._read();
    } else if (typeof data === 'number' && Number.isInteger(data) && data > 0) {
      this.#unacknowledged = Math.max(0, this.#unacknowledged - data);
      if (this.#unacknowledged <= 2 * STREAM_WINDOW) {
        const resume = this.#resumeWrite;
        this.#resumeWrite = undefined;
        resume?.();
      }
    } else {
      this.destroy(
        new Error('The stream port got a message that is neither bytes, an acknowledgement nor the end.'),
      );
    }
  }
}
