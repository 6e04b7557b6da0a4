import { ByteReader } from '../../renderer/spice/protocol/byte-reader.ts';
import { ByteWriter } from '../../renderer/spice/protocol/byte-writer.ts';
import { MAIN_OUT } from '../../renderer/spice/protocol/constants.ts';
import type { ServerChannel } from './server-channel.ts';

/** MainChannel, server side. */
const AGENT_DISCONNECTED = 108;
const AGENT_DATA = 109;
const AGENT_TOKEN = 110;
const AGENT_CONNECTED_TOKENS = 115;
/** vd_agent.h, VD_AGENT_MAX_DATA_SIZE. */
const PIECE_BYTES = 2048;

/** The guest's agent as a client sees it, both ways, each piece paid for with a token. */
export class ServerAgent {
  /** What came from the client, one after the other; whoever reads it takes it out. */
  readonly received: Uint8Array[] = [];
  /** False: the client's pieces are not paid back, so that it runs out of tokens. */
  givesTokens = true;
  readonly #channel: ServerChannel;
  readonly #queue: Uint8Array[] = [];
  readonly #listeners = new Set<(piece: Uint8Array) => void>();
  #tokens = 0;
  #drained = Promise.withResolvers<void>();

  constructor(channel: ServerChannel) {
    this.#channel = channel;
    channel.on(({ type, body }) => {
      if (type === MAIN_OUT.agentStart) this.#tokens = new ByteReader(body, 'server.agent').u32();
      else if (type === MAIN_OUT.agentToken) this.#tokens += new ByteReader(body, 'server.agent').u32();
      else if (type === MAIN_OUT.agentData) this.#take(body);
      else return;
      this.#pump();
    });
  }

  /** The agent comes: the client may send it `tokens` pieces, and says with agent_start how many it takes. */
  connect(tokens = 10): void {
    this.#tokens = 0;
    this.#channel.send(AGENT_CONNECTED_TOKENS, new ByteWriter(4).u32(tokens).bytes);
  }

  /** The agent goes; `reason` is a link_err. What was not sent is forgotten. */
  disconnect(reason = 0): void {
    this.#queue.length = 0;
    this.#channel.send(AGENT_DISCONNECTED, new ByteWriter(4).u32(reason).bytes);
  }

  /** Sends bytes in pieces as the client's tokens allow; resolves with the last of them. */
  send(bytes: Uint8Array): Promise<void> {
    if (this.#queue.length === 0) this.#drained = Promise.withResolvers();
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.#queue.push(bytes.subarray(at, at + PIECE_BYTES));
    }
    this.#pump();
    return this.#drained.promise;
  }

  /** Pays the client for pieces it may send. */
  giveTokens(count: number): void {
    this.#channel.send(AGENT_TOKEN, new ByteWriter(4).u32(count).bytes);
  }

  /** Called with every piece of the client's, until what it returns is called. */
  on(listener: (piece: Uint8Array) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #take(piece: Uint8Array): void {
    this.received.push(piece);
    if (this.givesTokens) this.giveTokens(1);
    for (const listener of [...this.#listeners]) listener(piece);
  }

  #pump(): void {
    while (this.#tokens > 0) {
      const piece = this.#queue.shift();
      if (piece === undefined) break;
      this.#tokens -= 1;
      this.#channel.send(AGENT_DATA, piece);
    }
    if (this.#queue.length === 0) this.#drained.resolve();
  }
}
