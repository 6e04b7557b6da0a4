import type { EventName, EventPayload } from '../contract/events.ts';

export type EventListener = <N extends EventName>(name: N, payload: EventPayload<N>) => void;

/** What happened, to whoever wants to know. Delivery is synchronous and in the order of `emit`. */
export class EventBus {
  readonly #listeners = new Set<EventListener>();

  emit<N extends EventName>(name: N, payload: EventPayload<N>): void {
    for (const listener of this.#listeners) {
      try {
        listener(name, payload);
      } catch (error) {
        // Whoever emits is not to blame: the error surfaces as uncaught, and the other listeners still hear of it.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Returns the function that ends the subscription. */
  subscribe(listener: EventListener): () => void {
    // A wrapper of its own, so that subscribing the same function twice gives two subscriptions.
    const entry: EventListener = (name, payload) => listener(name, payload);
    this.#listeners.add(entry);
    return () => {
      this.#listeners.delete(entry);
    };
  }
}

/**
 * Figures go only to connections that asked for them ('host' or 'machine:ID' in `watching`); every other event goes to all.
 */
export function isWatched<N extends EventName>(
  watching: ReadonlySet<string>,
  name: N,
  payload: EventPayload<N>,
): boolean {
  if (name === 'host.figures') return watching.has('host');
  if (name === 'machine.figures') {
    const { machine } = payload as EventPayload<'machine.figures'>;
    return watching.has(`machine:${machine}`);
  }
  return true;
}
