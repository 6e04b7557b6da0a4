import { EventEmitter } from 'node:events';

/** Where one end of a channel is now: in main, in the page, or in a utility process. */
export interface Holder {
  deliver(data: unknown): void;
  closed(): void;
}

/** One end of an entangled pair. Messages wait here until somebody holds the end, as they do in a real MessagePort. */
export class Endpoint {
  #peer: Endpoint | null = null;
  #holder: Holder | null = null;
  #waiting: unknown[] = [];
  #peerClosed = false;
  #closed = false;

  static pair(): readonly [Endpoint, Endpoint] {
    const one = new Endpoint();
    const other = new Endpoint();
    one.#peer = other;
    other.#peer = one;
    return [one, other];
  }

  /** Sends to the other end. */
  post(data: unknown): void {
    if (!this.#closed) this.#peer?.receive(data);
  }

  hold(holder: Holder): void {
    this.#holder = holder;
    for (const data of this.#waiting.splice(0)) queueMicrotask(() => holder.deliver(data));
    if (this.#peerClosed) queueMicrotask(() => holder.closed());
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer?.otherEndClosed();
  }

  private receive(data: unknown): void {
    const holder = this.#holder;
    if (holder === null) this.#waiting.push(data);
    else queueMicrotask(() => this.#closed || holder.deliver(data));
  }

  private otherEndClosed(): void {
    if (this.#closed || this.#peerClosed) return;
    this.#peerClosed = true;
    const holder = this.#holder;
    if (holder !== null) queueMicrotask(() => holder.closed());
  }
}

export class MessagePortMain extends EventEmitter {
  #endpoint: Endpoint | null;
  #started = false;

  constructor(endpoint: Endpoint) {
    super();
    this.#endpoint = endpoint;
  }

  postMessage(message: unknown, transfer: readonly MessagePortMain[] = []): void {
    if (transfer.length > 0) throw new Error('The Electron stand-in passes no ports through ports');
    this.#endpoint?.post(structuredClone(message));
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#endpoint?.hold({
      deliver: (data) => this.emit('message', { data, ports: [] }),
      closed: () => this.emit('close'),
    });
  }

  close(): void {
    this.#endpoint?.close();
    this.#endpoint = null;
  }

  /** The end leaves for another process; this object is of no use from now on. */
  transfer(): Endpoint {
    const endpoint = this.#endpoint;
    if (endpoint === null) throw new Error('A port that was closed or transferred cannot be transferred');
    this.#endpoint = null;
    return endpoint;
  }
}

export class MessageChannelMain {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    const [one, other] = Endpoint.pair();
    this.port1 = new MessagePortMain(one);
    this.port2 = new MessagePortMain(other);
  }
}
