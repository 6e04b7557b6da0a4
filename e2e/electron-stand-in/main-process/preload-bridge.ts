import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { CDPSession, Page } from 'playwright';
import { mainWorld } from '../page/main-world.ts';
import {
  type FromPage,
  type Packed,
  type PreloadConfig,
  preloadWorld,
  type ToPage,
} from '../page/preload-world.ts';
import { toAppUrl } from './app-url.ts';
import type { StandInFrame } from './ipc-main.ts';
import type { Endpoint } from './ports.ts';

const WORLD = 'Electron Isolated Context';
const config: PreloadConfig = {
  event: 'electron-stand-in',
  binding: 'electronStandInPost',
  receive: 'electronStandInReceive',
  paths: 'electronStandInPaths',
  platform: process.platform,
};

export type Invoke = (frame: StandInFrame, channel: string, args: readonly unknown[]) => Promise<unknown>;

/** Runs the preload in an isolated world of Chromium's page and carries its IPC, over the DevTools protocol. */
export class PreloadBridge {
  readonly mainFrame: StandInFrame;
  readonly #session: CDPSession;
  readonly #invoke: Invoke;
  readonly #ports = new Map<number, Endpoint>();
  readonly #paths: Record<string, string> = {};
  #url = 'about:blank';
  #context: number | null = null;
  #lastPort = 0;
  #outbox: ToPage[] = [];

  private constructor(session: CDPSession, invoke: Invoke) {
    this.#session = session;
    this.#invoke = invoke;
    const url = (): string => toAppUrl(this.#url);
    this.mainFrame = {
      get url() {
        return url();
      },
      parent: null,
    };
  }

  static async open(page: Page, preloadFile: string, invoke: Invoke): Promise<PreloadBridge> {
    const session = await page.context().newCDPSession(page);
    const bridge = new PreloadBridge(session, invoke);
    const { frameTree } = await session.send('Page.getFrameTree');
    const mainFrameId = frameTree.frame.id;
    session.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id === mainFrameId) bridge.#url = frame.url;
    });
    session.on('Runtime.executionContextCreated', ({ context }) => {
      const isMain = (context.auxData as { frameId?: string } | undefined)?.frameId === mainFrameId;
      if (context.name === WORLD && isMain) bridge.#entered(context.id);
    });
    session.on('Runtime.executionContextDestroyed', ({ executionContextId }) => {
      if (executionContextId === bridge.#context) bridge.#left();
    });
    session.on('Runtime.executionContextsCleared', () => bridge.#left());
    session.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name === config.binding && executionContextId === bridge.#context)
        bridge.#receive(JSON.parse(payload));
    });
    await session.send('Page.enable');
    await session.send('Runtime.enable');
    await session.send('Runtime.addBinding', { name: config.binding, executionContextName: WORLD });
    const preload = await readFile(preloadFile, 'utf8');
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${mainWorld})(${JSON.stringify(config.event)})`,
    });
    await session.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `(${preloadWorld})(${JSON.stringify(config)}, function (require, module, exports, process) {${preload}\n})`,
      worldName: WORLD,
    });
    return bridge;
  }

  send(channel: string, args: readonly unknown[], endpoints: readonly Endpoint[] = []): void {
    const ports = endpoints.map((endpoint) => {
      const id = ++this.#lastPort;
      this.#ports.set(id, endpoint);
      return id;
    });
    this.#post({ type: 'send', channel, args, ports });
    endpoints.forEach((endpoint, index) => {
      const port = ports[index] as number;
      endpoint.hold({
        deliver: (data) => this.#post({ type: 'port-data', port, data: pack(data) }),
        closed: () => {
          this.#ports.delete(port);
          this.#post({ type: 'port-closed', port });
        },
      });
    });
  }

  async knowPaths(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#paths[basename(path)] = path;
    await this.#evaluate(`globalThis.${config.paths} = ${JSON.stringify(this.#paths)}`);
  }

  #entered(context: number): void {
    this.#left();
    this.#context = context;
    if (Object.keys(this.#paths).length > 0) void this.knowPaths([]);
  }

  /** The document is gone, and with it every port it held. */
  #left(): void {
    this.#context = null;
    this.#outbox = [];
    for (const endpoint of this.#ports.values()) endpoint.close();
    this.#ports.clear();
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'invoke':
        this.#invoke(this.mainFrame, message.channel, message.args).then(
          (value) => this.#post({ type: 'result', id: message.id, value }),
          (error: unknown) =>
            this.#post({
              type: 'failure',
              id: message.id,
              message: `Error invoking remote method '${message.channel}': ${error}`,
            }),
        );
        break;
      case 'port-data':
        this.#ports.get(message.port)?.post(unpack(message.data));
        break;
      case 'port-closed':
        this.#ports.get(message.port)?.close();
        this.#ports.delete(message.port);
        break;
    }
  }

  /** Messages of one turn go out together. */
  #post(message: ToPage): void {
    if (this.#context === null) return;
    this.#outbox.push(message);
    if (this.#outbox.length > 1) return;
    queueMicrotask(() => {
      const messages = this.#outbox.splice(0);
      if (messages.length > 0) void this.#evaluate(`${config.receive}(${JSON.stringify(messages)})`);
    });
  }

  async #evaluate(expression: string): Promise<void> {
    const context = this.#context;
    if (context === null) return;
    try {
      const { exceptionDetails } = await this.#session.send('Runtime.evaluate', {
        expression,
        contextId: context,
      });
      if (exceptionDetails !== undefined) {
        console.error('In the preload:', exceptionDetails.exception?.description ?? exceptionDetails.text);
      }
    } catch (error) {
      // A document that went away while it was spoken to has no listener any more.
      if (this.#context === context && !/closed|context/i.test(String(error))) throw error;
    }
  }
}

function pack(data: unknown): Packed {
  if (!(data instanceof Uint8Array)) return { json: data };
  return { bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64') };
}

function unpack(packed: Packed): unknown {
  return 'bytes' in packed ? new Uint8Array(Buffer.from(packed.bytes, 'base64')) : packed.json;
}
