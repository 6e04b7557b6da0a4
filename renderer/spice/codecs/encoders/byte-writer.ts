/** Bytes that grow as they are written. */
export class ByteWriter {
  #bytes = new Uint8Array(4096);
  length = 0;

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.length++] = value;
  }

  bytes(values: Uint8Array): void {
    this.#grow(values.length);
    this.#bytes.set(values, this.length);
    this.length += values.length;
  }

  word(value: number, littleEndian: boolean): void {
    this.#grow(4);
    new DataView(this.#bytes.buffer).setUint32(this.length, value, littleEndian);
    this.length += 4;
  }

  /** Writes over a word that is there already. */
  setWord(at: number, value: number, littleEndian: boolean): void {
    new DataView(this.#bytes.buffer).setUint32(at, value, littleEndian);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #grow(by: number): void {
    if (this.length + by <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + by));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
