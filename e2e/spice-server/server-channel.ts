import type { Socket } from 'node:net';
import { hasCapability } from '../../renderer/spice/link/capabilities.ts';
import { MessageAssembler } from '../../renderer/spice/link/message-assembler.ts';
import { ByteReader } from '../../renderer/spice/protocol/byte-reader.ts';
import { ByteWriter } from '../../renderer/spice/protocol/byte-writer.ts';
import { BASE_OUT } from '../../renderer/spice/protocol/constants.ts';
import type { LinkRequest } from './link.ts';
import type { Message } from './message.ts';

const SET_ACK = 3;
const PING = 4;
const MAX_MESSAGE = 1024 * 1024;
const NOTHING = new Uint8Array(0);

export type Listener = (message: Message) => void;

/** A channel of one client, from its link on: sends what a test wants, tells what the client says, counts what it has taken. */
export class ServerChannel {
  readonly type: number;
  readonly id: number;
  readonly request: LinkRequest;
  /** All that came from the client but acks and pongs. */
  readonly received: Message[] = [];
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #assembler: MessageAssembler;
  readonly #listeners = new Set<Listener>();
  readonly #pongs = new Map<number, () => void>();
  readonly #wakes = new Set<() => void>();
  #pings = 0;
  #serial = 0n;
  #generation = 0;
  #window = 0;
  #unacked = 0;
  #counting = false;
  #open = true;

  constructor(socket: Socket, request: LinkRequest, early: Uint8Array) {
    this.type = request.type;
    this.id = request.id;
    this.request = request;
    this.#socket = socket;
    this.#assembler = new MessageAssembler(request.miniHeader ? 'mini' : 'full', 'server', MAX_MESSAGE);
    this.closed = new Promise((resolve) =>
      socket.once('close', () => {
        this.#open = false;
        this.#wake();
        resolve();
      }),
    );
    // A client that goes away in the middle of what we send is told by `closed`.
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => this.#push(new Uint8Array(chunk)));
    this.#push(early);
  }

  get isOpen(): boolean {
    return this.#open;
  }

  clientHas(capability: number): boolean {
    return hasCapability(this.request.capabilities, capability);
  }

  /** Called with each message of the client but acks and pongs, until what it returns is called. */
  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The next message of this type from now on, or the first of those received that `from` does not leave out. */
  next(type: number, options: { readonly from?: number } = {}): Promise<Message> {
    const there = this.received
      .slice(options.from ?? this.received.length)
      .find((message) => message.type === type);
    if (there !== undefined) return Promise.resolve(there);
    return new Promise((resolve, reject) => {
      const stop = this.on((message) => {
        if (message.type !== type) return;
        stop();
        resolve(message);
      });
      void this.closed.then(() => reject(new Error(`the client closed channel ${this.type} before ${type}`)));
    });
  }

  /** Sends one message in the form that was agreed, whether the client keeps up or not. */
  send(type: number, body: Uint8Array = NOTHING): void {
    this.#socket.write(this.frame(type, body));
    if (this.#window > 0) this.#unacked += 1;
  }

  sendAll(messages: readonly Message[]): void {
    this.#socket.cork();
    for (const { type, body } of messages) this.send(type, body);
    this.#socket.uncork();
  }

  /** A message's bytes with its header, for `raw`. */
  frame(type: number, body: Uint8Array): Uint8Array {
    this.#serial += 1n;
    const writer = this.request.miniHeader
      ? new ByteWriter(6 + body.length)
      : new ByteWriter(18 + body.length).u64(this.#serial);
    writer.u16(type).u32(body.length);
    if (!this.request.miniHeader) writer.u32(0);
    return writer.put(body).bytes;
  }

  /** Sends bytes as they are: what no proper server would say. */
  raw(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends only the first `count` bytes of a message (header and all), and goes away. */
  async dieInside(type: number, body: Uint8Array, count: number): Promise<void> {
    await new Promise<void>((resolve) =>
      this.#socket.write(this.frame(type, body).subarray(0, count), () => resolve()),
    );
    this.#socket.destroy();
  }

  /** Ends the connection; `abrupt` drops what is still on its way. */
  close(options: { readonly abrupt?: boolean } = {}): void {
    if (options.abrupt === true) this.#socket.destroy();
    else this.#socket.end();
  }

  /** Asks for an ack after each `window` messages (set_ack), which is what `withinWindow` goes by. */
  setAck(window: number): void {
    this.#generation += 1;
    this.#counting = false;
    this.send(SET_ACK, new ByteWriter(8).u32(this.#generation).u32(window).bytes);
    this.#window = window;
    this.#unacked = 0;
  }

  /** Resolves when the client is no more than two windows behind, as spice-server waits; at once where it was asked for no acks. */
  async withinWindow(): Promise<void> {
    while (this.#open && this.#window > 0 && this.#unacked >= this.#window * 2) {
      await new Promise<void>((resolve) => this.#wakes.add(resolve));
    }
    if (!this.#open) throw new Error(`the client closed channel ${this.type}`);
  }

  /** Resolves when the client has answered a ping, so has handled all that was sent before. Throws when it goes away instead. */
  async handled(): Promise<void> {
    this.#pings += 1;
    const id = this.#pings;
    const answered = new Promise<void>((resolve) => this.#pongs.set(id, resolve));
    this.send(PING, new ByteWriter(12).u32(id).u64(process.hrtime.bigint()).bytes);
    const gone = this.closed.then(() => {
      throw new Error(`the client closed channel ${this.type}`);
    });
    await Promise.race([answered, gone]);
  }

  #push(bytes: Uint8Array): void {
    this.#assembler.push(bytes);
    while (this.#assembler.next()) this.#take(this.#assembler.type, this.#assembler.body);
  }

  #take(type: number, view: Uint8Array): void {
    const body = view.slice();
    switch (type) {
      case BASE_OUT.ackSync:
        this.#counting = new ByteReader(body, 'server.ackSync').u32() === this.#generation;
        return;
      case BASE_OUT.ack:
        if (!this.#counting) return;
        this.#unacked -= this.#window;
        this.#wake();
        return;
      case BASE_OUT.pong: {
        const id = new ByteReader(body, 'server.pong').u32();
        this.#pongs.get(id)?.();
        this.#pongs.delete(id);
        return;
      }
      default: {
        const message = { type, body };
        this.received.push(message);
        for (const listener of [...this.#listeners]) listener(message);
      }
    }
  }

  #wake(): void {
    for (const wake of this.#wakes) wake();
    this.#wakes.clear();
  }
}
