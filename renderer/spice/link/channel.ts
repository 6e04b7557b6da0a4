import { ByteReader } from '../protocol/byte-reader.ts';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { EMPTY, pong, u32Body } from '../protocol/client-messages.ts';
import { BASE_OUT, LINK_ERROR } from '../protocol/constants.ts';
import {
  FIRST_OWN_MESSAGE,
  readBaseMessage,
  readSubMessages,
  type SubMessage,
} from '../protocol/messages.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { ByteSource } from './byte-source.ts';
import { type CapabilityWords, hasCapability } from './capabilities.ts';
import { type LinkOptions, shakeHands } from './handshake.ts';
import { LinkError, linkErrorOf } from './link-error.ts';
import { type HeaderForm, MessageAssembler } from './message-assembler.ts';
import type { Serials } from './serials.ts';
import type { Transport } from './transport.ts';

/** What a channel's own code may do with its connection. */
export interface ChannelSender {
  readonly type: number;
  readonly id: number;
  /** Sends one message; does nothing once the channel is closed. */
  send(type: number, body: Uint8Array): void;
  /** Whether the server announced this capability of the channel's type. */
  serverHas(capability: number): boolean;
}

/** A channel's own code: takes every message that is not BaseChannel's. */
export interface ChannelHandler {
  /** Throws a ProtocolError for what it cannot take. A promise holds all later messages of this channel back. */
  receive(type: number, body: Uint8Array): Promise<void> | undefined | void;
}

export interface Notice {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
}

export interface ChannelEvents {
  /** Once. Null when the other end closed in order or we did. */
  closed(error: Error | null): void;
  notice(notice: Notice): void;
}

export interface ChannelOptions extends LinkOptions {
  /** For error messages: `display`, `cursor`. */
  readonly name: string;
  readonly maxMessageBytes: number;
  readonly serials: Serials;
  readonly linkTimeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const SEVERITIES = ['info', 'warning', 'error'] as const;
/** While a channel is held back, no more than this may wait; a server that keeps to the acknowledgement window stays far below. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;

/** One SPICE channel from its link on: cuts messages, answers BaseChannel's own and hands on the rest. */
export class Channel implements ChannelSender {
  readonly type: number;
  readonly id: number;
  readonly #transport: Transport;
  readonly #options: ChannelOptions;
  readonly #form: HeaderForm;
  readonly #capabilities: CapabilityWords;
  readonly #assembler: MessageAssembler;
  readonly #acknowledgements: Acknowledgements;
  #handler: ChannelHandler | null = null;
  #events: ChannelEvents | null = null;
  #closed: { readonly error: Error | null } | null = null;
  #waiting = false;
  #received = 0n;
  #sent = 0n;

