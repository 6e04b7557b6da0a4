import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';

/** What a page says and costs while a test looks at it. */
export class PageWatch {
  /** What nobody caught, in the page and its Workers, and what was logged as an error. */
  readonly errors: string[] = [];
  readonly #page: Page;
  #lastEnd = '';

  constructor(page: Page) {
    this.#page = page;
    page.on('pageerror', (error) => this.errors.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
      const end = /^the screen’s connection ended \(garbled\): (.*)$/.exec(message.text());
      if (end !== null) this.#lastEnd = end[1] ?? '';
    });
  }

  /** Why the viewer's session ended last for something that made no sense, as the log has it. */
  lastEnd(): string {
    return this.#lastEnd;
  }

  /** Memory of all renderer processes of the browser. */
  async residentBytes(): Promise<number> {
    const browser = this.#page.context().browser();
    if (browser === null) throw new Error('the page is of no browser');
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    return processInfo
      .filter(({ type }) => type === 'renderer')
      .map(({ id }) => {
        const status = readFileSync(`/proc/${id}/status`, 'utf8');
        return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
      })
      .reduce((sum, bytes) => sum + bytes, 0);
  }
}
