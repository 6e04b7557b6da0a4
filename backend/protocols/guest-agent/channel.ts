import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Fault } from '../../contract/fault.ts';
import { AgentReader, type AgentReply, SENTINEL } from './framing.ts';
import { Turns } from './turns.ts';

/** An exec's output is 16 MiB at most on each stream, in base64 and in one line (qga/commands.c, GUEST_EXEC_MAX_OUTPUT). */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
/**
 * Without an agent QEMU reads nothing and our questions pile up in the socket: so one in that time, and none while the
 * socket is full. The agent answers them when it comes.
 */
const SYNC_AGAIN_MS = 5000;
/** After such a silence the agent may have been restarted with the guest: ask whether it listens before a command. */
const FRESH_MS = 2000;

export interface AgentCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** For the command itself, once the agent listens. Default 10 000. */
  readonly timeoutMs?: number | undefined;
  /** For the agent to show that it listens. Default 3 000. */
  readonly syncTimeoutMs?: number | undefined;
}

/** The agent understood a command and said no. */
export class AgentRefusal extends Fault {
  readonly errorClass: string;

  constructor(command: string, errorClass: string, description: string) {
    super({
      code: refusalCode(errorClass, description),
      message: `The guest agent refused ${command}: ${description}${/[.!?]$/.test(description) ? '' : '.'}`,
      remedy:
        errorClass === 'CommandNotFound'
          ? 'The agent in the guest is too old for it, or its settings block it.'
          : 'Check in the guest what stands in the way.',
      detail: errorClass,
    });
    this.name = 'AgentRefusal';
    this.errorClass = errorClass;
  }
}

/**
 * The socket to one agent. Its protocol has no ids: so one command at a time, and after anything that went wrong a
 * guest-sync-delimited finds the border between old answers and new ones.
 */
