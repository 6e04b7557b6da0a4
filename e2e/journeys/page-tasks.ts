import type { CDPSession, Page } from '@playwright/test';

/** What of Chromium's trace events is looked at (Trace Event Format, "Complete Events" and "Metadata Events"). */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Of a task: what it took of the processor, µs. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * The tasks of a page's own thread, by what they take of the processor. On a computer that other things keep busy, a task's wall time is
 * mostly theirs.
 */
export class PageTasks {
  readonly #session: CDPSession;
  readonly #events: TraceEvent[] = [];

  static async record(page: Page): Promise<PageTasks> {
    const browser = page.context().browser();
    if (browser === null) throw new Error('the page is of no browser');
    const tasks = new PageTasks(await browser.newBrowserCDPSession());
    await tasks.#session.send('Tracing.start', {
      transferMode: 'ReportEvents',
      traceConfig: { includedCategories: ['toplevel'] },
    });
    return tasks;
  }

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on('Tracing.dataCollected', ({ value }) =>
      this.#events.push(...(value as unknown as TraceEvent[])),
    );
  }

  /** Ends the recording. The most that one task took, ms. */
  async longest(): Promise<number> {
    const complete = new Promise((resolve) => this.#session.once('Tracing.tracingComplete', resolve));
    await this.#session.send('Tracing.end');
    await complete;
    await this.#session.detach();
    const threads = new Set(
      this.#events
        .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
        .map(({ pid, tid }) => `${pid} ${tid}`),
    );
    const tasks = this.#events.filter(
      ({ name, pid, tid }) => name.endsWith('RunTask') && threads.has(`${pid} ${tid}`),
    );
    if (tasks.length === 0) throw new Error('no task of a page was traced');
    return tasks.reduce((most, { tdur = 0 }) => Math.max(most, tdur / 1000), 0);
  }
}
