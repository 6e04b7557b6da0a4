import type { Connection } from '../rpc/dispatcher.ts';

/** Runs a sampler for each subject while at least one connection watches it. */
export class Watching<T extends Disposable> implements Disposable {
  readonly #make: (subject: string) => T;
  readonly #active = new Map<string, { sampler: T; watchers: Set<Connection> }>();
  /** Connections whose end is already listened for. */
  readonly #known = new WeakSet<Connection>();

  constructor(make: (subject: string) => T) {
    this.#make = make;
  }

  set(connection: Connection, subject: string, on: boolean): void {
    if (!on) {
      connection.watching.delete(subject);
      this.#leave(connection, subject);
      return;
    }
    connection.watching.add(subject);
    const entry = this.#active.get(subject) ?? {
      sampler: this.#make(subject),
      watchers: new Set<Connection>(),
    };
    entry.watchers.add(connection);
    this.#active.set(subject, entry);
    if (this.#known.has(connection)) return;
    this.#known.add(connection);
    connection.closed.addEventListener('abort', () => {
      for (const watched of this.#active.keys()) this.#leave(connection, watched);
    });
  }

  /** The subject is gone. */
  drop(subject: string): void {
    this.#active.get(subject)?.sampler[Symbol.dispose]();
    this.#active.delete(subject);
  }

  #leave(connection: Connection, subject: string): void {
    const entry = this.#active.get(subject);
    if (entry === undefined) return;
    entry.watchers.delete(connection);
    if (entry.watchers.size === 0) this.drop(subject);
  }

  [Symbol.dispose](): void {
    for (const { sampler } of this.#active.values()) sampler[Symbol.dispose]();
    this.#active.clear();
  }
}
