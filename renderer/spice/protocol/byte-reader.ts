import { ProtocolError } from './protocol-error.ts';

/**
 * Reads little-endian values from one message, each checked against the message's end. Gives views, never copies.
 * Everything out of range throws a ProtocolError that carries `where`.
 */
export class ByteReader {
  readonly where: string;
  readonly bytes: Uint8Array;
  #position: number;

  constructor(bytes: Uint8Array, where: string, position = 0) {
    this.bytes = bytes;
    this.where = where;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.bytes.length - this.#position;
  }

  u8(): number {
    const at = this.#take(1);
    return this.bytes[at] ?? 0;
  }

  u16(): number {
    const at = this.#take(2);
    const { bytes } = this;
    return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  i32(): number {
    const at = this.#take(4);
    const { bytes } = this;
    return (
      (bytes[at] ?? 0) |
      ((bytes[at + 1] ?? 0) << 8) |
      ((bytes[at + 2] ?? 0) << 16) |
      ((bytes[at + 3] ?? 0) << 24)
    );
  }

  u32(): number {
    return this.i32() >>> 0;
  }

  u64(): bigint {
    const low = this.u32();
    return (BigInt(this.u32()) << 32n) | BigInt(low);
  }

  /** A view of the next `length` bytes. */
  view(length: number): Uint8Array {
    const at = this.#take(length);
    return this.bytes.subarray(at, at + length);
  }

  /** A view of all that is left. */
  rest(): Uint8Array {
    return this.view(this.remaining);
  }

  /** A u32 count of items that take at least `itemBytes` each, checked before anything is allocated for them. */
  count(itemBytes: number): number {
    return this.checkCount(this.u32(), itemBytes);
  }

  checkCount(count: number, itemBytes: number): number {
    if (count * itemBytes > this.remaining) {
      throw new ProtocolError(this.where, `${count} items of ${itemBytes} bytes do not fit into the message`);
    }
    return count;
  }

  /** A @ptr of spice.proto: an offset from the message's start, 0 for none. The reader stands at what it points to. */
  pointer(): ByteReader | null {
    const offset = this.u32();
    if (offset === 0) return null;
    if (offset >= this.bytes.length) {
      throw new ProtocolError(
        this.where,
        `pointer ${offset} is past the message's ${this.bytes.length} bytes`,
      );
    }
    return new ByteReader(this.bytes, this.where, offset);
  }

  /** A pointer that may not be 0 (@nonnull). */
  requiredPointer(): ByteReader {
    const target = this.pointer();
    if (target === null) throw new ProtocolError(this.where, 'a pointer that must be set is 0');
    return target;
  }

  #take(length: number): number {
    const at = this.#position;
    // Written so that NaN and negative lengths fail too.
    if (!(length >= 0 && length <= this.bytes.length - at)) {
      throw new ProtocolError(
        this.where,
        `needs ${length} bytes at ${at}, the message has ${this.bytes.length}`,
      );
    }
    this.#position = at + length;
    return at;
  }
}
