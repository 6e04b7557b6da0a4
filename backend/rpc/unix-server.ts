import { chmod, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { Fault } from '../contract/fault.ts';
import { STREAM_METHOD } from '../contract/streams.ts';
import { RPC_CODES, requestMessage, streamTarget } from '../contract/wire.ts';
import type { BackendLock } from '../store/lock.ts';
import {
  type Connection,
  type Dispatcher,
  errorMessage,
  MAX_MESSAGE_BYTES,
  parseErrorMessage,
} from './dispatcher.ts';
import { LineReader } from './line-reader.ts';
import { badInput, plainWords } from './plain-words.ts';
import { joinStreams, type OpenStream } from './streams.ts';

/** A face that lets this much pile up does not read any more: its connection ends. Bytes. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

export interface UnixServerOptions {
  /** Where the socket goes; its folder must be closed to other users. */
  readonly path: string;
  /** Only who holds the data folder may take a socket away that somebody left behind. */
  readonly lock: BackendLock;
  readonly dispatcher: Dispatcher;
  readonly openStream: OpenStream;
  /** Told whenever a connection opened or closed. */
  readonly onConnections?: (count: number) => void;
}

export interface UnixServer extends AsyncDisposable {
  readonly path: string;
  readonly connectionCount: number;
}

/** Serves the contract as JSON-RPC lines on a unix socket. Throws 'already-running' when something answers there. */
export async function serveUnix(options: UnixServerOptions): Promise<UnixServer> {
  if (await answers(options.path)) {
    throw new Fault({
      code: 'already-running',
      message: `Another Innkeeper back end answers on ${options.path}.`,
      remedy: 'Stop it first, or set INNKEEPER_HOME to another folder.',
    });
  }
  await rm(options.path, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    options.onConnections?.(sockets.size);
    socket.once('close', () => {
      sockets.delete(socket);
      options.onConnections?.(sockets.size);
    });
    serveSocket(socket, options);
  });
  await listen(server, options.path);
  await chmod(options.path, 0o600);
  return {
    path: options.path,
    get connectionCount() {
      return sockets.size;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      // A peer that does not read must not hold us up.
      setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 500).unref();
      await closed;
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether a process listens there. A file that is left over refuses. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function serveSocket(socket: Socket, options: UnixServerOptions): void {
  const lines = new LineReader(MAX_MESSAGE_BYTES);
  const send = (message: object): void => {
    if (socket.destroyed || !socket.writable) return;
    socket.write(`${JSON.stringify(message)}\n`);
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.destroy();
  };
  const connection = options.dispatcher.connect(send);
  const onData = (chunk: Buffer): void => {
    lines.push(chunk);
    for (let line = lines.next(); line !== null; line = lines.next()) {
      if (line.length === 0) continue;
      const message = parseJson(line);
      if (message === undefined) send(parseErrorMessage());
      else if (isStreamOpen(message)) {
        socket.off('data', onData);
        socket.off('end', onEnd);
        socket.pause();
        connection.close();
        // The guest's client may speak before we are connected: its bytes go back to where the relay reads them.
        const early = lines.takeRest();
        if (early.length > 0) socket.unshift(early);
        void becomeStream(socket, message, connection, options.openStream);
        return;
      } else connection.receive(message);
    }
    if (lines.overflowed) {
      send(
        errorMessage(
          null,
          RPC_CODES.invalidRequest,
          new Fault({ code: 'bad-input', message: `A message is longer than ${MAX_MESSAGE_BYTES} bytes.` }),
        ),
      );
      socket.off('data', onData);
      socket.destroySoon();
    }
  };
  /** The peer has sent all it will; a face that is gone has no use for answers. */
  const onEnd = (): void => {
    connection.close();
    socket.end();
  };
  socket.on('data', onData);
  socket.on('end', onEnd);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => connection.close());
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined; // JSON has no undefined: the caller answers with a parse error.
  }
}

function isStreamOpen(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'method' in message && message.method === STREAM_METHOD
  );
}

/** After the result line, the socket carries the guest's bytes; after an error it ends. */
async function becomeStream(
  socket: Socket,
  message: unknown,
  connection: Connection,
  openStream: OpenStream,
): Promise<void> {
  const request = requestMessage.safeParse(message);
  const id = request.success ? request.data.id : null;
  const gone = new AbortController();
  const onClose = (): void =>
    gone.abort(new Fault({ code: 'cancelled', message: 'The connection was closed.' }));
  socket.once('close', onClose);
  try {
    if (!request.success) {
      throw new Fault({ code: 'bad-input', message: `${STREAM_METHOD} is not a JSON-RPC 2.0 request.` });
    }
    const target = streamTarget.safeParse(request.data.params ?? {}, { error: plainWords });
    if (!target.success) throw badInput(STREAM_METHOD, target.error, streamTarget);
    const far = await openStream(target.data, gone.signal);
    if (socket.destroyed) {
      far.destroy();
      return;
    }
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: {} })}\n`);
    await joinStreams(socket, far);
  } catch (error) {
    const fault = Fault.from(error);
    if (!socket.destroyed) {
      socket.end(`${JSON.stringify(errorMessage(id, RPC_CODES.fault, fault))}\n`);
      socket.resume();
    }
  } finally {
    socket.off('close', onClose);
    connection.close();
  }
}
