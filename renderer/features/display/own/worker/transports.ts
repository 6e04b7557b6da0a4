import { LinkError } from '../../../../spice/link/link-error.ts';
import type { Transport } from '../../../../spice/link/transport.ts';
import type { FromWorker, ToWorker } from '../messages.ts';

type Post = (message: FromWorker, transfer?: Transferable[]) => void;
type StreamMessage = Extract<ToWorker, { stream: number }>;

/** The session's connections, over the page. */
export class Transports {
  readonly #post: Post;
  readonly #open = new Map<number, Transport>();
  #last = 0;

  constructor(post: Post) {
    this.#post = post;
  }

  /** Bytes sent before the stream is up are held by the page. */
  open(): Transport {
    this.#last += 1;
    const stream = this.#last;
    const transport: Transport = {
      send: (given) => {
        // The page's copy must be whole, and the sender may reuse its buffer.
        const bytes = given.slice();
        this.#post({ kind: 'send', stream, bytes }, [bytes.buffer]);
      },
      close: () => {
        if (this.#open.delete(stream)) this.#post({ kind: 'hangUp', stream });
      },
      onData: nothing,
      onClose: nothing,
    };
    this.#open.set(stream, transport);
    this.#post({ kind: 'open', stream });
    return transport;
  }

  handle(message: StreamMessage): void {
    const { stream } = message;
    const transport = this.#open.get(stream);
    if (message.kind === 'ended') {
      this.#open.delete(stream);
      transport?.onClose(message.reason === '' ? null : new LinkError('lost', message.reason));
      return;
    }
    const { byteLength } = message.bytes;
    transport?.onData(message.bytes);
    this.#post({ kind: 'taken', stream, bytes: byteLength });
  }
}

function nothing(): void {
  // Until the channel sets its own: the server speaks only after we did.
}
