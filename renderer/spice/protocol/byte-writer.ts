/** Writes little-endian values into a message of known size. What does not fit is a mistake of ours and throws a RangeError. */
export class ByteWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #position = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  u8(value: number): this {
    this.#view.setUint8(this.#move(1), value);
    return this;
  }

  u16(value: number): this {
    this.#view.setUint16(this.#move(2), value, true);
    return this;
  }

  u32(value: number): this {
    this.#view.setUint32(this.#move(4), value, true);
    return this;
  }

  i32(value: number): this {
    this.#view.setInt32(this.#move(4), value, true);
    return this;
  }

  u64(value: bigint): this {
    this.#view.setBigUint64(this.#move(8), value, true);
    return this;
  }

  put(bytes: Uint8Array): this {
    this.bytes.set(bytes, this.#move(bytes.length));
    return this;
  }

  #move(length: number): number {
    const at = this.#position;
    this.#position += length;
    return at;
  }
}
