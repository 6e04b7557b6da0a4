import type { Spread } from '../../guest-session.ts';

/** Some seconds of a busy screen. */
const KEPT = 256;

/** The last so many durations, ms; taking one in allocates nothing. */
export class RecentTimes {
  readonly #times = new Float64Array(KEPT);
  #count = 0;

  /** Passes over what is not a number. */
  add(ms: number): void {
    if (Number.isNaN(ms)) return;
    this.#times[this.#count % KEPT] = ms;
    this.#count += 1;
  }

  /** Null while there is none. */
  get spread(): Spread | null {
    const sorted = this.#times.slice(0, this.#count).sort();
    const { length } = sorted;
    if (length === 0) return null;
    // The nearest-rank way: the smallest time that so many of a hundred do not exceed.
    const at = (percent: number) => sorted[Math.ceil((percent / 100) * length) - 1] ?? 0;
    return { median: at(50), p95: at(95) };
  }
}
