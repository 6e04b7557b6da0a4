import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EventName, EventPayload } from '../contract/events.ts';
import { Fault, faultShape } from '../contract/fault.ts';
import type { RequestInput, RequestName, RequestOutput } from '../contract/requests.ts';
import { STREAM_METHOD } from '../contract/streams.ts';
import { CONTRACT_VERSION } from '../contract/version.ts';
import { EVENT_PREFIX, type StreamTarget } from '../contract/wire.ts';
import { LineReader } from './line-reader.ts';

/** Answers may be larger than requests (a screenshot of a wide screen); bytes. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (fault: Fault) => void;
}

/** A typed client of the back end's socket. */
export class UnixClient implements AsyncDisposable {
  readonly path: string;
  /** Resolves when the connection is gone, with the reason. */
  readonly closed: Promise<Fault>;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<(payload: unknown) => void>>();
  #lastId = 0;
  #gone: Fault | undefined;

  /** Throws 'not-found' when nothing listens at `path`. */
  static async connect(options: { path: string; signal?: AbortSignal }): Promise<UnixClient> {
    return new UnixClient(options.path, await connectSocket(options.path, options.signal));
  }

  private constructor(path: string, socket: Socket) {
    this.path = path;
    this.#socket = socket;
    const lines = new LineReader(MAX_ANSWER_BYTES);
    socket.on('data', (chunk: Buffer) => {
      lines.push(chunk);
      for (let line = lines.next(); line !== null; line = lines.next()) this.#receive(line);
      if (lines.overflowed) socket.destroy();
    });
    // Half-open is for streams: a back end that says no more is gone.
    socket.on('end', () => socket.destroy());
    this.closed = new Promise((resolve) => {
      let cause: Error | undefined;
      socket.on('error', (error) => {
        cause = error;
      });
      socket.on('close', () => {
        const fault = lostConnection(cause);
        this.#gone = fault;
        for (const waiting of this.#waiting.values()) waiting.reject(fault);
        this.#waiting.clear();
        resolve(fault);
      });
    });
  }

  request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    options: { signal?: AbortSignal } = {},
  ): Promise<RequestOutput<N>> {
    // Both ends are the same contract (session.hello checked it), so the answer is what the map says.
    return this.#request(name, input, options.signal) as Promise<RequestOutput<N>>;
  }

  /** Checks that both ends mean the same by every request. Throws 'contract-mismatch'. */
  hello(): Promise<RequestOutput<'session.hello'>> {
    return this.request('session.hello', { contractVersion: CONTRACT_VERSION });
  }

  /** Returns the function that ends the subscription. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    const entry = (payload: unknown): void => listener(payload as EventPayload<N>);
    set.add(entry);
    return () => {
      set.delete(entry);
    };
  }

  /** A guest's byte stream, on a connection of its own. */
  openStream(target: StreamTarget, options: { signal?: AbortSignal } = {}): Promise<Duplex> {
    return openUnixStream(this.path, target, options.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.end();
    this.#socket.destroySoon();
    await this.closed;
  }

  #request(name: string, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    if (signal?.aborted) return Promise.reject(signal.reason);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(id);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      const settled = (): void => signal?.removeEventListener('abort', onAbort);
      this.#waiting.set(id, {
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (fault) => {
          settled();
          reject(fault);
        },
      });
      this.#socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: name, params: input })}\n`);
    });
  }

  #receive(line: Buffer): void {
    const message = parseObject(line);
    if (message === null) {
      this.#socket.destroy(new Error('What answered does not speak JSON-RPC.'));
      return;
    }
    if ('method' in message && typeof message.method === 'string') {
      const name = message.method.slice(EVENT_PREFIX.length);
      for (const listener of this.#listeners.get(name) ?? []) {
        listener('params' in message ? message.params : undefined);
      }
      return;
    }
    if (!('id' in message) || typeof message.id !== 'number') return;
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if ('error' in message) waiting?.reject(faultFromError(message.error));
    else waiting?.resolve('result' in message ? message.result : undefined);
  }
}

/** Connects a socket of its own and turns it into the guest's byte stream. */
export async function openUnixStream(
  path: string,
  target: StreamTarget,
  signal?: AbortSignal,
): Promise<Duplex> {
  const socket = await connectSocket(path, signal);
  try {
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: STREAM_METHOD, params: target })}\n`);
    const answer = await firstLine(socket, signal);
    const message = parseObject(answer);
    if (message === null || !('result' in message)) {
      throw faultFromError(message !== null && 'error' in message ? message.error : 'no answer');
    }
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * Reads one line and leaves everything after it in the socket. By 'readable', not by 'data' and `pause`: a stream that was paused
 * outright does not flow again when somebody listens to it.
 */
function firstLine(socket: Socket, signal: AbortSignal | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const lines = new LineReader(MAX_ANSWER_BYTES);
    const done = (): void => {
      socket.off('readable', onReadable);
      socket.off('close', onClose);
      socket.off('error', onError);
      signal?.removeEventListener('abort', onAbort);
    };
    const onReadable = (): void => {
      for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
        lines.push(chunk);
        const line = lines.next();
        if (line === null) continue;
        done();
        const rest = lines.takeRest();
        if (rest.length > 0) socket.unshift(rest);
        resolve(line);
        return;
      }
    };
    let cause: Error | undefined;
    const onError = (error: Error): void => {
      cause = error;
    };
    const onClose = (): void => {
      done();
      reject(lostConnection(cause));
    };
    const onAbort = (): void => {
      done();
      reject(signal?.reason);
    };
    socket.on('readable', onReadable);
    socket.on('error', onError);
    socket.on('close', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function connectSocket(path: string, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const socket = connect({ path, allowHalfOpen: true });
    const onAbort = (): void => {
      socket.destroy();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const onError = (error: Error): void => {
      signal?.removeEventListener('abort', onAbort);
      reject(notListening(path, error));
    };
    socket.once('error', onError);
    socket.once('connect', () => {
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      resolve(socket);
    });
  });
}

function parseObject(line: Buffer): object | null {
  try {
    const message: unknown = JSON.parse(line.toString('utf8'));
    return typeof message === 'object' ? message : null;
  } catch {
    return null; // Both callers end the connection and say why.
  }
}

function notListening(path: string, cause: Error): Fault {
  const denied = 'code' in cause && (cause.code === 'EACCES' || cause.code === 'EPERM');
  return new Fault(
    {
      code: denied ? 'no-permission' : 'not-found',
      message: denied
        ? `You may not use the back end at ${path}.`
        : `No Innkeeper back end answers at ${path}.`,
      remedy: denied ? 'Run this as the user who started Innkeeper.' : 'Start Innkeeper and try again.',
      detail: cause.message,
    },
    { cause },
  );
}

function lostConnection(cause: Error | undefined): Fault {
  return new Fault(
    {
      code: 'cancelled',
      message: 'The connection to the Innkeeper back end was lost.',
      remedy: 'Try again; machines that run go on running.',
      ...(cause === undefined ? {} : { detail: cause.message }),
    },
    cause === undefined ? {} : { cause },
  );
}

function faultFromError(error: unknown): Fault {
  const data = typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
  const shape = faultShape.safeParse(data);
  if (shape.success) return new Fault(shape.data);
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return new Fault({
    code: 'internal',
    message: `The back end answered with an error: ${message}`,
    remedy: 'Use the same version of Innkeeper everywhere.',
  });
}
