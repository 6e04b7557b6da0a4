import type { z } from 'zod';
import type { EventName, EventPayload } from '../contract/events.ts';
import { Fault } from '../contract/fault.ts';
import {
  type RequestName,
  type RequestOutput,
  type RequestParsed,
  type Requests,
  requests,
} from '../contract/requests.ts';
import { EVENT_PREFIX, type RequestMessage, RPC_CODES, requestMessage } from '../contract/wire.ts';
import { type EventBus, isWatched } from './event-bus.ts';
import { nearest, orList } from './nearest.ts';
import { badInput, plainWords } from './plain-words.ts';

/** More running requests than this on one connection are refused with 'busy'. */
export const MAX_IN_FLIGHT = 1000;
/** Longest message any transport takes, bytes. */
export const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** One face that is connected, whatever the transport. */
export interface Connection {
  readonly id: number;
  /** One JSON-RPC message, already parsed from JSON. */
  receive(message: unknown): void;
  /** Ends it: running handlers' signals abort, nothing more is sent. */
  close(): void;
  readonly closed: AbortSignal;
  /** An event for this face alone. */
  tell<N extends EventName>(name: N, payload: EventPayload<N>): void;
  /** 'host' and 'machine:ID' of the figures it wants. */
  readonly watching: Set<string>;
}

export interface RequestContext {
  readonly connection: Connection;
  /** Aborts when the connection closes. */
  readonly signal: AbortSignal;
}

export type Handler<N extends RequestName> = (
  input: RequestParsed<N>,
  context: RequestContext,
) => Promise<RequestOutput<N>>;

interface Entry {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly run: (input: unknown, context: RequestContext) => Promise<unknown>;
}

type RequestId = RequestMessage['id'] | null;

export interface DispatcherOptions {
  /** Events of this bus are sent to every connection that wants them. */
  readonly events?: EventBus;
  /** Refuse answers that break the contract: for development and tests. */
  readonly checkOutput?: boolean;
  /** Told of every fault that is our own mistake (code 'internal'). */
  readonly onInternal?: (request: string, fault: Fault) => void;
}

/** The one place where requests are parsed, handed to their handler and answered. Transports only carry messages. */
export class Dispatcher {
  readonly #entries = new Map<string, Entry>();
  readonly #connections = new Set<LiveConnection>();
  readonly #checkOutput: boolean;
  readonly #onInternal: (request: string, fault: Fault) => void;
  #lastId = 0;

  constructor(options: DispatcherOptions = {}) {
    this.#checkOutput = options.checkOutput ?? true;
    this.#onInternal = options.onInternal ?? (() => undefined);
    options.events?.subscribe((name, payload) => {
      if (this.#connections.size === 0) return;
      const message = eventMessage(name, payload);
      for (const connection of this.#connections) {
        if (isWatched(connection.watching, name, payload)) connection.send(message);
      }
    });
  }

  /** Throws when the name has a handler already. */
  register<N extends RequestName>(name: N, handler: Handler<N>): void {
    if (this.#entries.has(name)) throw new Error(`The request '${name}' has two handlers.`);
    const schema: Requests[N] = requests[name];
    this.#entries.set(name, {
      input: schema.in,
      output: schema.out,
      // `call` runs it only with what `schema.in` gave.
      run: (input, context) => handler(input as RequestParsed<N>, context),
    });
  }