export class AgentChannel {
  readonly #path: string;
  readonly #turns = new Turns();
  #socket: Socket | null = null;
  #reader = new AgentReader(MAX_REPLY_BYTES);
  #onReply: ((reply: AgentReply) => void) | null = null;
  #onLost: ((why: string) => void) | null = null;
  #synced = false;
  #unansweredSync: { readonly id: number; readonly at: number } | null = null;
  #lastReplyAt = 0;
  #disposed = false;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Throws Fault `agent-missing` when no agent listens or QEMU's socket is not there, `timeout` when it listens and does
   * not answer this command, `cancelled`, or an AgentRefusal.
   */
  call(
    command: string,
    args: Record<string, unknown> | undefined,
    options: AgentCallOptions,
  ): Promise<unknown> {
    return this.#turns.run(async () => {
      throwIfAborted(command, options.signal);
      await this.#open();
      if (!this.#synced || performance.now() - this.#lastReplyAt > FRESH_MS) {
        await this.#sync(command, options);
      }
      return await this.#ask(command, args, options);
    });
  }

  /** Opens the socket without asking the agent anything. */
  open(): Promise<void> {
    return this.#turns.run(() => this.#open());
  }

  async close(): Promise<void> {
    this.#disposed = true;
    const socket = this.#socket;
    if (socket === null || socket.closed) return;
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
    });
    socket.destroy();
    await closed;
  }

  async #sync(command: string, options: AgentCallOptions): Promise<void> {
    this.#synced = false;
    const timeoutMs = options.syncTimeoutMs ?? 3000;
    let request: Uint8Array | null = null;
    const unanswered = this.#unansweredSync;
    if (unanswered === null || (performance.now() - unanswered.at > SYNC_AGAIN_MS && !this.#isFull())) {
      const id = randomInt(1, 2 ** 31);
      this.#unansweredSync = { id, at: performance.now() };
      // The sentinel makes the agent forget half a command that a lost connection may have left in its parser.
      request = Buffer.concat([
        Buffer.of(SENTINEL),
        encode({ execute: 'guest-sync-delimited', arguments: { id } }),
      ]);
    }
    await this.#exchange(
      request,
      // The last question only: answers come in order, so nothing older is under way after this one.
      ({ delimited, body }) =>
        delimited && body.kind === 'return' && body.value === this.#unansweredSync?.id
          ? { value: null }
          : null,
      timeoutMs,
      options.signal,
      () => missing(`No guest agent answered ${command} within ${timeoutMs} ms.`),
      command,
    );
    this.#unansweredSync = null;
    this.#synced = true;
  }

  async #ask(
    command: string,
    args: Record<string, unknown> | undefined,
    options: AgentCallOptions,
  ): Promise<unknown> {
    const timeoutMs = options.timeoutMs ?? 10_000;
    // Whatever interrupts this leaves an answer under way, and only a new sync can tell where it ends.
    this.#synced = false;
    const reply = await this.#exchange(
      encode(args === undefined ? { execute: command } : { execute: command, arguments: args }),
      ({ delimited, body }) => (delimited ? null : { value: body }),
      timeoutMs,
      options.signal,
      () =>
        new Fault({
          code: 'timeout',
          message: `The guest agent did not answer ${command} within ${timeoutMs} ms.`,
          remedy: 'The guest may be busy or hang; it may still carry the command out.',
        }),
      command,
    );
    const body = reply as AgentReply['body'];
    if (body.kind === 'garbage') {
      throw new Fault({
        code: 'guest-unresponsive',
        message: `The guest agent answered ${command} with what is no answer: ${body.why}.`,
        remedy: 'Restart the agent in the guest.',
      });
    }
    this.#synced = true;
    if (body.kind === 'error') throw new AgentRefusal(command, body.errorClass, body.description);
    return body.value;
  }

  /** Sends and waits for the reply that `pick` takes; what it does not take is dropped. */
  #exchange(
    request: Uint8Array | null,
    pick: (reply: AgentReply) => { value: unknown } | null,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    tooLate: () => Fault,
    command: string,
  ): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => reject(tooLate()), timeoutMs);
    const abort = () => reject(cancelled(command, signal));
    signal?.addEventListener('abort', abort, { once: true });
    this.#onReply = (reply) => {
      const picked = pick(reply);
      if (picked === null) return;
      this.#lastReplyAt = performance.now();
      resolve(picked.value);
    };
    this.#onLost = (why) =>
      reject(missing(`The connection to the guest agent broke during ${command} (${why}).`));
    if (signal?.aborted) abort();
    else if (this.#socket === null) this.#onLost('the socket is closed');
    else if (request !== null) this.#socket.write(request);
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#onReply = null;
      this.#onLost = null;
    };
    promise.then(settled, settled);
    return promise;
  }

  #isFull(): boolean {
    return this.#socket !== null && this.#socket.writableLength > 0;
  }

  async #open(): Promise<void> {
    if (this.#disposed) throw missing('The connection to the guest agent was closed by Innkeeper.');
    if (this.#socket !== null) return;
    const socket = connect(this.#path);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (error) =>
        reject(missing(`The guest agent's socket ${this.#path} cannot be opened: ${error.message}.`)),
      );
    });
    if (this.#disposed) {
      socket.destroy();
      throw missing('The connection to the guest agent was closed by Innkeeper.');
    }
    this.#socket = socket;
    this.#unansweredSync = null;
    this.#reader = new AgentReader(MAX_REPLY_BYTES);
    this.#synced = false;
    socket.on('data', (chunk: Uint8Array) => {
      // Read even when nothing is awaited, so that late answers do not pile up in QEMU.
      for (const reply of this.#reader.push(chunk)) this.#onReply?.(reply);
    });
    socket.on('error', (error) => this.#onLost?.(error.message));
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null;
      this.#synced = false;
      this.#onLost?.('the socket closed');
    });
    socket.on('end', () => socket.destroy());
  }
}

function encode(message: object): Uint8Array {
  return Buffer.from(`${JSON.stringify(message)}\n`);
}

function throwIfAborted(command: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(command, signal);
}

function cancelled(command: string, signal: AbortSignal | undefined): Fault {
  return new Fault(
    { code: 'cancelled', message: `Asking the guest agent for ${command} was cancelled.` },
    { cause: signal?.reason },
  );
}

function missing(message: string): Fault {
  return new Fault({
    code: 'agent-missing',
    message,
    remedy:
      'Wait until the guest has started. If it stays so, install and start qemu-guest-agent in the guest (Debian, Ubuntu, Fedora: package qemu-guest-agent).',
  });
}

function refusalCode(errorClass: string, description: string): Fault['code'] {
  if (errorClass === 'CommandNotFound' || errorClass === 'CommandDisabled') return 'not-supported';
  if (/no such file|not found/i.test(description)) return 'not-found';
  if (/permission denied|not permitted/i.test(description)) return 'no-permission';
  return 'guest-unresponsive';
}
