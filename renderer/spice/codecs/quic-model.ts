// The adaptive part of QUIC, which decoder and encoder must keep in step. It is Starosolski's SFALIC ("Simple fast and
// adaptive lossless image compression algorithm", 2007) with the parameters that SPICE froze: evolution 3, codewords of at
// most 26 bits, wait masks up to 6 bits that grow every 2048 samples.

/** Codeword lengths and escapes of the Golomb-Rice codes for samples of `bits` bits. */
export class CodeFamily {
  readonly bits: number;
  /** What a sample may be: all ones in `bits`. */
  readonly sampleMask: number;
  /** By code: a codeword with at least this many leading zeros is an escape. */
  readonly escapeZeros: Uint8Array;
  /** By code: the whole length of an escape, in bits. */
  readonly escapeLength: Uint8Array;
  /** By code: the sample that the smallest escape stands for. */
  readonly escapeBase: Uint8Array;
  /** By code: how the sample's distance from the base is masked out of an escape. */
  readonly escapeMask: Uint8Array;
  /** By sample × 8 + code: the codeword's length in bits. */
  readonly lengths: Uint8Array;

  constructor(bits: number) {
    const longestCodeword = 26;
    const samples = 1 << bits;
    this.bits = bits;
    this.sampleMask = samples - 1;
    this.escapeZeros = new Uint8Array(8);
    this.escapeLength = new Uint8Array(8);
    this.escapeBase = new Uint8Array(8);
    this.escapeMask = new Uint8Array(8);
    this.lengths = new Uint8Array(samples * 8);
    for (let code = 0; code < bits; code++) {
      const zeros = Math.min(longestCodeword - bits, 2 ** (bits - code) - 1);
      const base = zeros << code;
      const suffix = Math.ceil(Math.log2(samples - base));
      this.escapeZeros[code] = zeros;
      this.escapeLength[code] = zeros + suffix;
      this.escapeBase[code] = base;
      this.escapeMask[code] = 2 ** suffix - 1;
      for (let sample = 0; sample < samples; sample++) {
        this.lengths[sample * 8 + code] = sample < base ? (sample >> code) + code + 1 : zeros + suffix;
      }
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

/** By wait mask bits: the codeword sum at which a bucket's counters are halved. */
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

/** Which code is best after which sample, for up to four channels. */
export class Model {
  /** By channel × 256 + the sample before: the code in the low three bits, its `escapeZeros` above them. */
  readonly codes: Uint8Array;
  family: CodeFamily = eightBitFamily;
  /** By (channel × 8 + bucket) × 8 + code: bits that this code would have taken lately. */
  readonly #counters = new Uint32Array(4 * 8 * 8);

  /** `codes` may be given: 1024 bytes of whoever reads them. */
  constructor(codes = new Uint8Array(4 * 256)) {
    this.codes = codes;
  }

  reset(family: CodeFamily): void {
    this.family = family;
    this.#counters.fill(0);
    this.codes.fill(packCode(family, family.bits - 1));
  }

  /** Learns that `sample` followed `before` in this channel. */
  update(channel: number, before: number, sample: number, halveAt: number): void {
    const { family, codes } = this;
    const counters = this.#counters;
    const { lengths, bits } = family;
    // Buckets hold 1, 2, 4, 8, … samples; what would be left over for one more bucket belongs to the last.
    const bucket = Math.min(31 - Math.clz32(before + 1), bits - 1);
    const first = (channel * 8 + bucket) * 8;
    let best = bits - 1;
    let least = (counters[first + best] as number) + (lengths[sample * 8 + best] as number);
    counters[first + best] = least;
    for (let code = bits - 2; code >= 0; code--) {
      const sum = (counters[first + code] as number) + (lengths[sample * 8 + code] as number);
      counters[first + code] = sum;
      if (sum < least) {
        best = code;
        least = sum;
      }
    }
    if (least > halveAt) {
      for (let code = 0; code < bits; code++)
        counters[first + code] = (counters[first + code] as number) >>> 1;
    }
    const packed = packCode(family, best);
    const from = channel * 256 + (1 << bucket) - 1;
    if (codes[from] !== packed) {
      codes.fill(
        packed,
        from,
        channel * 256 + (bucket === bits - 1 ? family.sampleMask + 1 : (2 << bucket) - 1),
      );
    }
  }
}

function packCode(family: CodeFamily, code: number): number {
  return code | ((family.escapeZeros[code] as number) << 3);
}
