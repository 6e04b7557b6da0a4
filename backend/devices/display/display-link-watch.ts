import { hasCapability } from '../../../renderer/spice/link/capabilities.ts';
import { LINK_HEADER_BYTES } from '../../../renderer/spice/link/link-messages.ts';
import { displayInit } from '../../../renderer/spice/protocol/client-messages.ts';
import { CHANNEL, COMMON_CAP, DISPLAY_OUT, LINK_ERROR } from '../../../renderer/spice/protocol/constants.ts';

/** Of SpiceLinkMess behind the SpiceLinkHeader: type u8, count of common capabilities u32, where they begin u32. */
const [MESS_TYPE, MESS_COMMON, MESS_OFFSET] = [4, 6, 14];
/** Of SpiceLinkReply behind one: link_err u32, count of common capabilities u32, where they begin u32. */
const [REPLY_ERROR, REPLY_COMMON, REPLY_OFFSET] = [0, 166, 174];
/** SpiceLinkEncryptedTicket, for a key of 1024 bits. */
const TICKET_BYTES = 128;
/** More than any greeting has. */
const MAX_GREETING_BYTES = 4096;
/** spice.proto: messages of BaseChannel have smaller numbers than a channel's own. */
const FIRST_OWN_MESSAGE = 101;
/** A message that its sender did not bring to its end is filled up to this length; nobody sends a longer one first. */
const MAX_FILL_BYTES = 65_536;

const NOTHING = Buffer.alloc(0);

/**
 * Follows both sides of a SPICE connection as far as it takes to know whether it is a display channel that the server waits
 * for INIT on. Costs nothing once that is over.
 */
export class DisplayLinkWatch {
  /** Resolves when the server has answered the ticket, and when no more comes. */
  readonly linked: Promise<void>;
  /** Resolves when the server has read INIT, as it speaks of its screen, and when no more comes. */
  readonly safe: Promise<void>;
  readonly #linked = Promise.withResolvers<void>();
  readonly #safe = Promise.withResolvers<void>();
  #isOver = false;
  #isTicketSent = false;
  #isInitSent = false;
  #isMini = false;
  /** Not read yet, of each side. */
  #sent: Buffer = NOTHING;
  #received: Buffer = NOTHING;
  #ticketBytes: number | null = null;
  #sentState: 'greeting' | 'ticket' | 'messages' = 'greeting';
  #receivedState: 'greeting' | 'result' | 'messages' = 'greeting';
  /** Of a message, how many bytes are still to come. */
  #sentSkip = 0;
  #receivedSkip = 0;

  constructor() {
    this.linked = this.#linked.promise;
    this.safe = this.#safe.promise;
  }

  /** Whether the server is in for a crash when the connection ends now. */
  get isExposed(): boolean {
    return !this.#isOver && this.#isTicketSent;
  }

