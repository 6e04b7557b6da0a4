import type { HeaderForm } from '../../../renderer/spice/link/message-assembler.ts';
import { BASE_OUT } from '../../../renderer/spice/protocol/constants.ts';
import { MessageCutter } from './message-cutter.ts';

/** messages common to all channels: SPICE_MSG_SET_ACK (spice/enums.h). */
const SET_ACK = 3;
/**
 * How far a client may be behind what was acknowledged in its place. Scrolled text is thousands of messages: with fewer under way
 * than these, the way through a browser and back is what they wait for (ADR 7 has the figures). The messages are what counts for
 * compressed text, the bytes for plain bitmaps; the bytes are also what a client on a slow line has to take before it sees what
 * is new, so they are no more than that needs.
 */
const MOST_AHEAD_MESSAGES = 640;
const MOST_AHEAD_BYTES = 2 * 1024 * 1024;
/** With a window of one message. */
const MOST_AHEAD_WINDOWS = MOST_AHEAD_MESSAGES;

/**
 * Acknowledges a display channel's messages when they are passed on, ahead of the client's own acknowledgements, which are
 * taken out where they have been given already. spice-server sends two windows and then waits (red-channel-client.cpp:
 * waiting_for_ack); it takes a window off an unsigned counter for each acknowledgement, so never more are given than
 * there were messages. The client remains the one that ends the wait: without its acknowledgements no more are given than the
 * bounds above allow.
 */
export class AcknowledgeAhead {
  readonly #form: HeaderForm;
  readonly #server: MessageCutter;
  readonly #client: MessageCutter;
  #generation: number | null = null;
  #window = 0;
  /** The client has confirmed the generation; until then the server takes no notice of acknowledgements. */
  #isSynced = false;
  // Since the message that set the window: messages and bytes of their bodies passed on, the client's own acknowledgements, and
  // those that the server got.
  #messages = 0;
  #bytes = 0;
  #asked = 0;
  #given = 0;
  /** How many bytes there were at the end of each of the last windows. */
  readonly #ends = new Float64Array(MOST_AHEAD_WINDOWS + 1);
  /** The client's message at hand is not for the server. */
  #isTaken = false;

  constructor(form: HeaderForm) {
    this.#form = form;
    this.#server = new MessageCutter(form);
    this.#client = new MessageCutter(form);
  }

  /** Bytes of the client's that wait until it is known what message they begin; null: none. */
  get held(): Uint8Array | null {
    return this.#client.isInHeader ? this.#client.pieces : null;
  }

  /** What the server sent has been passed on, from a place in the chunk on. @returns what is to be sent to the server now. */
  passed(chunk: Buffer, from: number): Uint8Array | null {
    const server = this.#server;
    for (let at = from; at < chunk.length; ) {
      at = server.read(chunk, at);
      if (server.isWhole) this.#count(server);
    }
    return this.#due();
  }

  /** @returns what of the client's bytes, and of our own, is to be sent to the server now. */
  sent(chunk: Buffer): Uint8Array[] {
    const client = this.#client;
    const parts: Uint8Array[] = [];
    // From where on the chunk has not been dealt with.
    let from = 0;
    const pass = (to: number): void => {
      if (to > from) parts.push(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to));
      from = to;
    };
    for (let at = 0; at < chunk.length; ) {
      const start = at;
      const isInPieces = client.isInHeader;
      at = client.read(chunk, at);
      if (!client.isBegun) {
        pass(start);
        return parts;
      }
      if (client.isJustBegun) {
        this.#isTaken = this.#isGiven(client);
        if (this.#isTaken) pass(start);
        else if (isInPieces) {
          parts.push(client.pieces);
          from = at;
        }
      }
      if (this.#isTaken) from = at;
      if (!client.isWhole) continue;
      if (client.type === BASE_OUT.ackSync) this.#isSynced = client.word(0) === this.#generation;
      const due = this.#due();
      if (due === null) continue;
      pass(at);
      parts.push(due);
    }
    pass(chunk.length);
    return parts;
  }

  #count(message: MessageCutter): void {
    if (message.type === SET_ACK) {
      this.#generation = message.word(0);
      this.#window = message.word(1) ?? 0;
      this.#isSynced = false;
      this.#messages = 0;
      this.#bytes = 0;
      this.#asked = 0;
      this.#given = 0;
      this.#ends[0] = 0;
      return;
    }
    if (this.#window === 0) return;
    this.#messages += 1;
    this.#bytes += message.size;
    if (this.#messages % this.#window === 0)
      this.#ends[this.#place(this.#messages / this.#window)] = this.#bytes;
  }

  /** Whether a message of the client's is an acknowledgement that the server has got already. */
  #isGiven({ type }: MessageCutter): boolean {
    if (type !== BASE_OUT.ack || !this.#isSynced) return false;
    this.#asked += 1;
    if (this.#asked <= this.#given) return true;
    this.#given = this.#asked;
    return false;
  }

  /** The acknowledgements that can be given ahead now; never inside a message of the client's. */
  #due(): Uint8Array | null {
    if (this.#window === 0 || !this.#isSynced || this.#client.isInBody) return null;
    const windows = Math.floor(this.#messages / this.#window);
    // Where the client has got to is not known any more.
    if (windows - this.#asked > MOST_AHEAD_WINDOWS) return null;
    const most = Math.min(windows, this.#asked + Math.floor(MOST_AHEAD_MESSAGES / this.#window));
    const before = this.#given;
    const mostBytes = this.#endOf(this.#asked) + MOST_AHEAD_BYTES;
    while (this.#given < most && this.#endOf(this.#given + 1) <= mostBytes) this.#given += 1;
    return this.#given === before ? null : acknowledgements(this.#form, this.#given - before);
  }

  #endOf(window: number): number {
    return this.#ends[this.#place(window)] ?? 0;
  }

  #place(window: number): number {
    return window % this.#ends.length;
  }
}

/** Without serials where there is a place for them: spice-server reads none of a client's, and the client has its own. */
function acknowledgements(form: HeaderForm, count: number): Uint8Array {
  const [header, typeAt] = form === 'mini' ? [6, 0] : [18, 8];
  const bytes = Buffer.alloc(count * header);
  for (let at = 0; at < bytes.length; at += header) bytes.writeUInt16LE(BASE_OUT.ack, at + typeAt);
  return bytes;
}
