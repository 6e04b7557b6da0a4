import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { type Browser, type CDPSession, chromium, type Page } from '@playwright/test';
import { build } from 'vite';
import { WebSocketServer } from 'ws';
import { guarded } from '../../backend/devices/display/guarded-stream.ts';
import { GuestStreams } from '../../backend/http/guest-streams.ts';
import { joinStreams } from '../../backend/rpc/streams.ts';
import type { Area, Picture } from '../conformance/picture.ts';
import { findChromium } from '../fixtures/find-chromium.ts';
import { projectRoot } from '../fixtures/places.ts';

export type StageClient = 'own' | 'html5';

/** What renderer/viewer-stage/stage.ts puts on its window. */
interface StagePage {
  readonly stage: {
    open(client: string): Promise<void>;
    close(): void;
    readonly ended: string | null;
    sendPicture(url: string, part: unknown): Promise<{ width: number; height: number }>;
    figures(): Promise<unknown>;
    takeLongTasks(): number[];
  };
}

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** A viewer in a real browser, on a page of its own, whose streams go to a SPICE server's unix socket. */
export class Stage implements AsyncDisposable {
  readonly browser: Browser;
  readonly page: Page;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #streams = new GuestStreams();
  readonly #folder: string;
  /** Where the page's streams go. */
  #path = '';
  #posted: PromiseWithResolvers<Uint8Array> = Promise.withResolvers();

  static async start(): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-stage-'));
    await build({
      root: join(projectRoot, 'renderer/viewer-stage'),
      configFile: false,
      logLevel: 'warn',
      cacheDir: join(folder, 'vite'),
      base: './',
      build: { outDir: join(folder, 'page'), emptyOutDir: true, assetsInlineLimit: 0, target: 'chrome130' },
      worker: { format: 'es' },
    });
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await chromium.launch({
      executablePath: findChromium(process.env),
      args: ['--no-sandbox', '--enable-precise-memory-info'],
    });
    const page = await browser.newPage({ viewport: { width: 1400, height: 1100 } });
    const stage = new Stage(folder, server, browser, page);
    await page.goto(stage.#url);
    await page.waitForFunction(() => 'stage' in globalThis);
    return stage;
  }

  private constructor(folder: string, server: Server, browser: Browser, page: Page) {
    this.#folder = folder;
    this.#server = server;
    this.browser = browser;
    this.page = page;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.on('upgrade', (request, socket, head) =>
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        // As Innkeeper's own do, whichever viewer it is.
        const upstream = guarded(connect({ path: this.#path }));
        void joinStreams(this.#streams.over(webSocket), upstream);
      }),
    );
  }

  /** Shows a server's screen; resolves when its first picture is on the page. */
  async open(client: StageClient, spiceSocket: string): Promise<void> {
    this.#path = spiceSocket;
    await this.page.evaluate((name) => (globalThis as unknown as StagePage).stage.open(name), client);
  }

  async close(): Promise<void> {
    await this.page.evaluate(() => (globalThis as unknown as StagePage).stage.close());
  }

  /** What is on the canvas, or on a part of it. Throws when the session has ended. */
  async picture(part: Area | null = null): Promise<Picture> {
    const ended = await this.page.evaluate(() => (globalThis as unknown as StagePage).stage.ended);
    if (ended !== null) throw new Error(`the session in the browser ended: ${ended}`);
    this.#posted = Promise.withResolvers();
    const { width, height } = await this.page.evaluate(
      ([url, within]) => (globalThis as unknown as StagePage).stage.sendPicture(url, within),
      [`${this.#url}picture`, part === null ? null : rectangleOf(part)] as const,
    );
    if (width === 0) return { width, height, rgb: new Uint8Array(0) };
    const rgba = await this.#posted.promise;
    const rgb = new Uint8Array(width * height * 3);
    for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3) {
      rgb[to] = rgba[from] ?? 0;
      rgb[to + 1] = rgba[from + 1] ?? 0;
      rgb[to + 2] = rgba[from + 2] ?? 0;
    }
    return { width, height, rgb };
  }

  /** Since the last call: the tasks over 50 ms of the page's own thread, in ms. */
  takeLongTasks(): Promise<number[]> {
    return this.page.evaluate(() => (globalThis as unknown as StagePage).stage.takeLongTasks());
  }

  async figures(): Promise<unknown> {
    return await this.page.evaluate(() => (globalThis as unknown as StagePage).stage.figures());
  }

  devTools(): Promise<CDPSession> {
    return this.page.context().newCDPSession(this.page);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.#url);
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.end();
      this.#posted.resolve(new Uint8Array(Buffer.concat(chunks)));
      return;
    }
    if (this.#streams.answer(pathname, response)) return;
    const name = pathname === '/' ? 'index.html' : pathname.slice(1);
    const bytes = await readFile(join(this.#folder, 'page', name)).catch(() => null);
    if (bytes === null) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': types[extname(name)] ?? 'text/plain' }).end(bytes);
  }
}

function rectangleOf({ left, top, right, bottom }: Area): {
  x: number;
  y: number;
  width: number;
  height: number;
} {
  return { x: left, y: top, width: right - left, height: bottom - top };
}
