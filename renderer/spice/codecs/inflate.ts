// Inflate (RFC 1951) in its zlib wrapper (RFC 1950), into a buffer whose size is known: ZLIB_GLZ says it. Synchronous, without
// allocation, and never a byte more than that buffer holds. The Adler-32 at the end is not checked: the link loses nothing, and
// what is inside is checked as it is decoded.
import { ProtocolError } from '../protocol/protocol-error.ts';

const where = 'inflate';

/** Codes up to this length are found in one step. */
const rootBits = 10;
const longestCode = 15;

/** A table of codewords: first the root, by the next ten bits; then the longer codes in order, by length. */
class Codes {
  /** Symbol << 4 | length, or 0 where the code is longer than the root. */
  readonly root = new Uint16Array(1 << rootBits);
  /** By length: how many codes there are. */
  readonly counts = new Uint16Array(longestCode + 1);
  /** The symbols by code length, then by value. */
  readonly symbols = new Uint16Array(288);
  readonly #starts = new Uint16Array(longestCode + 2);

  /** RFC 1951, 3.2.2. An incomplete set of codes is allowed only when it has at most one code. */
  build(lengths: Uint8Array, from: number, count: number): void {
    const { root, counts, symbols } = this;
    const starts = this.#starts;
    counts.fill(0);
    root.fill(0);
    for (let index = 0; index < count; index++) {
      const length = lengths[from + index] as number;
      counts[length] = (counts[length] as number) + 1;
    }
    counts[0] = 0;
    let left = 1;
    starts[1] = 0;
    for (let length = 1; length <= longestCode; length++) {
      left = left * 2 - (counts[length] as number);
      if (left < 0) throw new ProtocolError(where, 'there are more codes than fit their lengths');
      starts[length + 1] = (starts[length] as number) + (counts[length] as number);
    }
    const used = starts[longestCode + 1] as number;
    if (left > 0 && used > 1) throw new ProtocolError(where, 'the codes are incomplete');
    for (let index = 0; index < count; index++) {
      const length = lengths[from + index] as number;
      if (length !== 0) {
        symbols[starts[length] as number] = index;
        starts[length] = (starts[length] as number) + 1;
      }
    }
    let code = 0;
    let next = 0;
    for (let length = 1; length <= rootBits; length++, code <<= 1) {
      for (let index = 0; index < (counts[length] as number); index++, code++, next++) {
        const entry = ((symbols[next] as number) << 4) | length;
        for (let slot = reverse(code, length); slot < 1 << rootBits; slot += 1 << length) root[slot] = entry;
      }
    }
  }
}

function reverse(code: number, length: number): number {
  let reversed = 0;
  for (let bit = 0; bit < length; bit++) reversed |= ((code >>> bit) & 1) << (length - 1 - bit);
  return reversed;
}

const lengthBases = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258,
);
const lengthBits = Uint8Array.of(
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  1,
  1,
  1,
  1,
  2,
  2,
  2,
  2,
  3,
  3,
  3,
  3,
  4,
  4,
  4,
  4,
  5,
  5,
  5,
  5,
  0,
);
const distanceBases = Uint16Array.of(
  1,
  2,
  3,
  4,
  5,
  7,
  9,
  13,
  17,
  25,
  33,
  49,
  65,
  97,
  129,
  193,
  257,
  385,
  513,
  769,
  1025,
  1537,
  2049,
  3073,
  4097,
  6145,
  8193,
  12289,
  16385,
  24577,
);
const distanceBits = Uint8Array.of(
  0,
  0,
  0,
  0,
  1,
  1,
  2,
  2,
  3,
  3,
  4,
  4,
  5,
  5,
  6,
  6,
  7,
  7,
  8,
  8,
  9,
  9,
  10,
  10,
  11,
  11,
  12,
  12,
  13,
  13,
);
const lengthOrder = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15);

