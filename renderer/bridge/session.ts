import { type EventName, type EventPayload, events } from '../../backend/contract/events.ts';
import { Fault } from '../../backend/contract/fault.ts';
import {
  type RequestInput,
  type RequestName,
  type RequestOutput,
  requests,
} from '../../backend/contract/requests.ts';
import { CONTRACT_VERSION } from '../../backend/contract/version.ts';
import { EVENT_PREFIX, serverMessage } from '../../backend/contract/wire.ts';
import { ConnectionLost, type ConnectionStatus, type Observable } from './bridge.ts';
import { observable } from './observable.ts';

/** One connection that carries JSON-RPC objects. */
export interface Wire {
  send(message: object): void;
  close(): void;
}

export interface WireEvents {
  message(message: unknown): void;
  /** Once, after the wire opened; a wire that cannot open rejects instead. */
  closed(): void;
}

export type OpenWire = (events: WireEvents, signal: AbortSignal) => Promise<Wire>;

export interface SessionOptions {
  open: OpenWire;
  /**
   * Whether answers are parsed. The back end is ours, of the same contract version (`session.hello`), and more trusted than
   * this page: a built page takes them as they are. Checking a list of 500 machines costs a tenth of a second without eval.
   */
  checkAnswers?: boolean;
  /** Milliseconds before try number n (from 1). */
  backoff?: (attempt: number) => number;
  now?: () => number;
}

interface Pending {
  name: RequestName;
  resolve: (value: never) => void;
  reject: (fault: Fault) => void;
}

type Listener = (payload: never) => void;

const FIRST_WAIT_MS = 150;
const LONGEST_WAIT_MS = 4000;

/** 0.15 s, 0.3 s, 0.6 s … 4 s, each up to a quarter longer so that many pages do not knock at once. */
function defaultBackoff(attempt: number): number {
  const base = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt - 1, 10));
  return base * (1 + Math.random() / 4);
}

/** Requests and events over a wire that is opened again whenever it closes. */
export class Session {
  readonly connection: Observable<ConnectionStatus>;
  readonly #status;
  readonly #open: OpenWire;
  readonly #checkAnswers: boolean;
  readonly #backoff: (attempt: number) => number;
  readonly #now: () => number;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #stop = new AbortController();
  #wire: Wire | null = null;
  #nextId = 1;
  #wake: (() => void) | null = null;

