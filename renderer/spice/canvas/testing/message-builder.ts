/** Writes a display message as a server would: what a pointer names is laid out behind what names it. */
export class MessageBuilder {
  #bytes = new Uint8Array(64);
  #length = 0;
  readonly #pointers: { readonly at: number; readonly to: MessageBuilder }[] = [];

  u8(value: number): this {
    const at = this.#grow(1);
    this.#bytes[at] = value;
    return this;
  }

  u16(value: number): this {
    return this.u8(value).u8(value >> 8);
  }

  u32(value: number): this {
    return this.u16(value).u16(value >>> 16);
  }

  u64(value: bigint): this {
    return this.u32(Number(value & 0xffffffffn)).u32(Number(value >> 32n));
  }

  /** Bytes as they are. */
  put(bytes: Uint8Array): this {
    const at = this.#grow(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  /** top, left, bottom, right. */
  rect(left: number, top: number, right: number, bottom: number): this {
    return this.u32(top).u32(left).u32(bottom).u32(right);
  }

  pointer(to: MessageBuilder | null): this {
    if (to !== null) this.#pointers.push({ at: this.#length, to });
    return this.u32(0);
  }

  build(): Uint8Array {
    const out = new Uint8Array(this.#size());
    this.#place(out, 0);
    return out;
  }

  #grow(by: number): number {
    const at = this.#length;
    this.#length += by;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    return at;
  }

  #size(): number {
    return this.#pointers.reduce((sum, { to }) => sum + to.#size(), this.#length);
  }

  /** Where it ends. */
  #place(out: Uint8Array, start: number): number {
    out.set(this.#bytes.subarray(0, this.#length), start);
    let end = start + this.#length;
    for (const { at, to } of this.#pointers) {
      for (let i = 0; i < 4; i++) out[start + at + i] = end >>> (i * 8);
      end = to.#place(out, end);
    }
    return end;
  }
}

/** Numbers that are the same for the same seed on every machine (xorshift, 32 bits). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
    for (let i = 0; i < 8; i++) this.next();
  }

  /** 32 bits. */
  next(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x >>> 0;
    return this.#state;
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.next() % choices.length] ?? choices[0];
  }

  /** True so often in a hundred. */
  chance(percent: number): boolean {
    return this.next() % 100 < percent;
  }
}
