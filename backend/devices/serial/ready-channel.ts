import { connect, type Socket } from 'node:net';

const RETRY = 250;
/** More than this without a line break is not our guest's protocol, bytes. */
const LONGEST_LINE = 256;

/**
 * The host side of org.innkeeper.ready.0. The guest writes the line `ready` once its services are up, and again in
 * answer to every line we send: that is how a back end that started later learns it too.
 */
export class ReadyChannel implements AsyncDisposable {
  readonly #path: string;
  readonly #onReady: () => void;
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #line = '';
  #closed = false;

  constructor(path: string, onReady: () => void) {
    this.#path = path;
    this.#onReady = onReady;
    this.#connect();
  }

  #connect(): void {
    if (this.#closed) return;
    const socket = connect(this.#path);
    this.#socket = socket;
    // Until the guest opens its end QEMU leaves this unread, which is as good as the guest not being ready.
    socket.on('connect', () => socket.write('ready?\n'));
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#line = '';
      if (!this.#closed) this.#retry = setTimeout(() => this.#connect(), RETRY);
    });
  }

  #read(bytes: Buffer): void {
    this.#line += bytes.toString('latin1');
    const lines = this.#line.split('\n');
    this.#line = (lines.pop() ?? '').slice(-LONGEST_LINE);
    if (lines.some((line) => line.trim() === 'ready')) this.#onReady();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
  }
}
