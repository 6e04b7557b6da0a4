/** A Worker without a session keeps what its last one had in memory; after this long it goes, ms. */
const SPARE_MS = 60_000;

/**
 * The Workers that sessions run in. One whose session ended in order serves the next: its code is compiled by then, which a new
 * Worker's is not (the first seconds of a scrolling terminal take it two to three times as long). One is kept at most.
 */
export class SessionWorkers {
  readonly #create: () => Worker;
  #spare: { readonly worker: Worker; readonly timer: ReturnType<typeof setTimeout> } | null = null;

  constructor(create: () => Worker) {
    this.#create = create;
  }

  take(): Worker {
    const spare = this.#spare;
    this.#spare = null;
    if (spare === null) return this.#create();
    clearTimeout(spare.timer);
    return spare.worker;
  }

  /** Its session is over and it has said so. */
  giveBack(worker: Worker): void {
    worker.onerror = null;
    if (this.#spare !== null) {
      worker.terminate();
      return;
    }
    const timer = setTimeout(() => {
      this.#spare = null;
      worker.terminate();
    }, SPARE_MS);
    this.#spare = { worker, timer };
  }
}