/** Inflates the whole stream; throws unless it gives exactly as many bytes as `target` has. */
export function inflate(source: Uint8Array, target: Uint8Array): void {
  const method = source[0] ?? 0;
  const flags = source[1] ?? 0;
  if (source.length < 2 || (method & 15) !== 8 || (method * 256 + flags) % 31 !== 0 || (flags & 32) !== 0) {
    throw new ProtocolError(where, 'the data are not a zlib stream');
  }
  inflater.run(source, target);
}

class Inflater {
  readonly #literals = new Codes();
  readonly #distances = new Codes();
  readonly #fixedLiterals = new Codes();
  readonly #fixedDistances = new Codes();
  readonly #lengths = new Uint8Array(320);
  #source: Uint8Array = new Uint8Array(0);
  #target: Uint8Array = new Uint8Array(0);
  #at = 0;
  #to = 0;
  /** Bits that were read and not used, the next one lowest. At most 30 of them, so that it stays a small integer. */
  #bits = 0;
  #count = 0;

  /** RFC 1951, 3.2.6. */
  constructor() {
    const lengths = this.#lengths;
    lengths.fill(8, 0, 144);
    lengths.fill(9, 144, 256);
    lengths.fill(7, 256, 280);
    lengths.fill(8, 280, 288);
    this.#fixedLiterals.build(lengths, 0, 288);
    lengths.fill(5, 0, 32);
    this.#fixedDistances.build(lengths, 0, 32);
  }

  run(source: Uint8Array, target: Uint8Array): void {
    this.#source = source;
    this.#target = target;
    this.#at = 2;
    this.#to = 0;
    this.#bits = 0;
    this.#count = 0;
    let last = 0;
    while (last === 0) {
      last = this.#take(1);
      const kind = this.#take(2);
      if (kind === 0) this.#stored();
      else if (kind === 1) this.#codes(this.#fixedLiterals, this.#fixedDistances);
      else if (kind === 2) this.#dynamic();
      else throw new ProtocolError(where, 'there is no block kind 3');
    }
    const written = this.#to;
    this.#source = this.#target = new Uint8Array(0);
    if (written !== target.length) {
      throw new ProtocolError(where, `the stream holds ${written} bytes instead of ${target.length}`);
    }
  }

  /** Up to 16 bits. */
  #take(count: number): number {
    while (this.#count < count) {
      if (this.#at >= this.#source.length) throw new ProtocolError(where, 'the data end within a block');
      this.#bits |= (this.#source[this.#at++] as number) << this.#count;
      this.#count += 8;
    }
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#count -= count;
    return value;
  }

  #stored(): void {
    this.#bits = 0;
    // Whole bytes that were read ahead go back.
    this.#at -= this.#count >> 3;
    this.#count = 0;
    const source = this.#source;
    const at = this.#at;
    if (at + 4 > source.length) throw new ProtocolError(where, 'the data end within a block');
    const length = (source[at] as number) | ((source[at + 1] as number) << 8);
    const check = (source[at + 2] as number) | ((source[at + 3] as number) << 8);
    if ((length ^ check) !== 0xffff) throw new ProtocolError(where, 'a stored block has a wrong length');
    if (at + 4 + length > source.length) throw new ProtocolError(where, 'the data end within a block');
    if (this.#to + length > this.#target.length)
      throw new ProtocolError(where, 'the stream holds too many bytes');
    this.#target.set(source.subarray(at + 4, at + 4 + length), this.#to);
    this.#to += length;
    this.#at = at + 4 + length;
  }

