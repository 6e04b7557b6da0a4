/** Something that takes bytes from a stranger. */
export interface Target {
  readonly name: string;
  /** One that is so many times slower than the others gets so much fewer executions, where those are what is limited. */
  readonly slowness?: number;
  /** Where inputs are a list of records, each so many bytes, a length (16 bits, little-endian) and as many bytes: those bytes. */
  readonly recordHead?: number;
  /** What takes its time and is needed once; before the first input. */
  prepare?(): Promise<void>;
  /** Inputs that it takes, to begin with. */
  seeds(): readonly Uint8Array[];
  /**
   * Gives it one input, everything else being fresh. Throws what it throws: a ProtocolError (or, where the server says no in good order,
   * a LinkError) is its good right, anything else is found. The result says whether more is to be waited for.
   */
  run(input: Uint8Array): Promise<void> | undefined;
}

/** Reads a fuzz input: numbers as long as there are bytes, then zeros. */
export class Input {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get empty(): boolean {
    return this.#at >= this.#bytes.length;
  }

  u8(): number {
    const value = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return value;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  /** At most as many bytes, as a copy of their own: what reads outside of it must not find the rest of the input. */
  take(length: number): Uint8Array {
    const part = this.#bytes.slice(this.#at, this.#at + length);
    this.#at += length;
    return part;
  }

  rest(): Uint8Array {
    return this.take(this.#bytes.length);
  }
}

/** The bytes of a fuzz input, built from numbers (bytes) and pieces. */
export function bytes(...parts: readonly (number | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...part])));
}

export function le16(value: number): Uint8Array {
  return Uint8Array.of(value, value >>> 8);
}

export function le32(...values: readonly number[]): Uint8Array {
  return Uint8Array.from(values.flatMap((value) => [value, value >>> 8, value >>> 16, value >>> 24]));
}
