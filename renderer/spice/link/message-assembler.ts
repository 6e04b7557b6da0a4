import { ByteReader } from '../protocol/byte-reader.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** protocol.h: SpiceMiniDataHeader (type u16, size u32) or SpiceDataHeader (serial u64, type u16, size u32, sub_list u32). */
export type HeaderForm = 'mini' | 'full';

/** A buffer for a message is made whole up to this size, beyond it grows with what really arrives. */
const EAGER_BYTES = 16 * 1024 * 1024;
const NOTHING = new Uint8Array(0);
/** What a waiting chunk costs beside its bytes, so that a flood of tiny chunks counts. */
const CHUNK_OVERHEAD = 64;

/**
 * Cuts a byte stream into messages. A message that lies whole in one chunk is given as a view of it; any other is copied once.
 * Give it chunks with `push`, then take messages while `next` returns true.
 */
export class MessageAssembler {
  /** Of the message that `next` found. */
  type = 0;
  body: Uint8Array = NOTHING;
  /** Full header: where the body's SpiceSubMessageList is, 0 for none. */
  subList = 0;

  readonly #form: HeaderForm;
  readonly #where: string;
  readonly #maxBytes: number;
  readonly #header: Uint8Array;
  #headerFill = 0;
  /** Of the message whose header was read, its body's bytes. */
  #size = 0;
  #partial: Uint8Array | null = null;
  #partialFill = 0;
  #chunks: Uint8Array[] = [];
  #first = 0;
  #offset = 0;
  #held = 0;

  constructor(form: HeaderForm, where: string, maxBytes: number) {
    this.#form = form;
    this.#where = where;
    this.#maxBytes = maxBytes;
    this.#header = new Uint8Array(form === 'mini' ? 6 : 18);
  }

  /** Bytes that wait to be taken, with what holding them costs. */
  get held(): number {
    return this.#held;
  }

  /** Every byte that came has been taken in a whole message. */
  get isBetween(): boolean {
    return this.#headerFill === 0 && this.#partial === null && this.#held === 0;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#held += chunk.length + CHUNK_OVERHEAD;
  }

  /** Throws a ProtocolError for a message that is larger than allowed. */
  next(): boolean {
    if (this.#headerFill < this.#header.length && !this.#readHeader()) return false;
    if (this.#partial === null) {
      const chunk = this.#chunks[this.#first];
      if (this.#size === 0) return this.#found(NOTHING);
      if (chunk === undefined) return false;
      if (chunk.length - this.#offset >= this.#size) {
        const body = chunk.subarray(this.#offset, this.#offset + this.#size);
        this.#advance(this.#size);
        return this.#found(body);
      }
      this.#partial = new Uint8Array(Math.min(this.#size, EAGER_BYTES));
      this.#partialFill = 0;
    }
    return this.#fillPartial(this.#partial);
  }

  #fillPartial(start: Uint8Array): boolean {
    let partial = start;
    for (;;) {
      const chunk = this.#chunks[this.#first];
      if (chunk === undefined) return false;
      const length = Math.min(chunk.length - this.#offset, this.#size - this.#partialFill);
      if (this.#partialFill + length > partial.length) {
        const larger = new Uint8Array(
          Math.min(this.#size, Math.max(partial.length * 2, this.#partialFill + length)),
        );
        larger.set(partial.subarray(0, this.#partialFill));
        partial = larger;
        this.#partial = larger;
      }
      partial.set(chunk.subarray(this.#offset, this.#offset + length), this.#partialFill);
      this.#partialFill += length;
      this.#advance(length);
      if (this.#partialFill === this.#size) return this.#found(partial);
    }
  }

  #found(body: Uint8Array): true {
    this.body = body;
    this.#partial = null;
    this.#headerFill = 0;
    return true;
  }

  #readHeader(): boolean {
    while (this.#headerFill < this.#header.length) {
      const chunk = this.#chunks[this.#first];
      if (chunk === undefined) return false;
      const length = Math.min(chunk.length - this.#offset, this.#header.length - this.#headerFill);
      this.#header.set(chunk.subarray(this.#offset, this.#offset + length), this.#headerFill);
      this.#headerFill += length;
      this.#advance(length);
    }
    const reader = new ByteReader(this.#header, this.#where, this.#form === 'mini' ? 0 : 8);
    this.type = reader.u16();
    this.#size = reader.u32();
    this.subList = this.#form === 'mini' ? 0 : reader.u32();
    if (this.#size > this.#maxBytes) {
      throw new ProtocolError(this.#where, `a message of ${this.#size} bytes, more than ${this.#maxBytes}`);
    }
    return true;
  }

  #advance(length: number): void {
    this.#offset += length;
    this.#held -= length;
    const chunk = this.#chunks[this.#first];
    if (chunk === undefined || this.#offset < chunk.length) return;
    this.#offset = 0;
    this.#held -= CHUNK_OVERHEAD;
    this.#first += 1;
    if (this.#first === this.#chunks.length) {
      this.#chunks.length = 0;
      this.#first = 0;
      return;
    }
    // Their bytes go at once, their places only when they are the half of it: shifting one by one would be quadratic.
    this.#chunks[this.#first - 1] = NOTHING;
    if (this.#first * 2 >= this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first);
      this.#first = 0;
    }
  }
}
