import { displayInit } from '../../../renderer/spice/protocol/client-messages.ts';
import { DISPLAY_OUT } from '../../../renderer/spice/protocol/constants.ts';
import { FIRST_OWN_MESSAGE } from '../../../renderer/spice/protocol/messages.ts';
import { DisplayLink } from './display-link.ts';
import { MessageCutter } from './message-cutter.ts';

/** A message that its sender did not bring to its end is filled up to this length; nobody sends a longer one first. */
const MAX_FILL_BYTES = 65_536;

/**
 * Follows both sides of a SPICE connection as far as it takes to know whether it is a display channel that the server waits
 * for INIT on. Costs nothing once that is over.
 */
export class DisplayLinkWatch {
  readonly link = new DisplayLink();
  /** Resolves when the server has answered the ticket, and when no more comes. */
  readonly linked = this.link.linked;
  /** Resolves when the server has read INIT, as it speaks of its screen, and when no more comes. */
  readonly safe: Promise<void>;
  readonly #safe = Promise.withResolvers<void>();
  #isOver = false;
  #isInitSent = false;
  /** Once linked. */
  #client: MessageCutter | null = null;
  #server: MessageCutter | null = null;

  constructor() {
    this.safe = this.#safe.promise;
  }

  /** Whether the server is in for a crash when the connection ends now. */
  get isExposed(): boolean {
    return !this.#isOver && this.link.isTicketSent;
  }

  /** What the client still has to say until the server has an INIT; null: nothing. To be sent, as it counts as said. */
  missingInit(): Uint8Array | null {
    if (this.#isOver || this.#isInitSent || this.#client === null) return null;
    const cutOff = this.#client.cutOff();
    if (cutOff.missing > MAX_FILL_BYTES) return null;
    this.#isInitSent = true;
    // The server takes any INIT, but one only.
    if (cutOff.type === DISPLAY_OUT.init) return Buffer.alloc(cutOff.missing);
    const body = displayInit({
      pixmapCacheId: 1,
      pixmapCacheSize: 1n << 20n,
      glzDictionaryId: 1,
      glzWindowSize: 1 << 20,
    });
    const isMini = this.link.form === 'mini';
    const header = isMini ? 6 : 18;
    const message = Buffer.alloc(cutOff.missing + header + body.length);
    const at = cutOff.missing + (isMini ? 0 : 8);
    message.writeUInt16LE(DISPLAY_OUT.init, at);
    message.writeUInt32LE(body.length, at + 2);
    message.set(body, cutOff.missing + header);
    return message;
  }

  sent(chunk: Buffer): void {
    if (this.#isOver) return;
    if (this.#client !== null) {
      this.#readSent(this.#client, chunk);
      return;
    }
    this.link.sent(chunk);
    if (this.link.isOver) this.#over();
  }

  /** Tells from where on in the chunk there are messages. */
  received(chunk: Buffer): number {
    const from = this.link.received(chunk);
    if (this.link.isOver) this.#over();
    if (this.#isOver || !this.link.isLinked) return from;
    if (this.#client === null) {
      this.#client = new MessageCutter(this.link.form);
      this.#readSent(this.#client, this.link.early);
    }
    this.#server ??= new MessageCutter(this.link.form);
    this.#readReceived(this.#server, chunk, from);
    return from;
  }

  /** No more comes from the server. */
  ended(): void {
    this.link.ended();
    this.#over();
  }

  #over(): void {
    this.#isOver = true;
    this.#safe.resolve();
  }

  #readSent(client: MessageCutter, chunk: Buffer): void {
    for (let at = 0; at < chunk.length && !this.#isInitSent; ) {
      at = client.read(chunk, at);
      this.#isInitSent = client.isWhole && client.type === DISPLAY_OUT.init;
    }
  }

  #readReceived(server: MessageCutter, chunk: Buffer, from: number): void {
    for (let at = from; at < chunk.length; ) {
      at = server.read(chunk, at);
      if (!server.isBegun || server.type < FIRST_OWN_MESSAGE) continue;
      this.#over();
      return;
    }
  }
}
