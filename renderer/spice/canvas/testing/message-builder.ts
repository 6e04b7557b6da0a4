/** Writes a display message as a server would: what a pointer names is laid out behind what names it. */
export class MessageBuilder {
  readonly #bytes: number[] = [];
  readonly #pointers: { readonly at: number; readonly to: MessageBuilder }[] = [];

  u8(value: number): this {
    this.#bytes.push(value & 255);
    return this;
  }

  u16(value: number): this {
    return this.u8(value).u8(value >> 8);
  }

  u32(value: number): this {
    return this.u16(value).u16(value >>> 16);
  }

  /** top, left, bottom, right. */
  rect(left: number, top: number, right: number, bottom: number): this {
    return this.u32(top).u32(left).u32(bottom).u32(right);
  }

  pointer(to: MessageBuilder | null): this {
    if (to !== null) this.#pointers.push({ at: this.#bytes.length, to });
    return this.u32(0);
  }

  build(): Uint8Array {
    const out: number[] = [];
    this.#place(out);
    return Uint8Array.from(out);
  }

  #place(out: number[]): void {
    const start = out.length;
    for (const byte of this.#bytes) out.push(byte);
    for (const { at, to } of this.#pointers) {
      const target = out.length;
      for (let i = 0; i < 4; i++) out[start + at + i] = (target >>> (i * 8)) & 255;
      to.#place(out);
    }
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
