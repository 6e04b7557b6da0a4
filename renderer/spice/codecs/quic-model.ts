// The adaptive part of QUIC, which decoder and encoder must keep in step. It is Starosolski's SFALIC ("Simple fast and
// adaptive lossless image compression algorithm", 2007) with the parameters that SPICE froze: evolution 3, codewords of at
// most 26 bits, wait masks up to 6 bits that grow every 2048 samples.

/** How many of the stream's next bits a codeword is looked up with. */
const lookupBits = 10;
/** In the place of a longer codeword. Above all buckets, also when three of them are added. */
export const longCodeword = 64;
/** How many entries of `CodeFamily.codewords` a channel has. */
export const codewordsPerChannel = 8480;
/** How many of them a code has, with some that are never looked up: see `firstCodeword`. */
export const codewordsPerCode = 1057;

/**
 * Where a code's entries begin in `CodeFamily.codewords`. The low five bits are the code and 1, what a codeword takes beside its
 * leading zeros.
 */
export function firstCodeword(channel: number, code: number): number {
  return channel * codewordsPerChannel + 1 + code * codewordsPerCode;
}

/** The Golomb-Rice codes for samples of `bits` bits. What they stand for is the difference from a prediction, modulo. */
export class CodeFamily {
  readonly bits: number;
  /** What a sample may be: all ones in `bits`. */
  readonly sampleMask: number;
  /** By code: a codeword with at least this many leading zeros is an escape. */
  readonly escapeZeros = new Uint8Array(8);
  /** By code: the whole length of an escape, in bits. */
  readonly escapeLength = new Uint8Array(8);
  /** By code: the folded difference that the smallest escape stands for. */
  readonly escapeBase = new Uint8Array(8);
  /** By code: how the folded difference's distance from the base is masked out of an escape. */
  readonly escapeMask = new Uint8Array(8);
  /**
   * By code: a bit that stands in for the one behind the zeros of an escape, where escapes are looked up: with it, the length of all
   * that are looked up is the code and 1 and the leading zeros. In the upper half, or 0.
   */
  readonly guards = new Int32Array(8);
  /** Folded differences, 0, 1, 2, 3 …, to differences: 0, -1, 1, -2 …. */
  readonly unfolded: Uint8Array;
  /** By difference: the bucket of the model that it is in. They hold 1, 2, 4, 8, … folded ones, and the last the rest. */
  readonly buckets: Uint8Array;
  /** By difference × 8 + code: the codeword's length in bits; more than the longest for codes that the family does not have. */
  readonly lengths: Uint16Array;
  /**
   * By `firstCodeword` + the next ten bits of the stream: the bucket of the difference that they begin with, and above eight bits the
   * difference in the channel's place: red, green and blue may be added. The single channel has the place of red, and above it the
   * codeword's length.
   */
  readonly codewords = new Int32Array(4 * codewordsPerChannel).fill(longCodeword);

  constructor(bits: number) {
    const longestCodeword = 26;
    const samples = 1 << bits;
    this.bits = bits;
    this.sampleMask = samples - 1;
    this.unfolded = Uint8Array.from(
      { length: samples },
      (_, folded) => ((folded >> 1) ^ -(folded & 1)) & this.sampleMask,
    );
    this.buckets = new Uint8Array(samples);
    this.lengths = new Uint16Array(samples * 8).fill(longestCodeword + 1);
    for (const [folded, difference] of this.unfolded.entries()) {
      this.buckets[difference] = Math.min(31 - Math.clz32(folded + 1), bits - 1);
    }
    for (let code = 0; code < bits; code++) {
      const zeros = Math.min(longestCodeword - bits, 2 ** (bits - code) - 1);
      const base = zeros << code;
      const suffix = Math.ceil(Math.log2(samples - base));
      if (zeros + suffix <= lookupBits) this.guards[code] = 1 << (32 - zeros);
      this.escapeZeros[code] = zeros;
      this.escapeLength[code] = zeros + suffix;
      this.escapeBase[code] = base;
      this.escapeMask[code] = 2 ** suffix - 1;
      for (const [folded, difference] of this.unfolded.entries()) {
        const length = folded < base ? (folded >> code) + code + 1 : zeros + suffix;
        this.lengths[difference * 8 + code] = length;
        const codeword = folded < base ? (1 << code) | (folded & ((1 << code) - 1)) : folded - base;
        if (length <= lookupBits) this.#addCodeword(code, codeword, length, difference);
      }
    }
  }

  #addCodeword(code: number, codeword: number, length: number, difference: number): void {
    const unused = lookupBits - length;
    for (const [channel, place] of [8, 16, 24, 8].entries()) {
      const first = firstCodeword(channel, code);
      this.codewords.fill(
        (this.buckets[difference] as number) | (difference << place) | (channel === 3 ? length << 16 : 0),
        first + (codeword << unused),
        first + ((codeword + 1) << unused),
      );
    }
  }
}

export const eightBitFamily = new CodeFamily(8);
export const fiveBitFamily = new CodeFamily(5);

/** How many samples pass before the next update: 256 draws of 6 bits each, in base64's alphabet (SFALIC's table, low bits). */
const draws = Uint8Array.from(
  'CXTVHSoOMgvskGSLETqdQ/5zQDFOPeUJktD59AIFpOrbr7fjn8qmN2+BaDL90iHw' +
    'E7WMWIyEKGsILufz1RBru8k2KbnsWpXCsAo1owQrgchMUC4+36SUN3md5Txhv/7A' +
    'j9TZum8EjBaocKFOZSwxU7+iuHh0i6JdI3+8lklyGDKcwYa95eL2CGyvHRj1gMXR' +
    'FVx3zt0bnZn/WYq04mpp4gNYazb46lYqPcRefPQXZ2hiBdfy1VxPvJA6lteNJt/V',
  (letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(letter),
);

/** By wait mask bits: the codeword sum, in bits, at which a bucket's counters are halved. */
const halvingSums = Uint16Array.of(110, 550, 900, 800, 550, 400, 350);
const longestWaitMask = 6;
const samplesPerWaitMask = 2048;

/** By state of the run coder: the logarithm of the run length that one bit stands for. */
export const runOrders = Uint8Array.from([
  0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/** When to update the model and how far the run coder is: one for the colours of a pixel together, one for alpha. */
export class Pace {
  /** Samples until the next update. */
  wait = 0;
  waitMaskBits = 0;
  /** Samples until the wait mask grows. */
  untilWiderMask = samplesPerWaitMask;
  runState = 0;
  #draw = 0;

  reset(): void {
    this.wait = 0;
    this.waitMaskBits = 0;
    this.untilWiderMask = samplesPerWaitMask;
    this.runState = 0;
    this.#draw = 0;
  }

  drawWait(): number {
    const wait = (draws[this.#draw] as number) & ((1 << this.waitMaskBits) - 1);
    this.#draw = (this.#draw + 1) & 255;
    return wait;
  }

  get halvingAt(): number {
    return halvingSums[this.waitMaskBits] as number;
  }

  /** How far from `from` the row may be coded before the wait mask changes; call it until it answers `end`. */
  segmentEnd(from: number, end: number): number {
    while (this.waitMaskBits < longestWaitMask && this.untilWiderMask === 0) {
      this.waitMaskBits++;
      this.untilWiderMask = samplesPerWaitMask;
    }
    if (this.waitMaskBits === longestWaitMask) return end;
    const stop = Math.min(end, from + this.untilWiderMask);
    this.untilWiderMask -= stop - from;
    return stop;
  }
}
