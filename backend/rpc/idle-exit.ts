export interface IdleExitOptions {
  readonly afterMs: number;
  /** Whether there is a reason to stay although nobody is connected. */
  readonly isNeeded: () => boolean;
  readonly exit: () => void;
}

/** Ends a back end that was started for one command, once nobody is connected and it has nothing to look after. */
export class IdleExit implements Disposable {
  readonly #options: IdleExitOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: IdleExitOptions) {
    this.#options = options;
  }

  /** Call at the start and whenever a connection opens or closes. */
  connections(count: number): void {
    clearTimeout(this.#timer);
    if (count === 0) this.#wait();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #wait(): void {
    this.#timer = setTimeout(() => {
      if (this.#options.isNeeded()) this.#wait();
      else this.#options.exit();
    }, this.#options.afterMs);
    this.#timer.unref();
  }
}
