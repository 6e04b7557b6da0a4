/** Bytes that arrive in pieces, taken in exact lengths: for the handshake, before messages flow. */
export class ByteSource {
  #chunks: Uint8Array[] = [];
  #length = 0;
  #waiting: { readonly length: number; resolve(bytes: Uint8Array): void; reject(error: Error): void } | null =
    null;
  #ended: Error | null = null;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const waiting = this.#waiting;
    if (waiting === null || this.#length < waiting.length) return;
    this.#waiting = null;
    waiting.resolve(this.#take(waiting.length));
  }

  /** Every read from now on, and one that waits, fails with `error`. */
  end(error: Error): void {
    this.#ended = error;
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  read(length: number): Promise<Uint8Array> {
    if (this.#length >= length) return Promise.resolve(this.#take(length));
    if (this.#ended !== null) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting = { length, resolve, reject };
    });
  }

  /** All that has arrived and was not read. */
  takeRest(): Uint8Array {
    return this.#take(this.#length);
  }

  #take(length: number): Uint8Array {
    const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? new Uint8Array(0)) : join(this.#chunks);
    this.#chunks = length < all.length ? [all.subarray(length)] : [];
    this.#length -= length;
    return all.subarray(0, length);
  }
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
