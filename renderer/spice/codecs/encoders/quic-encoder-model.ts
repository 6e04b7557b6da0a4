import type { CodeFamily } from '../quic-model.ts';

/** Which code is best after which difference, for up to four channels: what the decoder learns too, counted one by one. */
export class EncoderModel {
  readonly #family: CodeFamily;
  /** By channel, bucket and code: the bits that this code would have taken lately. */
  readonly #counters: number[][][];
  readonly #best: number[][];

  constructor(family: CodeFamily) {
    this.#family = family;
    const buckets = Array.from({ length: 8 });
    const channels = Array.from({ length: 4 });
    this.#counters = channels.map(() => buckets.map(() => new Array<number>(family.bits).fill(0)));
    this.#best = channels.map(() => buckets.map(() => family.bits - 1));
  }

  /** The code for what follows this difference. */
  codeAfter(channel: number, difference: number): number {
    return this.#best[channel]?.[this.#bucketOf(difference)] ?? 0;
  }

  /** Learns that `difference` followed `before` in this channel; a bucket's counters are halved when the best is above `halveAt`. */
  learn(channel: number, before: number, difference: number, halveAt: number): void {
    const bucket = this.#bucketOf(before);
    const sums = this.#counters[channel]?.[bucket] ?? [];
    for (const [code, sum] of sums.entries()) {
      sums[code] = sum + (this.#family.lengths[difference * 8 + code] ?? 0);
    }
    const least = Math.min(...sums);
    const best = this.#best[channel];
    // Of codes that are as good as each other the highest.
    if (best !== undefined) best[bucket] = sums.lastIndexOf(least);
    if (least <= halveAt) return;
    for (const [code, sum] of sums.entries()) sums[code] = sum >> 1;
  }

  #bucketOf(difference: number): number {
    return this.#family.buckets[difference] ?? 0;
  }
}
