const NEWLINE = 0x0a;

/**
 * Cuts a byte stream into lines (without their line feed). Each byte is looked at once and copied at most once, so a
 * long line in many chunks costs linear time. Chunks must not be changed by the caller while a line is unfinished.
 */
export class LineSplitter {
  readonly #maxLineBytes: number;
  #parts: Uint8Array[] = [];
  #pending = 0;

  constructor(maxLineBytes: number) {
    this.#maxLineBytes = maxLineBytes;
  }

  /** Bytes of the line that has not ended yet. */
  get pendingBytes(): number {
    return this.#pending;
  }

  /** The lines that `chunk` finishes. Throws a RangeError when a line grows beyond the limit. */
  push(chunk: Uint8Array): Uint8Array[] {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end === -1) break;
      lines.push(this.#finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) this.#keep(chunk.subarray(start));
    return lines;
  }

  /** Forgets the unfinished line. */
  clear(): void {
    this.#parts = [];
    this.#pending = 0;
  }

  #keep(rest: Uint8Array): void {
    this.#check(rest.length);
    this.#parts.push(rest);
    this.#pending += rest.length;
  }

  #finish(last: Uint8Array): Uint8Array {
    this.#check(last.length);
    if (this.#parts.length === 0) return last;
    const line = new Uint8Array(this.#pending + last.length);
    let at = 0;
    for (const part of this.#parts) {
      line.set(part, at);
      at += part.length;
    }
    line.set(last, at);
    this.clear();
    return line;
  }

  #check(more: number): void {
    if (this.#pending + more > this.#maxLineBytes) {
      throw new RangeError(`a line is longer than ${this.#maxLineBytes} bytes`);
    }
  }
}
