/// <reference lib="dom" />

/** A value as contextBridge would show it: plain data, a function, or an object of these. */
export type Shape =
  | { readonly kind: 'data'; readonly value: unknown }
  | { readonly kind: 'function' }
  | { readonly kind: 'object'; readonly members: Readonly<Record<string, Shape>> };

export type ToMain =
  | { readonly kind: 'expose'; readonly name: string; readonly shape: Shape }
  | { readonly kind: 'returned'; readonly call: number; readonly value: Returned }
  | { readonly kind: 'settled'; readonly call: number; readonly ok: boolean; readonly value: unknown }
  | { readonly kind: 'callback'; readonly callback: number; readonly args: readonly unknown[] };

export type Returned =
  | { readonly kind: 'data'; readonly value: unknown }
  | { readonly kind: 'promise' }
  | { readonly kind: 'function'; readonly path: readonly string[] }
  | { readonly kind: 'error'; readonly message: string };

export type ToPreload =
  | { readonly kind: 'main-ready' }
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly path: readonly string[];
      readonly args: readonly unknown[];
      /** Positions of arguments that are functions of the page, and their numbers. */
      readonly callbacks: Readonly<Record<number, number>>;
    };

/**
 * The page's half of contextBridge: makes what the preload exposes out of events on `window`, which reach the listeners
 * of every world synchronously, their detail cloned. Its source is sent to Chromium: it must stay one function.
 */
export function mainWorld(event: string): void {
  if (window !== window.top) return;
  let lastCall = 0;
  let lastCallback = 0;
  const returned = new Map<number, Returned>();
  const settling = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const callbacks = new Map<number, (...args: readonly unknown[]) => unknown>();
  const tell = (detail: ToPreload): void => {
    window.dispatchEvent(new CustomEvent(`${event}:preload`, { detail }));
  };

  const call = (path: readonly string[], args: readonly unknown[]): unknown => {
    const id = ++lastCall;
    const numbers: Record<number, number> = {};
    const plain = args.map((arg, index) => {
      if (typeof arg !== 'function') return arg;
      callbacks.set(++lastCallback, arg as (...args: readonly unknown[]) => unknown);
      numbers[index] = lastCallback;
      return null;
    });
    tell({ kind: 'call', call: id, path, args: plain, callbacks: numbers });
    const result = returned.get(id);
    returned.delete(id);
    switch (result?.kind) {
      case 'data':
        return result.value;
      case 'function':
        return (...inner: unknown[]) => call(result.path, inner);
      case 'promise':
        return new Promise((resolve, reject) => settling.set(id, { resolve, reject }));
      case 'error':
        throw new Error(result.message);
      default:
        throw new Error(`The preload did not answer ${path.join('.')}`);
    }
  };

  const build = (shape: Shape, path: readonly string[]): unknown => {
    if (shape.kind === 'data') return shape.value;
    if (shape.kind === 'function') return (...args: unknown[]) => call(path, args);
    const members = Object.entries(shape.members).map(([name, member]) => [
      name,
      build(member, [...path, name]),
    ]);
    return Object.freeze(Object.fromEntries(members));
  };

  window.addEventListener(`${event}:main`, (arrived) => {
    const detail = (arrived as CustomEvent<ToMain>).detail;
    switch (detail.kind) {
      case 'expose':
        Object.defineProperty(window, detail.name, {
          value: build(detail.shape, [detail.name]),
          enumerable: true,
          configurable: false,
          writable: false,
        });
        break;
      case 'returned':
        returned.set(detail.call, detail.value);
        break;
      case 'settled': {
        const waiter = settling.get(detail.call);
        settling.delete(detail.call);
        if (detail.ok) waiter?.resolve(detail.value);
        else waiter?.reject(new Error(String(detail.value)));
        break;
      }
      case 'callback':
        callbacks.get(detail.callback)?.(...detail.args);
        break;
    }
  });
  tell({ kind: 'main-ready' });
}
