import { EventEmitter } from 'node:events';
import type { Page } from 'playwright';
import { theApp } from './app.ts';
import { toAppUrl, toWebUrl } from './app-url.ts';
import type { Chromium } from './chromium.ts';
import { invokeHandler, type StandInFrame } from './ipc-main.ts';
import { type Navigation, serveNetwork } from './network.ts';
import type { MessagePortMain } from './ports.ts';
import { PreloadBridge } from './preload-bridge.ts';
import { theSession } from './session.ts';
import { PreventableEvent, strict } from './strict.ts';

type OpenHandler = (details: { readonly url: string }) => { readonly action: 'allow' | 'deny' };

/** The page of the window. */
export class WebContents extends EventEmitter {
  readonly id = 1;
  readonly #page: Page;
  readonly #preload: string;
  readonly #context: Chromium['context'];
  #bridge: PreloadBridge | null = null;
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  #loading = false;
  /** What the rest of main sees of this. */
  readonly face: WebContents;

  constructor({ context, page }: Chromium, preload: string) {
    super();
    this.#page = page;
    this.#context = context;
    this.#preload = preload;
    this.face = strict('webContents', this);
    page.on('close', () => this.emit('destroyed'));
    page.on('crash', () => this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 }));
    page.on('console', (message) => {
      if (message.type() === 'error') console.error('Page:', message.text());
    });
    page.on('pageerror', (error) => console.error('Page:', error));
    page.on('download', (download) => {
      const event = new PreventableEvent();
      theSession.emit('will-download', event, {}, this.face);
      if (event.defaultPrevented) void download.cancel();
    });
    context.on('page', (opened) => {
      // One that main allows stays, without preload: no test may see it taken for denied.
      if (this.#openHandler({ url: toAppUrl(opened.url()) }).action === 'deny') void opened.close();
    });
    theApp.emit('web-contents-created', {}, this.face);
  }

  get mainFrame(): StandInFrame {
    if (this.#bridge === null) throw new Error('Nothing was loaded yet');
    return this.#bridge.mainFrame;
  }
  get bridge(): PreloadBridge | null {
    return this.#bridge;
  }
  get page(): Page {
    return this.#page;
  }

  isDestroyed(): boolean {
    return this.#page.isClosed();
  }
  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }
  send(channel: string, ...args: unknown[]): void {
    this.#bridge?.send(channel, args);
  }
  postMessage(channel: string, message: unknown, transfer: readonly MessagePortMain[] = []): void {
    const endpoints = transfer.map((port) => port.transfer());
    if (this.#bridge === null) for (const endpoint of endpoints) endpoint.close();
    this.#bridge?.send(channel, [message], endpoints);
  }
  reload(): void {
    void this.#byMain(() => this.#page.reload());
  }

  async load(url: string): Promise<void> {
    if (this.#bridge === null) {
      this.#bridge = await PreloadBridge.open(this.#page, this.#preload, (frame, channel, args) =>
        invokeHandler(channel, { type: 'frame', sender: this.face, senderFrame: frame }, args),
      );
      await serveNetwork(this.#context, this.#page, (navigation) => this.#mayNavigate(navigation));
    }
    await this.#byMain(() => this.#page.goto(toWebUrl(url)));
  }

  /** Navigations that main asked for itself raise no event. */
  async #byMain(navigate: () => Promise<unknown>): Promise<void> {
    this.#loading = true;
    try {
      await navigate();
    } finally {
      this.#loading = false;
    }
  }

  #mayNavigate(navigation: Navigation): boolean {
    if (this.#loading) return true;
    const event = Object.assign(new PreventableEvent(), navigation);
    this.emit('will-frame-navigate', event);
    if (!event.defaultPrevented && navigation.isMainFrame) this.emit('will-navigate', event);
    return !event.defaultPrevented;
  }
}
