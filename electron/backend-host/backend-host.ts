import { type MessagePortMain, type UtilityProcess, utilityProcess } from 'electron';
import { z } from 'zod';
import { Fault, type FaultShape, faultShape } from '../../backend/contract/fault.ts';
import type { LogFile } from './log-file.ts';
import { backendRule, RestartBudget } from './restart-budget.ts';

/** How long a port waits for a back end that is being started again, ms. */
const HAND_TIMEOUT = 15_000;
/** A death is noticed within this, ms: ports handed over later than that before it may have gone nowhere. */
const DEATH_NOTICED = 5000;
/** How long a back end may take to close its sockets when the program ends, ms. */
const STOP_TIMEOUT = 3000;

/** What a back end says before it ends because it cannot start: its folder is not safe, for example. */
const failedMessage = z.object({ type: z.literal('failed'), fault: faultShape });

type State =
  | { readonly name: 'running'; readonly child: UtilityProcess; readonly startedAt: number }
  | { readonly name: 'waiting'; readonly timer: NodeJS.Timeout }
  | { readonly name: 'given-up'; readonly fault: Fault }
  | { readonly name: 'stopped' };

export interface BackendHostOptions {
  /** dist/backend/main.js */
  readonly modulePath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: LogFile;
  /** It died too often too quickly; `retry` starts it again. */
  readonly onGivenUp: (fault: Fault, retry: () => void) => void;
}

/**
 * Keeps one back end running as Electron's utility process. When it dies every port into it closes, which is how the
 * renderer learns of it; guests go on, and the next back end takes them over.
 */
export class BackendHost {
  readonly #options: BackendHostOptions;
  readonly #budget = new RestartBudget(backendRule);
  #state: State = { name: 'stopped' };
  #waiting: PromiseWithResolvers<UtilityProcess> | null = null;
  #recent: { readonly port: MessagePortMain; readonly at: number }[] = [];

  constructor(options: BackendHostOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state.name === 'running') return;
    const { modulePath, env, log } = this.#options;
    log.clearTail();
    const child = utilityProcess.fork(modulePath, [], {
      serviceName: 'Innkeeper back end',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env },
    });
    const startedAt = performance.now();
    let reason: FaultShape | null = null;
    child.on('message', (message: unknown) => {
      reason = failedMessage.safeParse(message).data?.fault ?? reason;
    });
    this.#state = { name: 'running', child, startedAt };
    child.stdout?.on('data', (bytes: Uint8Array) => log.write(bytes));
    child.stderr?.on('data', (bytes: Uint8Array) => log.write(bytes));
    child.once('exit', (code) => this.#died(child, startedAt, code, reason));
    this.#waiting?.resolve(child);
    this.#waiting = null;
  }

  /**
   * Gives the back end a port. Waits while it is being started again; a port it never took closes when it dies.
   * Throws a Fault when it was given up, is stopped, or does not come back in time.
   */
  async hand(purpose: object, port: MessagePortMain): Promise<void> {
    const child = await this.#child();
    child.postMessage(purpose, [port]);
    const at = performance.now();
    this.#recent = [...this.#recent.filter((handed) => at - handed.at < DEATH_NOTICED), { port, at }];
  }

  async #child(): Promise<UtilityProcess> {
    switch (this.#state.name) {
      case 'running':
        return this.#state.child;
      case 'waiting': {
        this.#waiting ??= Promise.withResolvers();
        return await withTimeout(this.#waiting.promise);
      }
      case 'given-up':
        throw this.#state.fault;
      case 'stopped':
        throw new Fault({ code: 'cancelled', message: 'Innkeeper is closing.' });
    }
  }

  #died(child: UtilityProcess, startedAt: number, code: number, reason: FaultShape | null): void {
    if (this.#state.name !== 'running' || this.#state.child !== child) return;
    const lived = performance.now() - startedAt;
    // One that said why it cannot start would say it again.
    const delay = reason === null ? this.#budget.died(lived) : null;
    // A port that was posted to a process already dead is still ours; closing one that was taken does nothing.
    for (const { port } of this.#recent.splice(0)) port.close();
    this.#options.log.note(`the back end ended with code ${code} after ${Math.round(lived)} ms`);
    if (delay !== null) {
      this.#state = { name: 'waiting', timer: setTimeout(() => this.start(), delay) };
      return;
    }
    const fault = reason === null ? this.#dyingFault() : new Fault(reason);
    this.#state = { name: 'given-up', fault };
    this.#waiting?.reject(fault);
    this.#waiting = null;
    this.#options.onGivenUp(fault, () => {
      this.#budget.reset();
      if (this.#state.name === 'given-up') this.start();
    });
  }

  #dyingFault(): Fault {
    return new Fault({
      code: 'internal',
      message: "Innkeeper's back end stops as soon as it is started.",
      remedy: `Its log says why: ${this.#options.log.path}`,
      detail: this.#options.log.tail,
    });
  }

  /** Ends the back end and waits until it is gone; guests go on. */
  async [Symbol.asyncDispose](): Promise<void> {
    const state = this.#state;
    this.#state = { name: 'stopped' };
    this.#waiting?.reject(new Fault({ code: 'cancelled', message: 'Innkeeper is closing.' }));
    this.#waiting = null;
    if (state.name === 'waiting') clearTimeout(state.timer);
    if (state.name !== 'running') return;
    const gone = new Promise<boolean>((resolve) => state.child.once('exit', () => resolve(true)));
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => late.resolve(false), STOP_TIMEOUT);
    state.child.kill();
    if (!(await Promise.race([gone, late.promise])) && state.child.pid !== undefined) {
      process.kill(state.child.pid, 'SIGKILL');
    }
    clearTimeout(timer);
  }
}

async function withTimeout<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Fault({ code: 'timeout', message: "Innkeeper's back end has not come back yet." })),
    HAND_TIMEOUT,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
