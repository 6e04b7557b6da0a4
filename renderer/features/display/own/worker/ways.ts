import type { ByteStream } from '../../../../bridge/bridge.ts';
import { attachPort, portStream } from '../../../../bridge/port-stream.ts';
import { webSocketStream } from '../../../../bridge/web-socket-stream.ts';
import type { Begin, FromWorker, ToWorker } from '../messages.ts';

type PortMessage = Extract<ToWorker, { kind: 'port' | 'noPort' }>;

/** Opens streams as the page said they are to be opened. */
export class Ways {
  readonly #way: Begin['way'];
  readonly #post: (message: FromWorker) => void;
  readonly #asked = new Map<number, ReturnType<typeof portStream>>();
  #last = 0;

  constructor(way: Begin['way'], post: (message: FromWorker) => void) {
    this.#way = way;
    this.#post = post;
  }

  dial(): ByteStream {
    if (this.#way.kind === 'webSocket') return webSocketStream(this.#way.url, { takesBody: true });
    this.#last += 1;
    const half = portStream();
    this.#asked.set(this.#last, half);
    this.#post({ kind: 'open', stream: this.#last });
    return half.stream;
  }

  handle(message: PortMessage): void {
    const half = this.#asked.get(message.stream);
    this.#asked.delete(message.stream);
    if (half === undefined) return;
    if (message.kind === 'port') attachPort(half, message.port);
    else half.ended(message.reason);
  }
}