  #dynamic(): void {
    const lengths = this.#lengths;
    const literals = this.#take(5) + 257;
    const distances = this.#take(5) + 1;
    const orders = this.#take(4) + 4;
    if (literals > 286 || distances > 30) throw new ProtocolError(where, 'a block has too many codes');
    lengths.fill(0, 0, 19);
    for (let index = 0; index < orders; index++) lengths[lengthOrder[index] as number] = this.#take(3);
    this.#literals.build(lengths, 0, 19);
    for (let index = 0; index < literals + distances; ) {
      const symbol = this.#symbol(this.#literals);
      if (symbol < 16) {
        lengths[index++] = symbol;
        continue;
      }
      let value = 0;
      let repeat = 0;
      if (symbol === 16) {
        if (index === 0) throw new ProtocolError(where, 'there is no code length to repeat');
        value = lengths[index - 1] as number;
        repeat = 3 + this.#take(2);
      } else {
        repeat = symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      }
      if (index + repeat > literals + distances)
        throw new ProtocolError(where, 'a block has too many code lengths');
      lengths.fill(value, index, index + repeat);
      index += repeat;
    }
    if (lengths[256] === 0) throw new ProtocolError(where, 'a block has no end');
    this.#literals.build(lengths, 0, literals);
    this.#distances.build(lengths, literals, distances);
    this.#codes(this.#literals, this.#distances);
  }

  /** One symbol, bit by bit where it is longer than the root. */
  #symbol(codes: Codes): number {
    while (this.#count < longestCode && this.#at < this.#source.length) {
      this.#bits |= (this.#source[this.#at++] as number) << this.#count;
      this.#count += 8;
    }
    const entry = codes.root[this.#bits & ((1 << rootBits) - 1)] as number;
    let length = entry & 15;
    let symbol = entry >>> 4;
    if (length === 0) {
      let code = 0;
      let first = 0;
      let index = 0;
      for (length = 1; ; length++) {
        if (length > longestCode) throw new ProtocolError(where, 'there is no such code');
        code |= (this.#bits >>> (length - 1)) & 1;
        const count = codes.counts[length] as number;
        if (code - count < first) {
          symbol = codes.symbols[index + code - first] as number;
          break;
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
      }
    }
    if (length > this.#count) throw new ProtocolError(where, 'the data end within a block');
    this.#bits >>>= length;
    this.#count -= length;
    return symbol;
  }

  /** A block's literals and matches. */
  #codes(literals: Codes, distances: Codes): void {
    const source = this.#source;
    const target = this.#target;
    const size = target.length;
    const { root } = literals;
    const rootMask = (1 << rootBits) - 1;
    for (;;) {
      // Literals in a row, with the reader in local variables.
      let bits = this.#bits;
      let count = this.#count;
      let at = this.#at;
      let to = this.#to;
      const safe = source.length - 2;
      let entry = 0;
      while (at < safe && to < size) {
        if (count < longestCode) {
          bits |= ((source[at] as number) | ((source[at + 1] as number) << 8)) << count;
          at += 2;
          count += 16;
        }
        entry = root[bits & rootMask] as number;
        if (entry === 0 || entry >= 256 << 4) break;
        bits >>>= entry & 15;
        count -= entry & 15;
        target[to++] = entry >>> 4;
      }
      this.#bits = bits;
      this.#count = count;
      this.#at = at;
      this.#to = to;

      const symbol = this.#symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        if (to >= size) throw new ProtocolError(where, 'the stream holds too many bytes');
        target[to] = symbol;
        this.#to = to + 1;
        continue;
      }
      if (symbol > 285) throw new ProtocolError(where, 'there is no such length');
      const length = (lengthBases[symbol - 257] as number) + this.#take(lengthBits[symbol - 257] as number);
      const distanceSymbol = this.#symbol(distances);
      if (distanceSymbol > 29) throw new ProtocolError(where, 'there is no such distance');
      const distance =
        (distanceBases[distanceSymbol] as number) + this.#take(distanceBits[distanceSymbol] as number);
      if (distance > to) throw new ProtocolError(where, 'a match begins before the stream');
      if (length > size - to) throw new ProtocolError(where, 'the stream holds too many bytes');
      if (distance === 1) {
        target.fill(target[to - 1] as number, to, to + length);
      } else {
        for (let index = to, stop = to + length; index < stop; index++)
          target[index] = target[index - distance] as number;
      }
      this.#to = to + length;
    }
  }
}

const inflater = new Inflater();
