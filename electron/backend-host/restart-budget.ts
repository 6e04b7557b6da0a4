/** How a process that keeps dying is treated. All times in ms. */
export interface RestartRule {
  /** One that lived shorter died quickly. */
  readonly quick: number;
  /** Wait before each restart in a row; after as many quick deaths it is given up. */
  readonly delays: readonly number[];
}

export const backendRule: RestartRule = { quick: 10_000, delays: [100, 500, 1000, 2000, 4000] };

/** Counts quick deaths in a row. A process that lived long enough clears the count. */
export class RestartBudget {
  readonly #rule: RestartRule;
  #quickDeaths = 0;

  constructor(rule: RestartRule) {
    this.#rule = rule;
  }

  /** How long to wait before the next start, ms; null: give up. */
  died(livedMs: number): number | null {
    this.#quickDeaths = livedMs < this.#rule.quick ? this.#quickDeaths + 1 : 1;
    return this.#rule.delays[this.#quickDeaths - 1] ?? null;
  }

  reset(): void {
    this.#quickDeaths = 0;
  }
}
