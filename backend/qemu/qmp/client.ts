import type { Duplex } from 'node:stream';
import { Fault } from '../../contract/fault.ts';
import { LineSplitter } from '../../protocols/lines/line-splitter.ts';
import { CommandQueue } from './command-queue.ts';
import { connectSocket } from './connect-socket.ts';
import type { EventMap } from './generated.ts';
import type {
  CommandName,
  CommandOptions,
  EventName,
  ExecuteArguments,
  OptionsOf,
  QmpEvent,
  QmpGreeting,
  Return,
  ServerMessage,
} from './protocol.ts';
import { parseServerMessage } from './protocol.ts';

/** Far above what QEMU sends (query-qmp-schema: 200 kB); a peer that sends more without a line feed is not QEMU. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const DEFAULT_TIMEOUT_MS = 30_000;

export interface ConnectOptions {
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  /** How long the socket may take to appear and to accept. Default 10 000. */
  readonly connectTimeoutMs?: number | undefined;
  /** How long QEMU may take to greet once connected. Default 10 000. */
  readonly greetingTimeoutMs?: number | undefined;
}

export interface WaitOptions {
  readonly timeoutMs?: number | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One QMP connection. Commands are pipelined and answered by id; events come in QEMU's order. When the socket dies,
 * or the peer sends what is not QMP, every waiting command rejects with Fault `qemu-unreachable` and `closed` resolves.
 */
export class QmpClient implements AsyncDisposable {
  readonly #stream: Duplex;
  readonly #lines = new LineSplitter(MAX_LINE_BYTES);
  readonly #queue: CommandQueue;
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  readonly #greeted = Promise.withResolvers<QmpGreeting>();
  readonly #closed = Promise.withResolvers<Fault>();
  /** Told once when the connection ends. A set and not `closed.then`, which would keep every wait for ever. */
  readonly #mourners = new Set<(end: Fault) => void>();
  #end: Fault | null = null;
  #greeting: QmpGreeting | null = null;

  /** Resolves, never rejects, with why the connection ended. */
  readonly closed: Promise<Fault> = this.#closed.promise;