  constructor({ open, checkAnswers = true, backoff = defaultBackoff, now = Date.now }: SessionOptions) {
    this.#open = open;
    this.#checkAnswers = checkAnswers;
    this.#backoff = backoff;
    this.#now = now;
    this.#status = observable<ConnectionStatus>({
      phase: 'connecting',
      since: now(),
      attempt: 0,
      fault: null,
      backEnd: null,
    });
    this.connection = this.#status;
    void this.#run();
  }

  async request<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    signal?: AbortSignal,
  ): Promise<RequestOutput<N>> {
    if (this.#status.get().phase === 'connecting') await this.#connected(signal);
    return await this.#send(name, input, signal);
  }

  on<N extends EventName>(event: N, listener: (payload: EventPayload<N>) => void): () => void {
    const known = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, known);
    known.add(listener as Listener);
    return () => {
      known.delete(listener as Listener);
    };
  }

  /** Tries at once instead of waiting out the pause: the network is back, the window was shown. */
  nudge(): void {
    this.#wake?.();
  }

  close(): void {
    this.#stop.abort();
    this.#wire?.close();
    this.#lose();
  }

  #set(change: Partial<ConnectionStatus>): void {
    const before = this.#status.get();
    const since = change.phase === undefined || change.phase === before.phase ? before.since : this.#now();
    this.#status.set({ ...before, ...change, since });
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      this.#set({ attempt });
      const ended = Promise.withResolvers<void>();
      try {
        this.#wire = await this.#open(
          { message: (message) => this.#receive(message), closed: () => ended.resolve() },
          signal,
        );
        const hello = this.#send('session.hello', { contractVersion: CONTRACT_VERSION });
        const backEnd = await Promise.race([
          hello,
          ended.promise.then(() => Promise.reject(new ConnectionLost())),
        ]);
        if (backEnd.contractVersion !== CONTRACT_VERSION) throw mismatch(backEnd.contractVersion);
        attempt = 0;
        this.#set({ phase: 'connected', attempt: 0, fault: null, backEnd });
        await ended.promise;
      } catch (thrown) {
        const fault = Fault.from(thrown);
        this.#wire?.close();
        if (fault.code === 'contract-mismatch') {
          this.#lose();
          this.#set({ phase: 'refused', fault });
          return;
        }
        this.#set({ fault });
      }
      this.#lose();
      if (signal.aborted) return;
      if (this.#status.get().phase === 'connected') this.#set({ phase: 'reconnecting' });
      await this.#pause(this.#backoff(attempt + 1));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#stop.signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#stop.signal.addEventListener('abort', done);
      this.#wake = done;
    });
  }

  #connected(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        stop();
        signal?.removeEventListener('abort', aborted);
        act();
      };
      const aborted = (): void => finish(() => reject(cancelled()));
      const stop = this.#status.subscribe(({ phase, fault }) => {
        if (phase === 'connected') finish(resolve);
        else if (phase === 'refused') finish(() => reject(fault ?? new ConnectionLost()));
      });
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted);
    });
  }

  #send<N extends RequestName>(
    name: N,
    input: RequestInput<N>,
    signal?: AbortSignal,
  ): Promise<RequestOutput<N>> {
    const wire = this.#wire;
    if (wire === null) return Promise.reject(new ConnectionLost());
    if (signal?.aborted === true) return Promise.reject(cancelled());
    const id = this.#nextId++;
    return new Promise<RequestOutput<N>>((resolve, reject) => {
      const aborted = (): void => {
        this.#pending.delete(id);
        reject(cancelled());
      };
      signal?.addEventListener('abort', aborted, { once: true });
      const settle = (): void => signal?.removeEventListener('abort', aborted);
      this.#pending.set(id, {
        name,
        resolve: (value: never) => {
          settle();
          resolve(value);
        },
        reject: (fault) => {
          settle();
          reject(fault);
        },
      });
      wire.send({ jsonrpc: '2.0', id, method: name, params: input });
    });
  }

  #receive(message: unknown): void {
    const parsed = serverMessage.safeParse(message);
    if (!parsed.success) throw notUnderstood('a message', parsed.error.message);
    const data = parsed.data;
    if ('method' in data) {
      this.#emit(data.method, data.params);
      return;
    }
    const pending = typeof data.id === 'number' ? this.#pending.get(data.id) : undefined;
    if (pending === undefined || typeof data.id !== 'number') return; // aborted meanwhile
    this.#pending.delete(data.id);
    if ('error' in data) {
      pending.reject(new Fault(data.error.data ?? { code: 'internal', message: data.error.message }));
      return;
    }
    if (!this.#checkAnswers) {
      pending.resolve(data.result as never);
      return;
    }
    const result = requests[pending.name].out.safeParse(data.result);
    if (result.success) pending.resolve(result.data as never);
    else pending.reject(notUnderstood(`the answer to ${pending.name}`, result.error.message));
  }

  #emit(method: string, params: unknown): void {
    if (!method.startsWith(EVENT_PREFIX)) return;
    const name = method.slice(EVENT_PREFIX.length);
    const listeners = this.#listeners.get(name);
    if (listeners === undefined || listeners.size === 0) return;
    const payload = this.#checkAnswers ? events[name as EventName].parse(params) : params;
    for (const listener of [...listeners]) listener(payload as never);
  }

  #lose(): void {
    this.#wire = null;
    const lost = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of lost) reject(new ConnectionLost());
  }
}

function cancelled(): Fault {
  return new Fault({ code: 'cancelled', message: 'It was cancelled.' });
}

function notUnderstood(what: string, detail: string): Fault {
  return new Fault({
    code: 'contract-mismatch',
    message: `This page does not understand ${what} from the back end.`,
    remedy: 'Close Innkeeper and open it again, so that both are of one version.',
    detail,
  });
}

function mismatch(theirs: number): Fault {
  const older = theirs < CONTRACT_VERSION;
  return new Fault({
    code: 'contract-mismatch',
    message: older
      ? 'The back end that runs is older than this page.'
      : 'The back end that runs is newer than this page.',
    remedy: older
      ? 'Close every Innkeeper window and “innkeeper serve”, then open Innkeeper again. Running machines go on.'
      : 'Load this page again.',
    detail: `contract ${theirs} there, ${CONTRACT_VERSION} here`,
  });
}
