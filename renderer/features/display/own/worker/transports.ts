import type { ByteStream } from '../../../../bridge/bridge.ts';
import { LinkError } from '../../../../spice/link/link-error.ts';
import type { Transport } from '../../../../spice/link/transport.ts';

/** The session's connections. */
export class Transports {
  readonly #dial: () => ByteStream;
  readonly #heard: () => void;
  readonly #open = new Set<ByteStream>();
  #bytesIn = 0;
  #isEmpty: (() => void) | null = null;

  /** @param heard called for whatever comes in, before it is taken. */
  constructor(dial: () => ByteStream, heard: () => void) {
    this.#dial = dial;
    this.#heard = heard;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  /** Bytes sent before the stream is up are held by it. */
  open(): Transport {
    const stream = this.#dial();
    const transport: Transport = {
      send: (bytes) => stream.send(bytes),
      close: () => stream.close(),
      onData: nothing,
      onClose: nothing,
    };
    stream.onData = (bytes) => {
      this.#bytesIn += bytes.byteLength;
      this.#heard();
      transport.onData(bytes);
    };
    stream.onClose = (reason) => {
      this.#open.delete(stream);
      transport.onClose(reason === '' ? null : new LinkError('lost', reason));
      if (this.#open.size === 0) this.#isEmpty?.();
    };
    this.#open.add(stream);
    return transport;
  }

  /** Resolves when every connection has ended: what was sent over them before is out. */
  closed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#open.size === 0) resolve();
      else this.#isEmpty = resolve;
    });
  }
}

function nothing(): void {
  // Until the channel sets its own: the server speaks only after we did.
}