  private constructor(stream: Duplex) {
    this.#stream = stream;
    this.#queue = new CommandQueue((line) => {
      stream.write(line);
    });
    stream.on('data', (chunk: Uint8Array) => this.#receive(chunk));
    stream.on('error', (error: Error) => this.#close(lost(`failed: ${error.message}`, error)));
    stream.on('close', () => this.#close(lost('closed')));
    stream.on('end', () => this.#close(lost('closed')));
  }

  /** Waits for the socket to appear, for the greeting, and enters command mode. */
  static async connect(options: ConnectOptions): Promise<QmpClient> {
    const stream = await connectSocket(options.path, options.connectTimeoutMs ?? 10_000, options.signal);
    return QmpClient.over(stream, { ...options, name: options.path });
  }

  /** The same over a stream that is already connected; the client owns it from now on. */
  static async over(
    stream: Duplex,
    options: { name: string; signal?: AbortSignal | undefined; greetingTimeoutMs?: number | undefined },
  ): Promise<QmpClient> {
    const client = new QmpClient(stream);
    try {
      await client.#handshake(options.name, options.greetingTimeoutMs ?? 10_000, options.signal);
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    }
  }

  get greeting(): QmpGreeting {
    if (this.#greeting === null) throw new Error('a client is handed out after its greeting');
    return this.#greeting;
  }

  /**
   * Runs a command. Throws Fault `qemu-refused` (a QmpRefusal) with QEMU's words, `qemu-unreachable` when the socket
   * dies or the answer does not come in time, `cancelled` when the signal aborts: QEMU may still carry it out then.
   */
  async execute<C extends CommandName>(command: C, ...rest: ExecuteArguments<C>): Promise<Return<C>> {
    const [args, options] = rest as [Record<string, unknown> | undefined, OptionsOf<C> | undefined];
    // The generated types speak for QEMU's schema: QEMU is the one peer that we trust to keep it.
    return (await this.executeRaw(command, args, options)) as Return<C>;
  }

  /** Runs a command that the generated types do not know, or that a person typed. */
  async executeRaw(
    command: string,
    args?: Record<string, unknown>,
    options: CommandOptions & { readonly oob?: boolean } = {},
  ): Promise<unknown> {
    if (this.#end !== null) throw unreachable(command, this.#end);
    return this.#queue.run({
      command,
      args,
      outOfBand: options.oob === true && this.#queue.outOfBand,
      timeoutMs: options.timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : options.timeoutMs,
      signal: options.signal,
    });
  }

  /** Calls `listener` for every event from now on; the returned function ends that. */
  on(listener: (event: QmpEvent) => void): () => void {
    // A wrapper, so that one function registered twice counts twice.
    const entry = (event: QmpEvent) => listener(event);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }

  /**
   * The data of the next event of that name for which `predicate` holds. Call it before the command that causes the
   * event: events are handed out as they come, before code that awaits the command goes on. A wait that nobody awaits
   * any more (because the command failed) does no harm. Default timeout 30 s.
   */
  waitFor<E extends EventName>(
    name: E,
    predicate: (data: EventMap[E]) => boolean = () => true,
    options: WaitOptions = {},
  ): Promise<EventMap[E]> {
    const { promise, resolve, reject } = Promise.withResolvers<EventMap[E]>();
    const timeoutMs = options.timeoutMs === undefined ? DEFAULT_TIMEOUT_MS : options.timeoutMs;
    const { signal } = options;
    const off = this.on((event) => {
      if (event.event !== name) return;
      const data = event.data as EventMap[E];
      if (predicate(data)) resolve(data);
    });
    const timer =
      timeoutMs === null
        ? undefined
        : setTimeout(() => {
            reject(
              new Fault({ code: 'timeout', message: `QEMU did not report ${name} within ${timeoutMs} ms.` }),
            );
          }, timeoutMs);
    const abort = () =>
      reject(
        new Fault(
          { code: 'cancelled', message: `Waiting for ${name} was cancelled.` },
          { cause: signal?.reason },
        ),
      );
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const mourn = (end: Fault) => reject(unreachable(`Waiting for ${name}`, end));
    if (this.#end !== null) mourn(this.#end);
    this.#mourners.add(mourn);
    const settled = () => {
      off();
      this.#mourners.delete(mourn);
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    promise.then(settled, settled);
    return promise;
  }

  /** Closes the connection; QEMU itself goes on. Waiting commands reject. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close(
      new Fault({ code: 'qemu-unreachable', message: 'The connection to QEMU was closed by Innkeeper.' }),
    );
    if (!this.#stream.closed) {
      await new Promise<void>((resolve) => {
        this.#stream.once('close', () => resolve());
      });
    }
  }

  async #handshake(name: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<void> {
    const timer = setTimeout(() => {
      this.#close(
        new Fault({
          code: 'qemu-unreachable',
          message: `QEMU at ${name} accepted the connection but sent no greeting within ${timeoutMs} ms.`,
          remedy:
            'It may hang, or another program holds its control socket: close that one or force the machine off.',
        }),
      );
    }, timeoutMs);
    const abort = () =>
      this.#close(
        new Fault(
          { code: 'cancelled', message: `Connecting to QEMU at ${name} was cancelled.` },
          { cause: signal?.reason },
        ),
      );
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      this.#greeting = await this.#greeted.promise;
      const outOfBand = this.#greeting.capabilities.includes('oob');
      await this.executeRaw('qmp_capabilities', outOfBand ? { enable: ['oob'] } : undefined, {
        timeoutMs: null,
      }).catch((error: unknown) => {
        throw this.#end ?? error;
      });
      this.#queue.outOfBand = outOfBand;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
  }

  #receive(chunk: Uint8Array): void {
    try {
      for (const line of this.#lines.push(chunk)) {
        if (this.#end !== null) return;
        // QEMU ends its lines with CR LF; JSON takes the CR as space.
        if (line.length > 1 || (line.length === 1 && line[0] !== 0x0d))
          this.#dispatch(parseServerMessage(line));
      }
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#close(lost(`was closed, because the other side does not speak QMP: ${why}`, error));
    }
  }

  #dispatch(message: ServerMessage): void {
    switch (message.kind) {
      case 'greeting':
        if (this.#greeting !== null) throw new Error('a second greeting');
        this.#greeted.resolve(message.greeting);
        return;
      case 'event':
        this.#tell(message as unknown as QmpEvent);
        return;
      case 'return':
        this.#queue.returned(message.id, message.value);
        return;
      case 'error':
        this.#queue.refused(message.id, message.errorClass, message.description);
    }
  }

  #tell(event: QmpEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        // A listener's bug must surface as what it is, and cost neither the other listeners nor the connection.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  #close(end: Fault): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#stream.destroy();
    this.#lines.clear();
    this.#queue.close((command) => unreachable(command, end));
    // Nobody waits for a greeting that came; where one waits, the handshake reports this.
    this.#greeted.promise.catch(() => undefined);
    this.#greeted.reject(end);
    for (const mourn of this.#mourners) mourn(end);
    this.#closed.resolve(end);
  }
}

function lost(what: string, cause?: unknown): Fault {
  return new Fault(
    {
      code: 'qemu-unreachable',
      message: `The connection to QEMU ${what}.`,
      remedy: 'See the log of the machine for what QEMU said last.',
    },
    { cause },
  );
}

function unreachable(command: string, end: Fault): Fault {
  return new Fault(
    {
      code: 'qemu-unreachable',
      message: `${command} got no answer: ${end.message}`,
      remedy: end.remedy ?? 'See the log of the machine for what QEMU said last.',
    },
    { cause: end },
  );
}
