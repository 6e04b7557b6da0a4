import type { ByteStream } from '../../../bridge/bridge.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/**
 * What may be on its way to the Worker over one stream. SPICE's own acknowledgements keep a server far below; more is a
 * Worker that stands still or a server that keeps to nothing.
 */
const MAX_UNTAKEN_BYTES = 256 * 1024 * 1024;

type Port = { postMessage(message: ToWorker, transfer: Transferable[]): void };
type StreamMessage = Extract<FromWorker, { stream: number }>;

/** Carries bytes between the back end's streams, which only the page can open, and the Worker that speaks SPICE. */
export class StreamRelay implements Disposable {
  readonly #port: Port;
  readonly #openStream: () => ByteStream;
  readonly #streams = new Map<number, { readonly stream: ByteStream; untaken: number }>();
  #bytesIn = 0;

  constructor(port: Port, openStream: () => ByteStream) {
    this.#port = port;
    this.#openStream = openStream;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  handle(message: StreamMessage): void {
    if (message.kind === 'open') {
      this.#open(message.stream);
      return;
    }
    const entry = this.#streams.get(message.stream);
    if (entry === undefined) return;
    switch (message.kind) {
      case 'send':
        entry.stream.send(message.bytes);
        return;
      case 'taken':
        entry.untaken -= message.bytes;
        return;
      case 'hangUp':
        this.#streams.delete(message.stream);
        entry.stream.close();
        return;
    }
  }

  [Symbol.dispose](): void {
    const all = [...this.#streams.values()];
    this.#streams.clear();
    for (const { stream } of all) stream.close();
  }

  #open(number: number): void {
    const entry = { stream: this.#openStream(), untaken: 0 };
    this.#streams.set(number, entry);
    entry.stream.onData = (given) => {
      if (this.#streams.get(number) !== entry) return;
      this.#bytesIn += given.byteLength;
      entry.untaken += given.byteLength;
      if (entry.untaken > MAX_UNTAKEN_BYTES) {
        this.#end(number, 'The screen sends more than the viewer can take in.');
        entry.stream.close();
        return;
      }
      // A message's bytes have a buffer of their own, which goes over without a copy.
      const bytes = given.byteLength === given.buffer.byteLength ? given : given.slice();
      this.#port.postMessage({ kind: 'data', stream: number, bytes }, [bytes.buffer]);
    };
    entry.stream.onClose = (reason) => {
      if (this.#streams.get(number) === entry) this.#end(number, reason);
    };
  }

  #end(number: number, reason: string): void {
    this.#streams.delete(number);
    this.#port.postMessage({ kind: 'ended', stream: number, reason }, []);
  }
}
