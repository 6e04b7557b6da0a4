import { hasCapability } from '../../../renderer/spice/link/capabilities.ts';
import { LINK_HEADER_BYTES } from '../../../renderer/spice/link/link-messages.ts';
import type { HeaderForm } from '../../../renderer/spice/link/message-assembler.ts';
import { CHANNEL, COMMON_CAP, LINK_ERROR } from '../../../renderer/spice/protocol/constants.ts';

/** Of SpiceLinkMess behind the SpiceLinkHeader: type u8, count of common capabilities u32, where they begin u32. */
const [MESS_TYPE, MESS_COMMON, MESS_OFFSET] = [4, 6, 14];
/** Of SpiceLinkReply behind one: link_err u32, count of common capabilities u32, where they begin u32. */
const [REPLY_ERROR, REPLY_COMMON, REPLY_OFFSET] = [0, 166, 174];
/** SpiceLinkEncryptedTicket, for a key of 1024 bits. */
const TICKET_BYTES = 128;
/** More than any greeting has. */
const MAX_GREETING_BYTES = 4096;
/** Nobody says so much before its turn who wants to be understood. */
const MAX_EARLY_BYTES = 65_536;

const NOTHING = Buffer.alloc(0);

/**
 * Follows both sides of a SPICE connection up to where its messages begin. It ends as soon as this is known to be no display
 * channel, or none that the server lets in.
 */
export class DisplayLink {
  /** Resolves when the server has answered the ticket, and when this ends otherwise. */
  readonly linked: Promise<void>;
  readonly #linked = Promise.withResolvers<void>();
  #state: 'linking' | 'linked' | 'over' = 'linking';
  #isMini = false;
  #ticketBytes: number | null = null;
  #isTicketSent = false;
  #isGreeted = false;
  /** Not read yet, of each side. */
  #sent: Buffer = NOTHING;
  #received: Buffer = NOTHING;

  constructor() {
    this.linked = this.#linked.promise;
  }

  /** A display channel, and what both sides send now are messages. */
  get isLinked(): boolean {
    return this.#state === 'linked';
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** The client has said all that the server needs to open a display channel. */
  get isTicketSent(): boolean {
    return this.#isTicketSent;
  }

  /** Once linked. */
  get form(): HeaderForm {
    return this.#isMini ? 'mini' : 'full';
  }

  /** Once linked: the messages that the client sent before its turn. */
  get early(): Buffer {
    return this.#sent;
  }

  sent(chunk: Buffer): void {
    if (this.#state !== 'linking') return;
    this.#sent = Buffer.concat([this.#sent, chunk]);
    if (this.#sent.length > MAX_EARLY_BYTES) this.#end('over');
    while (this.#state === 'linking' && this.#readSent());
  }

  /** Tells from where on in the chunk there are messages. */
  received(chunk: Buffer): number {
    if (this.#state !== 'linking') return 0;
    this.#received = Buffer.concat([this.#received, chunk]);
    while (this.#state === 'linking' && this.#readReceived());
    if (!this.isLinked) return chunk.length;
    const messages = this.#received.length;
    this.#received = NOTHING;
    return chunk.length - messages;
  }

  /** No more comes from the server. */
  ended(): void {
    if (this.#state === 'linking') this.#end('over');
  }

  #end(state: 'linked' | 'over'): void {
    this.#state = state;
    if (state === 'over') {
      this.#sent = NOTHING;
      this.#received = NOTHING;
    }
    this.#linked.resolve();
  }

  /** @returns whether there may be more to read. */
  #readSent(): boolean {
    const bytes = this.#sent;
    if (this.#ticketBytes === null) {
      const greeting = greetingIn(bytes);
      if (greeting === null) return false;
      if (greeting === 'none' || greeting[MESS_TYPE] !== CHANNEL.display) {
        this.#end('over');
        return false;
      }
      const common = firstWord(greeting, MESS_COMMON, MESS_OFFSET);
      this.#ticketBytes = TICKET_BYTES + (hasCapability([common], COMMON_CAP.authSelection) ? 4 : 0);
      this.#isMini = hasCapability([common], COMMON_CAP.miniHeader);
      this.#sent = bytes.subarray(LINK_HEADER_BYTES + greeting.length);
      return true;
    }
    if (this.#isTicketSent || bytes.length < this.#ticketBytes) return false;
    this.#sent = bytes.subarray(this.#ticketBytes);
    this.#isTicketSent = true;
    return false;
  }

  #readReceived(): boolean {
    const bytes = this.#received;
    if (!this.#isGreeted) {
      const greeting = greetingIn(bytes);
      if (greeting === null) return false;
      if (greeting === 'none' || greeting.readUInt32LE(REPLY_ERROR) !== LINK_ERROR.ok) {
        this.#end('over');
        return false;
      }
      this.#isMini &&= hasCapability(
        [firstWord(greeting, REPLY_COMMON, REPLY_OFFSET)],
        COMMON_CAP.miniHeader,
      );
      this.#received = bytes.subarray(LINK_HEADER_BYTES + greeting.length);
      this.#isGreeted = true;
      return true;
    }
    if (bytes.length < 4) return false;
    // A server that lets in who has sent no ticket speaks something else.
    const isLetIn = this.#isTicketSent && bytes.readUInt32LE(0) === LINK_ERROR.ok;
    this.#received = bytes.subarray(4);
    this.#end(isLetIn ? 'linked' : 'over');
    return false;
  }
}

/** What follows the SpiceLinkHeader; null: not all of it is there; 'none': it is no greeting. */
function greetingIn(bytes: Buffer): Buffer | 'none' | null {
  if (bytes.length < LINK_HEADER_BYTES) return null;
  const size = bytes.readUInt32LE(12);
  if (bytes.toString('latin1', 0, 4) !== 'REDQ' || size < 18 || size > MAX_GREETING_BYTES) return 'none';
  return bytes.length < LINK_HEADER_BYTES + size
    ? null
    : bytes.subarray(LINK_HEADER_BYTES, LINK_HEADER_BYTES + size);
}

/** The first word of common capabilities, 0 where there is none. */
function firstWord(greeting: Buffer, countAt: number, offsetAt: number): number {
  if (greeting.length < offsetAt + 4 || greeting.readUInt32LE(countAt) === 0) return 0;
  const offset = greeting.readUInt32LE(offsetAt);
  return offset + 4 > greeting.length ? 0 : greeting.readUInt32LE(offset);
}