  /** Throws when a request of the contract has no handler. */
  assertComplete(): void {
    const missing = Object.keys(requests).filter((name) => !this.#entries.has(name));
    if (missing.length > 0) throw new Error(`These requests have no handler: ${missing.join(', ')}.`);
  }

  /** `send` is called with one JSON-RPC message at a time; it must not throw. */
  connect(send: (message: object) => void): Connection {
    this.#lastId += 1;
    const connection: LiveConnection = new LiveConnection(
      this.#lastId,
      send,
      (name, params, context) => this.#call(name, params, context),
      () => this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    return connection;
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  async #call(name: string, params: unknown, context: RequestContext): Promise<unknown> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw unknownRequest(name, this.#entries.keys());
    const parsed = entry.input.safeParse(params ?? {}, { error: plainWords });
    if (!parsed.success) throw badInput(name, parsed.error, entry.input);
    try {
      const result = await entry.run(parsed.data, context);
      if (this.#checkOutput) this.#check(name, entry, result);
      return result;
    } catch (error) {
      const fault = Fault.from(error);
      if (fault.code === 'internal' && !context.signal.aborted) this.#onInternal(name, fault);
      throw fault;
    }
  }

  #check(name: string, entry: Entry, result: unknown): void {
    const checked = entry.output.safeParse(result, { error: plainWords });
    if (checked.success) return;
    const problem = badInput(name, checked.error, entry.output);
    throw new Fault(
      {
        code: 'internal',
        message: `Innkeeper's answer breaks its own contract. ${problem.message}`,
        remedy: 'Report it; this is a mistake in Innkeeper.',
      },
      { cause: problem },
    );
  }
}

function unknownRequest(name: string, known: Iterable<string>): Fault {
  const near = nearest(name, known);
  return new Fault({
    code: 'unknown-request',
    message: `There is no request '${name.slice(0, 80)}'.`,
    remedy:
      near.length > 0 ? `Did you mean ${orList(near)}?` : 'Use the same version of Innkeeper everywhere.',
  });
}

type Call = (name: string, params: unknown, context: RequestContext) => Promise<unknown>;

class LiveConnection implements Connection {
  readonly id: number;
  readonly watching = new Set<string>();
  readonly #send: (message: object) => void;
  readonly #call: Call;
  readonly #onClose: () => void;
  readonly #closed = new AbortController();
  /** A controller for each request, so that a long connection does not gather listeners on one signal. */
  readonly #running = new Set<AbortController>();

  constructor(id: number, send: (message: object) => void, call: Call, onClose: () => void) {
    this.id = id;
    this.#send = send;
    this.#call = call;
    this.#onClose = onClose;
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  send(message: object): void {
    if (!this.#closed.signal.aborted) this.#send(message);
  }

  tell<N extends EventName>(name: N, payload: EventPayload<N>): void {
    this.send(eventMessage(name, payload));
  }

  receive(message: unknown): void {
    if (this.#closed.signal.aborted) return;
    const parsed = requestMessage.safeParse(message);
    if (!parsed.success) {
      this.#refuse(idOf(message), RPC_CODES.invalidRequest, notARequest(message));
      return;
    }
    const { id, method, params } = parsed.data;
    if (this.#running.size >= MAX_IN_FLIGHT) {
      this.#refuse(id, RPC_CODES.fault, tooMany());
      return;
    }
    void this.#serve(id, method, params);
  }

  close(): void {
    if (this.#closed.signal.aborted) return;
    this.#onClose();
    const reason = new Fault({ code: 'cancelled', message: 'The connection was closed.' });
    this.#closed.abort(reason);
    for (const controller of this.#running) controller.abort(reason);
  }

  async #serve(id: RequestMessage['id'], method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.add(controller);
    try {
      const result = await this.#call(method, params, { connection: this, signal: controller.signal });
      this.send({ jsonrpc: '2.0', id, result });
    } catch (error) {
      const fault = Fault.from(error);
      this.#refuse(id, codeFor(fault), fault);
    } finally {
      this.#running.delete(controller);
    }
  }

  #refuse(id: RequestId, code: number, fault: Fault): void {
    this.send(errorMessage(id, code, fault));
  }
}

function eventMessage<N extends EventName>(name: N, payload: EventPayload<N>): object {
  return { jsonrpc: '2.0', method: `${EVENT_PREFIX}${name}`, params: payload };
}

/** A JSON-RPC error response that carries the fault in `data`. */
export function errorMessage(id: RequestId, code: number, fault: Fault): object {
  return { jsonrpc: '2.0', id, error: { code, message: fault.message, data: fault.toShape() } };
}

/** What a transport answers to bytes that are not JSON. */
export function parseErrorMessage(): object {
  return errorMessage(
    null,
    RPC_CODES.parse,
    new Fault({ code: 'bad-input', message: 'The message is not JSON.', path: [] }),
  );
}

function codeFor(fault: Fault): number {
  if (fault.code === 'bad-input') return RPC_CODES.invalidParams;
  if (fault.code === 'unknown-request') return RPC_CODES.unknownMethod;
  return RPC_CODES.fault;
}

function idOf(message: unknown): RequestId {
  if (typeof message !== 'object' || message === null || !('id' in message)) return null;
  return typeof message.id === 'string' || typeof message.id === 'number' ? message.id : null;
}

function notARequest(message: unknown): Fault {
  return new Fault({
    code: 'bad-input',
    message: Array.isArray(message)
      ? 'The message is a batch; send requests one at a time.'
      : 'The message is not a JSON-RPC 2.0 request (jsonrpc, id, method, params).',
    path: [],
  });
}

function tooMany(): Fault {
  return new Fault({
    code: 'busy',
    message: `This connection has ${MAX_IN_FLIGHT} requests running already.`,
    remedy: 'Wait for some of them to finish.',
  });
}
