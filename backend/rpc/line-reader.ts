const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines without copying a long line again for every chunk of it.
 * `push` returns the complete lines, without their newline; `rest` is what has come of the next one.
 */
export class LineReader {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether the line that is coming is longer than it may be. The connection should end then. */
  get overflowed(): boolean {
    return this.#length > this.#maxBytes;
  }

  /** The next complete line of what was pushed, or null. */
  next(): Buffer | null {
    const last = this.#parts.at(-1);
    if (last === undefined) return null;
    const at = last.indexOf(NEWLINE);
    if (at === -1) return null;
    const line = Buffer.concat([...this.#parts.slice(0, -1), last.subarray(0, at)]);
    const rest = last.subarray(at + 1);
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return line;
  }

  push(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#length += chunk.length;
  }

  /** Everything that was pushed and not given out as a line; the reader is empty afterwards. */
  takeRest(): Buffer {
    const rest = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    return rest;
  }
}
