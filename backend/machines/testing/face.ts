import type { EventName, EventPayload } from '../../contract/events.ts';
import { Fault, faultShape } from '../../contract/fault.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../contract/requests.ts';
import type { Connection, Dispatcher } from '../../rpc/dispatcher.ts';

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly data?: unknown };
}

export type Listeners = Set<(name: string, payload: unknown) => void>;

export function listen<N extends EventName>(
  listeners: Listeners,
  name: N,
  listener: (payload: EventPayload<N>) => void,
): () => void {
  const entry = (heard: string, payload: unknown): void => {
    if (heard === name) listener(payload as EventPayload<N>);
  };
  listeners.add(entry);
  return () => listeners.delete(entry);
}

/** For tests: a connection to a back end, as every face has one. */
export class Face {
  readonly #connection: Connection;
  readonly #listeners: Listeners;
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #lastId = 0;

  constructor(dispatcher: Dispatcher, listeners: Listeners = new Set()) {
    this.#listeners = listeners;
    this.#connection = dispatcher.connect((message) => this.#receive(message));
  }

  /** The answer, or the Fault. */
  async request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>> {
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answers.set(id, resolve);
    this.#connection.receive({ jsonrpc: '2.0', id, method: name, params: input });
    const answer = await promise;
    if (answer.error !== undefined) throw new Fault(faultShape.parse(answer.error.data));
    return answer.result as RequestOutput<N>;
  }

  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
    return listen(this.#listeners, name, listener);
  }

  close(): void {
    this.#connection.close();
  }

  #receive(message: object): void {
    if ('id' in message && typeof message.id === 'number') {
      this.#answers.get(message.id)?.(message as Answer);
      this.#answers.delete(message.id);
    } else if ('method' in message && 'params' in message) {
      const name = String(message.method).slice('event.'.length);
      for (const listener of [...this.#listeners]) listener(name, message.params);
    }
  }
}
