/** One answer of the reference client: `ID LENGTH VALUE…`, then LENGTH raw bytes. */
export interface Answer {
  readonly id: number;
  readonly values: readonly string[];
  readonly bytes: Uint8Array;
}

/** Cuts the reference client's stdout into its answers. */
export class AnswerReader {
  #chunks: Buffer[] = [];
  #held = 0;
  #head: { readonly id: number; readonly length: number; readonly values: readonly string[] } | null = null;

  push(chunk: Buffer): Answer[] {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    const answers: Answer[] = [];
    for (;;) {
      if (this.#head === null) {
        const held = this.#joined();
        const end = held.indexOf('\n');
        if (end < 0) return answers;
        const [id, length, ...values] = held.toString('latin1', 0, end).split(' ');
        this.#head = { id: Number(id), length: Number(length), values };
        this.#take(end + 1);
      }
      if (this.#held < this.#head.length) return answers;
      const { id, length, values } = this.#head;
      answers.push({ id, values, bytes: this.#take(length) });
      this.#head = null;
    }
  }

  #joined(): Buffer {
    const [first = Buffer.alloc(0), ...rest] = this.#chunks;
    if (rest.length === 0) return first;
    const held = Buffer.concat(this.#chunks);
    this.#chunks = [held];
    return held;
  }

  #take(length: number): Uint8Array {
    const held = this.#joined();
    this.#chunks = [held.subarray(length)];
    this.#held -= length;
    return new Uint8Array(held.subarray(0, length));
  }
}
