import type { ByteStream } from '../../../bridge/bridge.ts';

/** RFC 6455 close codes as the WebSocket API reports them: asked for, and ended without a close frame. */
const CLOSED_NORMALLY = 1000;
const CLOSED_ABNORMALLY = 1006;

/**
 * A byte stream that looks like a WebSocket to spice-html5: one SPICE channel.
 * Listeners get it as `this` and may hang properties on it, as spice-html5 does.
 */
export class StreamSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;

  readonly url: string;
  readonly protocol = 'binary';
  readonly extensions = '';
  readonly bufferedAmount = 0;
  binaryType: BinaryType = 'arraybuffer';
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<ArrayBuffer>) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  #state: 0 | 1 | 2 | 3 = StreamSocket.CONNECTING;
  readonly #stream: ByteStream;

  constructor(url: string, stream: ByteStream) {
    super();
    this.url = url;
    this.#stream = stream;
    stream.onOpen = () => this.#opened();
    stream.onData = (bytes) => this.#received(bytes);
    stream.onClose = (reason) => this.#closed(CLOSED_ABNORMALLY, reason ?? '');
  }

  get readyState(): 0 | 1 | 2 | 3 {
    return this.#state;
  }

  send(data: ArrayBuffer | ArrayBufferView<ArrayBuffer>): void {
    if (this.#state === StreamSocket.CONNECTING) {
      throw new DOMException('The channel is not open yet', 'InvalidStateError');
    }
    if (this.#state !== StreamSocket.OPEN) return;
    this.#stream.send(
      data instanceof ArrayBuffer
        ? new Uint8Array(data)
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }

  close(): void {
    if (this.#state === StreamSocket.CLOSING || this.#state === StreamSocket.CLOSED) return;
    this.#state = StreamSocket.CLOSING;
    this.#stream.close();
    // As with a WebSocket the event comes later, never from within close().
    queueMicrotask(() => this.#closed(CLOSED_NORMALLY, ''));
  }

  #opened(): void {
    if (this.#state !== StreamSocket.CONNECTING) return;
    this.#state = StreamSocket.OPEN;
    this.#emit(new Event('open'), this.onopen);
  }

  #received(bytes: Uint8Array): void {
    if (this.#state !== StreamSocket.OPEN) return;
    const { buffer, byteLength } = bytes;
    const whole = buffer instanceof ArrayBuffer && byteLength === buffer.byteLength;
    const data = whole ? buffer : new Uint8Array(bytes).buffer;
    this.#emit(new MessageEvent('message', { data }), this.onmessage);
  }

  #closed(code: number, reason: string): void {
    if (this.#state === StreamSocket.CLOSED) return;
    this.#state = StreamSocket.CLOSED;
    const wasClean = code === CLOSED_NORMALLY;
    this.#emit(new CloseEvent('close', { code, reason, wasClean }), this.onclose);
  }

  #emit<E extends Event>(event: E, handler: ((event: E) => void) | null): void {
    this.dispatchEvent(event);
    handler?.call(this, event);
  }
}