  /** What the client still has to say until the server has an INIT; null: nothing. To be sent, as it counts as said. */
  missingInit(): Uint8Array | null {
    if (this.#isOver || this.#isInitSent) return null;
    if (this.#sentState !== 'messages' || this.#receivedState !== 'messages') return null;
    const begun = this.#begun();
    if (begun.missing > MAX_FILL_BYTES) return null;
    this.#isInitSent = true;
    // The server takes any INIT, but one only.
    if (begun.type === DISPLAY_OUT.init) return Buffer.alloc(begun.missing);
    const body = displayInit({
      pixmapCacheId: 1,
      pixmapCacheSize: 1n << 20n,
      glzDictionaryId: 1,
      glzWindowSize: 1 << 20,
    });
    const header = this.#headerBytes();
    const message = Buffer.alloc(begun.missing + header + body.length);
    const at = begun.missing + (this.#isMini ? 0 : 8);
    message.writeUInt16LE(DISPLAY_OUT.init, at);
    message.writeUInt32LE(body.length, at + 2);
    message.set(body, begun.missing + header);
    return message;
  }

  sent(chunk: Buffer): void {
    if (this.#isOver || this.#isInitSent) return;
    this.#sent = join(this.#sent, chunk);
    // Nobody says so much before its turn who wants to be understood.
    if (this.#sent.length > MAX_FILL_BYTES) this.#over();
    while (!this.#isOver && this.#readSent());
  }

  received(chunk: Buffer): void {
    if (this.#isOver) return;
    this.#received = join(this.#received, chunk);
    while (!this.#isOver && this.#readReceived());
  }

  /** No more comes from the server. */
  ended(): void {
    this.#over();
  }

  #over(): void {
    this.#isOver = true;
    this.#sent = NOTHING;
    this.#received = NOTHING;
    this.#linked.resolve();
    this.#safe.resolve();
  }

  /** The message that the client has begun: its type as far as it is known, and how many bytes are missing. */
  #begun(): { readonly type: number; readonly missing: number } {
    if (this.#sent.length === 0) return { type: 0, missing: this.#sentSkip };
    // In the midst of its header: what is missing there is made 0.
    const header = Buffer.alloc(this.#headerBytes());
    this.#sent.copy(header);
    const { type, size } = this.#messageIn(header) ?? { type: 0, size: 0 };
    return { type, missing: header.length + size - this.#sent.length };
  }

  #headerBytes(): number {
    return this.#isMini ? 6 : 18;
  }

  /** @returns whether there may be more to read. */
  #readSent(): boolean {
    const bytes = this.#sent;
    switch (this.#sentState) {
      case 'greeting': {
        const greeting = greetingIn(bytes);
        if (greeting === null) return false;
        if (greeting === 'none' || bytes[LINK_HEADER_BYTES + MESS_TYPE] !== CHANNEL.display) {
          this.#over();
          return false;
        }
        const common = firstWord(greeting, MESS_COMMON, MESS_OFFSET);
        this.#ticketBytes = TICKET_BYTES + (hasCapability([common], COMMON_CAP.authSelection) ? 4 : 0);
        this.#isMini = hasCapability([common], COMMON_CAP.miniHeader);
        this.#sent = bytes.subarray(LINK_HEADER_BYTES + greeting.length);
        this.#sentState = 'ticket';
        return true;
      }
      case 'ticket':
        if (this.#ticketBytes === null || bytes.length < this.#ticketBytes) return false;
        this.#sent = bytes.subarray(this.#ticketBytes);
        this.#isTicketSent = true;
        this.#sentState = 'messages';
        return true;
      case 'messages': {
        // Which header it is the server's greeting has said, unless the client speaks before its turn.
        if (this.#receivedState !== 'messages' || this.#isInitSent) return false;
        const skipped = Math.min(this.#sentSkip, bytes.length);
        this.#sentSkip -= skipped;
        this.#sent = bytes.subarray(skipped);
        const message = this.#messageIn(this.#sent);
        if (this.#sentSkip > 0 || message === null) return false;
        if (message.type === DISPLAY_OUT.init) {
          this.#isInitSent = this.#sent.length >= this.#headerBytes() + message.size;
          return false;
        }
        this.#sentSkip = message.size;
        this.#sent = this.#sent.subarray(this.#headerBytes());
        return true;
      }
    }
  }

  #readReceived(): boolean {
    const bytes = this.#received;
    switch (this.#receivedState) {
      case 'greeting': {
        const greeting = greetingIn(bytes);
        if (greeting === null) return false;
        if (greeting === 'none' || greeting.readUInt32LE(REPLY_ERROR) !== LINK_ERROR.ok) {
          this.#over();
          return false;
        }
        this.#isMini &&= hasCapability(
          [firstWord(greeting, REPLY_COMMON, REPLY_OFFSET)],
          COMMON_CAP.miniHeader,
        );
        this.#received = bytes.subarray(LINK_HEADER_BYTES + greeting.length);
        this.#receivedState = 'result';
        return true;
      }
      case 'result': {
        if (bytes.length < 4) return false;
        if (bytes.readUInt32LE(0) !== LINK_ERROR.ok) {
          this.#over();
          return false;
        }
        this.#received = bytes.subarray(4);
        this.#receivedState = 'messages';
        this.#linked.resolve();
        return true;
      }
      case 'messages': {
        const skipped = Math.min(this.#receivedSkip, bytes.length);
        this.#receivedSkip -= skipped;
        this.#received = bytes.subarray(skipped);
        const message = this.#messageIn(this.#received);
        if (this.#receivedSkip > 0 || message === null) return false;
        if (message.type >= FIRST_OWN_MESSAGE) {
          this.#over();
          return false;
        }
        this.#receivedSkip = message.size;
        this.#received = this.#received.subarray(this.#headerBytes());
        return true;
      }
    }
  }

  #messageIn(bytes: Buffer): { readonly type: number; readonly size: number } | null {
    if (bytes.length < this.#headerBytes()) return null;
    const at = this.#isMini ? 0 : 8;
    return { type: bytes.readUInt16LE(at), size: bytes.readUInt32LE(at + 2) };
  }
}

function join(before: Buffer, chunk: Buffer): Buffer {
  return before.length === 0 ? chunk : Buffer.concat([before, chunk]);
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
