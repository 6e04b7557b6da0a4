/**
 * Bytes that arrive in any pieces and leave in the pieces a reader asks for. A piece that fits is handed over without
 * a copy; the rest is copied once, however many pieces a message came in.
 */
export class ByteQueue {
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #held = 0;

  get held(): number {
    return this.#held;
  }

  push(bytes: ArrayBuffer): void {
    if (bytes.byteLength === 0) return;
    this.#chunks.push(new Uint8Array(bytes));
    this.#held += bytes.byteLength;
  }

  /** Exactly `length` bytes as a buffer of their own; null while fewer have arrived. */
  take(length: number): ArrayBuffer | null {
    if (length > this.#held) return null;
    const first = this.#chunks[0];
    if (first !== undefined && first.byteLength === length && first.byteLength === first.buffer.byteLength) {
      this.#chunks.shift();
      this.#held -= length;
      return first.buffer;
    }
    const message = new Uint8Array(length);
    let filled = 0;
    let whole = 0;
    for (const chunk of this.#chunks) {
      if (filled === length) break;
      const part = Math.min(chunk.byteLength, length - filled);
      message.set(part === chunk.byteLength ? chunk : chunk.subarray(0, part), filled);
      filled += part;
      if (part < chunk.byteLength) {
        this.#chunks[whole] = chunk.subarray(part);
        break;
      }
      whole += 1;
    }
    this.#chunks.splice(0, whole);
    this.#held -= length;
    return message.buffer;
  }
}
