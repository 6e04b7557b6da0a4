/// <reference lib="dom" />
import type { Returned, Shape, ToMain, ToPreload } from './main-world.ts';

/** Bytes travel as base64, everything else as JSON. */
export type Packed = { readonly bytes: string } | { readonly json: unknown };

export type FromPage =
  | {
      readonly type: 'invoke';
      readonly id: number;
      readonly channel: string;
      readonly args: readonly unknown[];
    }
  | { readonly type: 'port-data'; readonly port: number; readonly data: Packed }
  | { readonly type: 'port-closed'; readonly port: number };

export type ToPage =
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly id: number; readonly message: string }
  | {
      readonly type: 'send';
      readonly channel: string;
      readonly args: readonly unknown[];
      readonly ports: readonly number[];
    }
  | { readonly type: 'port-data'; readonly port: number; readonly data: Packed }
  | { readonly type: 'port-closed'; readonly port: number };

export interface PreloadConfig {
  readonly event: string;
  readonly binding: string;
  readonly receive: string;
  readonly platform: string;
  /** Names of files and where they lie: Chromium tells a page no paths. */
  readonly paths: string;
}

type Preload = (
  require: (name: string) => unknown,
  module: { exports: object },
  exports: object,
  process: object,
) => void;

/**
 * The isolated world that Electron gives a preload: its `require('electron')`, and the preload run in it. Its source is
 * sent to Chromium: it must stay one function.
 */
export function preloadWorld(config: PreloadConfig, preload: Preload): void {
  // As Electron does without nodeIntegrationInSubFrames.
  if (window !== window.top) return;
  type Listener = (event: { ports: readonly MessagePort[] }, ...args: readonly unknown[]) => void;
  const world = globalThis as unknown as Record<string, unknown>;
  const post = world[config.binding] as (message: string) => void;
  const toMain = (message: FromPage): void => post(JSON.stringify(message));

  const pack = (data: unknown): Packed => {
    if (!(data instanceof Uint8Array)) return { json: data };
    let text = '';
    for (let at = 0; at < data.length; at += 8192)
      text += String.fromCharCode(...data.subarray(at, at + 8192));
    return { bytes: btoa(text) };
  };
  const unpack = (packed: Packed): unknown => {
    if (!('bytes' in packed)) return packed.json;
    const text = atob(packed.bytes);
    const bytes = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
    return bytes;
  };

  // ipcRenderer
  let lastInvoke = 0;
  const invoked = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const listeners = new Map<string, Set<Listener>>();
  const ports = new Map<number, MessagePort>();
  const ipcRenderer = {
    invoke: (channel: string, ...args: readonly unknown[]) =>
      new Promise((resolve, reject) => {
        const id = ++lastInvoke;
        invoked.set(id, { resolve, reject });
        toMain({ type: 'invoke', id, channel, args });
      }),
    on(channel: string, listener: Listener) {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      return ipcRenderer;
    },
    off(channel: string, listener: Listener) {
      listeners.get(channel)?.delete(listener);
      return ipcRenderer;
    },
  };

  /** The page's end of a channel: one port is handed on, the other is kept and joined to main by its number. */
  const openPort = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(id, port1);
    port1.addEventListener('message', ({ data }) =>
      toMain({ type: 'port-data', port: id, data: pack(data) }),
    );
    port1.addEventListener('close', () => {
      if (ports.delete(id)) toMain({ type: 'port-closed', port: id });
    });
    port1.start();
    return port2;
  };

  const receive = (message: ToPage): void => {
    switch (message.type) {
      case 'result':
        invoked.get(message.id)?.resolve(message.value);
        invoked.delete(message.id);
        break;
      case 'failure':
        invoked.get(message.id)?.reject(new Error(message.message));
        invoked.delete(message.id);
        break;
      case 'send': {
        const event = { ports: message.ports.map(openPort) };
        for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args);
        break;
      }
      case 'port-data':
        ports.get(message.port)?.postMessage(unpack(message.data));
        break;
      case 'port-closed':
        ports.get(message.port)?.close();
        ports.delete(message.port);
        break;
    }
  };
  world[config.receive] = (messages: readonly ToPage[]) => messages.forEach(receive);

  // contextBridge
  type Callable = (...args: readonly unknown[]) => unknown;
  const exposed: Record<string, unknown> = {};
  const tell = (detail: ToMain): void => {
    window.dispatchEvent(new CustomEvent(`${config.event}:main`, { detail }));
  };
  const shapeOf = (value: unknown): Shape => {
    if (typeof value === 'function') return { kind: 'function' };
    if (typeof value !== 'object' || value === null) return { kind: 'data', value };
    const members = Object.entries(value).map(([name, member]) => [name, shapeOf(member)]);
    return { kind: 'object', members: Object.fromEntries(members) };
  };
  const expose = (name: string): void => tell({ kind: 'expose', name, shape: shapeOf(exposed[name]) });
  const find = (path: readonly string[]): Callable => {
    let value: unknown = exposed;
    for (const name of path) value = (value as Record<string, unknown>)[name];
    return value as Callable;
  };
  const answer = (call: number, run: () => unknown): Returned => {
    try {
      const value = run();
      if (value instanceof Promise) {
        value.then(
          (result: unknown) => tell({ kind: 'settled', call, ok: true, value: result }),
          (error: unknown) =>
            tell({
              kind: 'settled',
              call,
              ok: false,
              value: error instanceof Error ? error.message : String(error),
            }),
        );
        return { kind: 'promise' };
      }
      if (typeof value !== 'function') return { kind: 'data', value };
      exposed[`returned ${call}`] = value;
      return { kind: 'function', path: [`returned ${call}`] };
    } catch (error) {
      return { kind: 'error', message: error instanceof Error ? error.message : String(error) };
    }
  };
  window.addEventListener(`${config.event}:preload`, (arrived) => {
    const detail = (arrived as CustomEvent<ToPreload>).detail;
    if (detail.kind === 'main-ready') {
      Object.keys(exposed).forEach(expose);
      return;
    }
    const args = detail.args.map((arg, index) => {
      const callback = detail.callbacks[index];
      return callback === undefined
        ? arg
        : (...inner: readonly unknown[]) => tell({ kind: 'callback', callback, args: inner });
    });
    tell({
      kind: 'returned',
      call: detail.call,
      value: answer(detail.call, () => find(detail.path)(...args)),
    });
  });

  const strict = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, key) {
        if (key in object || typeof key === 'symbol') return Reflect.get(object, key);
        throw new Error(`The Electron stand-in has no ${name}.${key}`);
      },
    });
  const electron = strict('electron', {
    contextBridge: strict('contextBridge', {
      exposeInMainWorld(name: string, value: unknown) {
        if (name in exposed)
          throw new Error(`Cannot bind an API on top of an existing property on the window: ${name}`);
        exposed[name] = value;
        expose(name);
      },
    }),
    ipcRenderer: strict('ipcRenderer', ipcRenderer),
    webUtils: strict('webUtils', {
      getPathForFile(file: unknown): string {
        if (!(file instanceof File)) throw new TypeError('getPathForFile expects a File');
        return (world[config.paths] as Record<string, string> | undefined)?.[file.name] ?? '';
      },
    }),
  });
  const require = (name: string): unknown => {
    if (/^electron(\/(renderer|common))?$/.test(name)) return electron;
    throw new Error(`module not found: ${name}. A sandboxed preload may only require electron.`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports, { platform: config.platform, sandboxed: true, type: 'renderer' });
}
