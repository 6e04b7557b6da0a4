import { Session } from 'node:inspector';

interface Script {
  readonly covered: Uint8Array;
  readonly now: Uint8Array;
}

interface Report {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly ranges: readonly {
        readonly startOffset: number;
        readonly endOffset: number;
        readonly count: number;
      }[];
    }[];
  }[];
}

/** Which bytes of our viewer's core have run, as V8 counts its blocks (Profiler.takePreciseCoverage). */
export class Coverage implements Disposable {
  readonly #session = new Session();
  readonly #scripts = new Map<string, Script>();
  readonly #folder: string;

  /** Of the scripts whose address has `folder` in it. Those loaded later are counted too. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Bytes of code covered so far. */
  get covered(): number {
    let sum = 0;
    for (const { covered } of this.#scripts.values()) for (const byte of covered) sum += byte;
    return sum;
  }

  /** How many bytes ran since the last call that had not run before. `keep`: from now on they have. */
  take(keep: boolean): number {
    let fresh = 0;
    for (const { url, functions } of this.#report().result) {
      if (!url.includes(this.#folder)) continue;
      const { covered, now } = this.#scriptOf(url, functions[0]?.ranges[0]?.endOffset ?? 0);
      now.fill(0);
      // A function before those in it, a block before those in it: the innermost has the last word.
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges)
          now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      }
      for (let at = 0; at < now.length; at += 1) {
        if (now[at] === 1 && covered[at] === 0) {
          fresh += 1;
          if (keep) covered[at] = 1;
        }
      }
    }
    return fresh;
  }

  #scriptOf(url: string, length: number): Script {
    const known = this.#scripts.get(url);
    if (known !== undefined && known.covered.length >= length) return known;
    const script = { covered: new Uint8Array(length), now: new Uint8Array(length) };
    if (known !== undefined) script.covered.set(known.covered);
    this.#scripts.set(url, script);
    return script;
  }

  #report(): Report {
    let report: Report | null = null;
    this.#session.post('Profiler.takePreciseCoverage', (error, answer) => {
      if (error !== null) throw new Error(`coverage: ${error.message}`);
      report = answer;
    });
    // In the same thread the inspector answers before `post` returns.
    if (report === null) throw new Error('the inspector did not answer');
    return report;
  }

  [Symbol.dispose](): void {
    this.#session.disconnect();
  }
}
