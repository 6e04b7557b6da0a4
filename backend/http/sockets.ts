import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { Fault } from '../contract/fault.ts';
import { STREAM_BODY_PROTOCOL, STREAM_PATH, STREAM_PROTOCOL } from '../contract/streams.ts';
import { RPC_PATH, type StreamTarget, streamTarget } from '../contract/wire.ts';
import { type Dispatcher, MAX_MESSAGE_BYTES, parseErrorMessage } from '../rpc/dispatcher.ts';
import { joinStreams, type OpenStream } from '../rpc/streams.ts';
import { type Access, targetOf } from './access.ts';
import type { GuestStreams } from './guest-streams.ts';

/** A browser that lets this much pile up does not read any more: its connection ends. Bytes. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;
/** Close codes of our own (RFC 6455 §7.4.2): the stream could not be opened; the reason is the fault's message. */
const CLOSE_FAULT = 4000;
const CLOSE_UNSUPPORTED = 1003;

export interface SocketsOptions {
  readonly access: Access;
  readonly dispatcher: Dispatcher;
  readonly openStream: OpenStream;
  readonly streams: GuestStreams;
}

/** The WebSocket half of a browser face. */
export class Sockets implements Disposable {
  readonly #options: SocketsOptions;
  readonly #server: WebSocketServer;

  constructor(options: SocketsOptions) {
    this.#options = options;
    this.#server = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
      handleProtocols: (offered) =>
        [STREAM_BODY_PROTOCOL, STREAM_PROTOCOL].find((protocol) => offered.has(protocol)) ?? false,
    });
  }

  /** Checks who asks before anything is accepted; answers plain HTTP when it refuses. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { access } = this.#options;
    socket.on('error', () => socket.destroy());
    const { path } = targetOf(request);
    const target = parseTarget(path);
    if (!access.isOurHost(request)) refuse(socket, '421 Misdirected Request');
    else if (!access.isOurOrigin(request)) refuse(socket, '403 Forbidden');
    else if (!access.hasCookie(request)) refuse(socket, '401 Unauthorized');
    else if (path === RPC_PATH) {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#serveRequests(webSocket));
    } else if (target !== null) {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        void this.#serveStream(webSocket, target);
      });
    } else refuse(socket, '404 Not Found');
  }

  [Symbol.dispose](): void {
    for (const client of this.#server.clients) client.terminate();
    this.#server.close();
  }

  #serveRequests(webSocket: WebSocket): void {
    const send = (message: object): void => {
      if (webSocket.readyState !== webSocket.OPEN) return;
      webSocket.send(JSON.stringify(message));
      if (webSocket.bufferedAmount > MAX_UNREAD_BYTES) webSocket.terminate();
    };
    const connection = this.#options.dispatcher.connect(send);
    webSocket.on('message', (data, isBinary) => {
      if (isBinary) {
        webSocket.close(CLOSE_UNSUPPORTED, 'Requests are text messages.');
        return;
      }
      const message = parseJson(String(data));
      if (message === undefined) send(parseErrorMessage());
      else connection.receive(message);
    });
    // 'close' follows.
    webSocket.on('error', () => webSocket.terminate());
    webSocket.on('close', () => connection.close());
  }

  /** A stream that ends is closed without a code (the browser sees 1005, and that it was clean). */
  async #serveStream(webSocket: WebSocket, target: StreamTarget): Promise<void> {
    const near = this.#options.streams.over(webSocket);
    near.on('error', () => near.destroy());
    webSocket.on('message', (_data, isBinary) => {
      if (!isBinary) webSocket.close(CLOSE_UNSUPPORTED, 'A guest stream is binary messages.');
    });
    const gone = new AbortController();
    webSocket.once('close', () =>
      gone.abort(new Fault({ code: 'cancelled', message: 'The stream was closed.' })),
    );
    try {
      const far = await this.#options.openStream(target, gone.signal);
      if (webSocket.readyState !== webSocket.OPEN) {
        far.destroy();
        return;
      }
      await joinStreams(near, far);
    } catch (error) {
      webSocket.close(CLOSE_FAULT, closeReason(Fault.from(error).message));
    }
  }
}

/** `/stream/spice/abcd1234/one` → { kind: 'spice', machine: 'abcd1234', viewer: 'one' } */
export function parseTarget(path: string): StreamTarget | null {
  if (!path.startsWith(`${STREAM_PATH}/`)) return null;
  const [kind, machine, viewer, ...more] = path.slice(STREAM_PATH.length + 1).split('/');
  if (kind === undefined || machine === undefined || more.length > 0) return null;
  try {
    const target = streamTarget.safeParse({
      kind,
      machine: decodeURIComponent(machine),
      ...(viewer === undefined ? {} : { viewer: decodeURIComponent(viewer) }),
    });
    return target.success ? target.data : null;
  } catch {
    return null; // A malformed escape names no machine.
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // JSON has no undefined: the caller answers with a parse error.
  }
}

/** A close reason may have 123 bytes (RFC 6455 §5.5). */
function closeReason(message: string): string {
  let reason = message;
  while (Buffer.byteLength(reason) > 120) reason = `${[...reason].slice(0, -8).join('')}…`;
  return reason;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
