import type { HeaderForm } from '../../../renderer/spice/link/message-assembler.ts';
import { FIRST_OWN_MESSAGE } from '../../../renderer/spice/protocol/messages.ts';

/** The longest body of BaseChannel that is read here, SET_ACK's: generation u32, window u32. */
const KEPT_BYTES = 8;

/**
 * Finds where the messages of a SPICE stream begin and end, chunk by chunk, and keeps no more of them than a header and the first
 * words of a body. Any size is taken as it is said: what makes no sense is skipped.
 */
export class MessageCutter {
  /** Of the message at hand, once its header is whole. Bytes of its body. */
  type = 0;
  size = 0;
  /** Of its body, how many bytes are still to come. */
  missing = 0;
  readonly #typeAt: number;
  /** A header that came in pieces. What has not come is 0. */
  readonly #header: Buffer;
  #headerFill = 0;
  readonly #body = Buffer.alloc(KEPT_BYTES);

  constructor(form: HeaderForm) {
    this.#header = Buffer.alloc(form === 'mini' ? 6 : 18);
    this.#typeAt = form === 'mini' ? 0 : 8;
  }

  /** The header of the message at hand has been read. */
  get isBegun(): boolean {
    return this.#headerFill === this.#header.length;
  }

  /** All of the message at hand has been read. */
  get isWhole(): boolean {
    return this.isBegun && this.missing === 0;
  }

  /** The last bytes that were read ended a header. */
  get isJustBegun(): boolean {
    return this.isBegun && this.missing === this.size;
  }

  /** The last bytes that were read are in the midst of a header. */
  get isInHeader(): boolean {
    return this.#headerFill > 0 && !this.isBegun;
  }

  /** The last bytes that were read are in the midst of a body. */
  get isInBody(): boolean {
    return this.isBegun && this.missing > 0;
  }

  /** A copy of what there is of a header that comes, or came, in pieces. */
  get pieces(): Uint8Array {
    return Uint8Array.from(this.#header.subarray(0, this.#headerFill));
  }

  /** Reads a chunk from a place on (below its length) up to where a header or a message ends, and tells where that is. */
  read(chunk: Buffer, at: number): number {
    if (this.isWhole) this.#headerFill = 0;
    return this.isBegun ? this.#readBody(chunk, at) : this.#readHeader(chunk, at);
  }

  /** A word of a whole message of BaseChannel, of the first ones of its body; null: it is not that long. */
  word(index: number): number | null {
    const at = index * 4;
    return at + 4 > Math.min(this.size, KEPT_BYTES) ? null : this.#body.readUInt32LE(at);
  }

  /** What makes the message at hand whole, in bytes: of a header that was cut off, the bytes that are missing are taken as 0. */
  cutOff(): { readonly type: number; readonly missing: number } {
    if (this.isBegun) return { type: this.type, missing: this.missing };
    if (this.#headerFill === 0) return { type: 0, missing: 0 };
    const size = this.#header.readUInt32LE(this.#typeAt + 2);
    return {
      type: this.#header.readUInt16LE(this.#typeAt),
      missing: this.#header.length - this.#headerFill + size,
    };
  }

  #readHeader(chunk: Buffer, at: number): number {
    const bytes = this.#header.length;
    if (this.#headerFill === 0) {
      if (chunk.length - at >= bytes) {
        this.#begin(chunk, at);
        return at + bytes;
      }
      this.#header.fill(0);
    }
    const copied = chunk.copy(this.#header, this.#headerFill, at);
    this.#headerFill += copied;
    if (this.isBegun) this.#begin(this.#header, 0);
    return at + copied;
  }

  #begin(bytes: Buffer, at: number): void {
    this.#headerFill = this.#header.length;
    this.type = bytes.readUInt16LE(at + this.#typeAt);
    this.size = bytes.readUInt32LE(at + this.#typeAt + 2);
    this.missing = this.size;
  }

  #readBody(chunk: Buffer, at: number): number {
    const read = Math.min(this.missing, chunk.length - at);
    const place = this.size - this.missing;
    if (this.type < FIRST_OWN_MESSAGE && place < KEPT_BYTES) chunk.copy(this.#body, place, at, at + read);
    this.missing -= read;
    return at + read;
  }
}
