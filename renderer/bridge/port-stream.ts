import { STREAM_WINDOW } from '../../backend/contract/desktop.ts';
import type { ByteStream } from './bridge.ts';

/** What of a MessagePort a stream needs; so that a test can use Node's. */
export interface StreamPort {
  postMessage(message: unknown, transfer?: Transferable[]): void;
  close(): void;
}

interface PortStream {
  readonly stream: ByteStream;
  opened(port: StreamPort): void;
  received(message: unknown): void;
  ended(reason: string): void;
}

/** The port's messages and its end are the stream's from now on; on the page and in a Worker alike. */
export function attachPort({ opened, received, ended }: PortStream, port: MessagePort): void {
  port.addEventListener('message', ({ data }) => received(data));
  // Chromium tells when the other end is gone (HTML standard, MessagePort `close` event).
  port.addEventListener('close', () => ended('The connection ended.'));
  port.start();
  opened(port);
}

/**
 * The stream protocol of backend/contract/desktop.ts: Uint8Array is data, a number acknowledges that many bytes,
 * null is the end. Returns the stream and what to call with the port, its messages and its close.
 */
export function portStream(): PortStream {
  const held: Uint8Array[] = [];
  let port: StreamPort | null = null;
  let unacknowledged = 0;
  let consumed = 0;
  let over = false;

  const flush = (): void => {
    while (port !== null && held.length > 0 && unacknowledged <= 2 * STREAM_WINDOW) {
      const bytes = held.shift();
      if (bytes === undefined) return;
      unacknowledged += bytes.byteLength;
      port.postMessage(bytes);
    }
  };

  const ended = (reason: string): void => {
    if (over) return;
    over = true;
    port?.close();
    stream.onClose?.(reason);
  };

  const stream: ByteStream = {
    onOpen: null,
    onData: null,
    onClose: null,
    send(bytes) {
      if (over || bytes.byteLength === 0) return;
      // A copy: the message leaves later, and the caller may reuse its buffer.
      held.push(bytes.slice());
      flush();
    },
    close() {
      port?.postMessage(null);
      ended('');
    },
  };

  return {
    stream,
    opened(given) {
      if (over) {
        given.postMessage(null);
        given.close();
        return;
      }
      port = given;
      stream.onOpen?.();
      flush();
    },
    received(message) {
      if (over) return;
      if (message === null) {
        ended('');
      } else if (typeof message === 'number') {
        unacknowledged -= message;
        flush();
      } else if (message instanceof Uint8Array) {
        // Counted first: the receiver may transfer the buffer away, which leaves it empty.
        consumed += message.byteLength;
        stream.onData?.(message as Uint8Array<ArrayBuffer>);
        if (consumed >= STREAM_WINDOW) {
          port?.postMessage(consumed);
          consumed = 0;
        }
      }
    },
    ended,
  };
}
