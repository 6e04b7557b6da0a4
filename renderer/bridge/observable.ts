import type { Observable } from './bridge.ts';

/** An Observable with a way to set it. */
export interface Source<T> extends Observable<T> {
  set(value: T): void;
}

export function observable<T>(initial: T): Source<T> {
  let value = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get: () => value,
    set(next) {
      value = next;
      for (const listener of [...listeners]) listener(next);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
