import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright';
import { findChromium } from '../../fixtures/find-chromium.ts';

export interface Chromium {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly debugPort: number;
  close(): Promise<void>;
}

/** One window with a profile of its own, that the test can attach to as well. It reaches no network. */
export async function openChromium(env: NodeJS.ProcessEnv): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'innkeeper-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(env),
    headless: env.INNKEEPER_E2E_HEADED === undefined,
    chromiumSandbox: process.getuid?.() !== 0,
    viewport: { width: 1280, height: 840 },
    args: [
      '--remote-debugging-port=0',
      '--host-resolver-rules=MAP * ~NOTFOUND',
      '--disable-background-networking',
      // Electron gives renderers the `close` event of MessagePort (its tutorial/message-ports); Chromium alone does not yet.
      '--enable-blink-features=MessagePortCloseEvent',
    ],
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
  return {
    context,
    page,
    debugPort: Number(port),
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
