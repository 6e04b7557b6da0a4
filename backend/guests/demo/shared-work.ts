export type Report = (step: string, progress: number | null) => void;

type Work<T> = (report: Report, signal: AbortSignal) => Promise<T>;

interface Running<T> {
  readonly result: Promise<T>;
  readonly reports: Set<Report>;
  readonly stop: AbortController;
  last: Parameters<Report> | null;
}

/**
 * Work that is done once however many ask for it at the same time. Each caller sees its progress and can leave; when the
 * last one leaves, the work itself is cancelled.
 */
export class SharedWork<T> {
  readonly #running = new Map<string, Running<T>>();

  async run(key: string, work: Work<T>, report: Report, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const running = this.#running.get(key) ?? this.#start(key, work);
    // One of our own per caller: the same function may be given by two.
    const own: Report = (...now) => report(...now);
    running.reports.add(own);
    if (running.last !== null) own(...running.last);
    let leave: (() => void) | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        leave = () => {
          running.reports.delete(own);
          if (running.reports.size > 0) {
            reject(signal.reason);
            return;
          }
          // A new caller must not join work that is about to stop. The last caller waits until nothing is left behind.
          if (this.#running.get(key) === running) this.#running.delete(key);
          running.stop.abort(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        running.result.then(resolve, reject);
      });
    } finally {
      running.reports.delete(own);
      if (leave !== undefined) signal.removeEventListener('abort', leave);
    }
  }

  #start(key: string, work: Work<T>): Running<T> {
    const running: Omit<Running<T>, 'result'> = {
      reports: new Set(),
      stop: new AbortController(),
      last: null,
    };
    const share: Report = (...now) => {
      running.last = now;
      for (const report of running.reports) report(...now);
    };
    const result = work(share, running.stop.signal).finally(() => {
      if (this.#running.get(key) === whole) this.#running.delete(key);
    });
    const whole: Running<T> = Object.assign(running, { result });
    this.#running.set(key, whole);
    return whole;
  }
}