  /** Links the channel over a fresh transport, which is the channel's from now on. Throws LinkError or ProtocolError. */
  static async open(transport: Transport, options: ChannelOptions): Promise<Channel> {
    const source = new ByteSource();
    const lost = (reason: Error | null): LinkError =>
      new LinkError(
        'lost',
        `The connection was lost while the ${options.name} channel was being opened.`,
        reason === null ? {} : { cause: reason },
      );
    transport.onData = (bytes) => source.push(bytes);
    transport.onClose = (reason) => source.end(lost(reason));
    const timer = setTimeout(
      () =>
        source.end(
          new LinkError('timeout', `The SPICE server did not open the ${options.name} channel in time.`),
        ),
      options.linkTimeoutMs,
    );
    const onAbort = (): void => source.end(new LinkError('lost', 'The viewer was closed.'));
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      options.signal?.throwIfAborted();
      const link = await shakeHands((bytes) => transport.send(bytes), source, options);
      return new Channel(transport, options, link.headerForm, link.capabilities, source);
    } catch (error) {
      transport.onData = ignore;
      transport.onClose = ignore;
      transport.close();
      throw error;
    } finally {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  private constructor(
    transport: Transport,
    options: ChannelOptions,
    form: HeaderForm,
    capabilities: CapabilityWords,
    source: ByteSource,
  ) {
    this.type = options.type;
    this.id = options.id;
    this.#transport = transport;
    this.#options = options;
    this.#form = form;
    this.#capabilities = capabilities;
    this.#assembler = new MessageAssembler(form, options.name, options.maxMessageBytes);
    options.serials.open(options.type, options.id);
    this.#acknowledgements = new Acknowledgements(form);
    this.#arrive(source.takeRest());
    transport.onData = (bytes) => this.#receive(bytes);
    transport.onClose = (reason) => this.#finish(this.#endOf(reason));
  }

  /** Messages flow from here on. */
  start(handler: ChannelHandler, events: ChannelEvents): void {
    this.#handler = handler;
    this.#events = events;
    if (this.#closed !== null) events.closed(this.#closed.error);
    else this.#drain();
  }

  /** `times`: in one piece, as each piece is a task for the browser and for the back end. */
  send(type: number, body: Uint8Array, times = 1): void {
    if (this.#closed !== null) return;
    const isMini = this.#form === 'mini';
    const writer = new ByteWriter(times * ((isMini ? 6 : 18) + body.length));
    for (let count = 0; count < times; count += 1) {
      this.#sent += 1n;
      if (isMini) writer.u16(type).u32(body.length).put(body);
      else writer.u64(this.#sent).u16(type).u32(body.length).u32(0).put(body);
    }
    this.#transport.send(writer.bytes);
  }

  serverHas(capability: number): boolean {
    return hasCapability(this.#capabilities, capability);
  }

  close(): void {
    this.#finish(null);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed !== null) return;
    this.#arrive(bytes);
    this.#acknowledge();
    if (this.#handler === null || this.#waiting) {
      if (this.#assembler.held > MAX_HELD_BYTES) {
        this.#finish(new ProtocolError(this.#options.name, 'the server sends more than its window allows'));
      }
      return;
    }
    this.#drain();
  }

  #arrive(bytes: Uint8Array): void {
    this.#acknowledgements.arrive(bytes);
    this.#assembler.push(bytes);
  }

  #drain(): void {
    try {
      while (this.#closed === null && this.#assembler.next()) {
        const wait = this.#handleAll(this.#messages(), 0);
        if (wait === undefined) {
          this.#handled();
          continue;
        }
        this.#waiting = true;
        wait.then(
          () => {
            this.#waiting = false;
            this.#handled();
            this.#drain();
          },
          (error: unknown) => this.#finish(asError(error)),
        );
        break;
      }
      // In one piece for all that was done, not for each message.
      this.#acknowledge();
    } catch (error) {
      // Whatever a handler throws ends the channel: what follows would build on a state that is not the server's.
      this.#finish(asError(error));
    }
  }

  /** The message at hand, after those that its header's sub-list puts before it. */
  #messages(): readonly SubMessage[] {
    const { type, body, subList } = this.#assembler;
    if (subList === 0) return [{ type, body }];
    if (subList > body.length) throw new ProtocolError(this.#options.name, `sub-messages at ${subList}`);
    return [...readSubMessages(new ByteReader(body, this.#options.name, subList)), { type, body }];
  }

  #handleAll(messages: readonly SubMessage[], from: number): Promise<void> | undefined {
    for (let index = from; index < messages.length && this.#closed === null; index += 1) {
      const message = messages[index];
      if (message === undefined) break;
      const wait =
        message.type < FIRST_OWN_MESSAGE
          ? this.#handleBase(message)
          : this.#handler?.receive(message.type, message.body);
      if (wait instanceof Promise) return wait.then(() => this.#handleAll(messages, index + 1));
    }
    return undefined;
  }

  #handleBase({ type, body }: SubMessage): Promise<void> | undefined {
    const message = readBaseMessage(type, body);
    switch (message.kind) {
      case 'setAck':
        this.#acknowledgements.setWindow(message.body.window);
        this.send(BASE_OUT.ackSync, u32Body(message.body.generation));
        return undefined;
      case 'ping':
        this.send(BASE_OUT.pong, pong(message.body.id, message.body.timestamp));
        return undefined;
      case 'waitForChannels':
        return this.#options.serials.wait(message.body.waits, this);
      case 'notify':
        this.#events?.notice({
          severity: SEVERITIES[message.body.severity] ?? 'error',
          text: message.body.text,
        });
        return undefined;
      case 'disconnecting':
        this.#finish(message.body.reason === LINK_ERROR.ok ? null : linkErrorOf(message.body.reason));
        return undefined;
      case 'list':
        if (message.body.some((sub) => sub.type === type)) {
          throw new ProtocolError(this.#options.name, 'a list of messages inside a list');
        }
        return this.#handleAll(message.body, 0);
      case 'migrate':
      case 'migrateData':
        // We announce no migration capability, so a server has no reason to ask; ending in words is all we can do.
        this.#finish(new LinkError('migrating', 'The guest moved to another host; open its screen there.'));
        return undefined;
    }
  }

  /** One message is done: tell the others that wait. */
  #handled(): void {
    this.#received += 1n;
    this.#options.serials.report(this.type, this.id, this.#received);
    this.#acknowledgements.handle();
  }

  #acknowledge(): void {
    const due = this.#acknowledgements.take();
    if (due > 0) this.send(BASE_OUT.ack, EMPTY, due);
  }

  /** Null: in order. A server that means to end does not do so inside a message. */
  #endOf(reason: Error | null): LinkError | null {
    if (reason !== null) {
      return new LinkError('lost', 'The connection to the guest’s screen was lost.', { cause: reason });
    }
    if (this.#waiting || this.#assembler.isBetween) return null;
    return new LinkError('lost', `The ${this.#options.name} channel ended inside a message.`);
  }

  #finish(error: Error | null): void {
    if (this.#closed !== null) return;
    this.#closed = { error };
    this.#transport.onData = ignore;
    this.#transport.onClose = ignore;
    this.#transport.close();
    this.#events?.closed(error);
  }
}

function ignore(): void {
  // The connection is no longer ours.
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
