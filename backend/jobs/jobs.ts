import { randomUUID } from 'node:crypto';
import { Fault } from '../contract/fault.ts';
import type { Job } from '../contract/job.ts';

export type Report = (step: string, progress: number | null) => void;

export interface JobRequest {
  readonly title: string;
  readonly machine?: string;
  readonly cancellable: boolean;
}

/** Ended jobs that are kept for the person to read. */
const KEPT = 20;
/** Progress that comes faster than this is not worth an event, ms. */
const QUIET = 200;

/** Long work that a person can watch and stop. */
export class Jobs {
  readonly #jobs = new Map<string, { job: Job; controller: AbortController }>();
  readonly #emit: (job: Job) => void;

  constructor(emit: (job: Job) => void) {
    this.#emit = emit;
  }

  list(): Job[] {
    return [...this.#jobs.values()].map((entry) => entry.job);
  }

  get busy(): boolean {
    return this.list().some((job) => job.state === 'running');
  }

  /** Runs the work as a job; its result, or its fault, is the work's own. */
  async run<T>(request: JobRequest, work: (report: Report, signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const id = randomUUID();
    const entry = {
      controller,
      job: {
        id,
        title: request.title,
        step: 'Starting',
        progress: null,
        state: 'running',
        cancellable: request.cancellable,
        machine: request.machine ?? null,
        startedAt: Date.now(),
        endedAt: null,
        fault: null,
      } as Job,
    };
    this.#jobs.set(id, entry);
    this.#emit(entry.job);
    let toldAt = 0;
    const report: Report = (step, progress) => {
      const changedStep = step !== entry.job.step;
      entry.job = { ...entry.job, step, progress };
      if (!changedStep && Date.now() - toldAt < QUIET) return;
      toldAt = Date.now();
      this.#emit(entry.job);
    };
    const end = (change: Partial<Job>): void => {
      entry.job = { ...entry.job, ...change, endedAt: Date.now() };
      this.#emit(entry.job);
      this.#forgetOld();
    };
    try {
      const result = await work(report, controller.signal);
      end({ state: 'done', progress: 1 });
      return result;
    } catch (error) {
      const fault = controller.signal.aborted
        ? new Fault({ code: 'cancelled', message: `${request.title} was cancelled.` }, { cause: error })
        : Fault.from(error);
      end({ state: fault.code === 'cancelled' ? 'cancelled' : 'failed', fault: fault.toShape() });
      throw fault;
    }
  }

  cancel(id: string): void {
    const entry = this.#jobs.get(id);
    if (entry === undefined) {
      throw new Fault({
        code: 'not-found',
        message: `There is no job ${id}.`,
        remedy: 'Look at the list of jobs: innkeeper job list',
      });
    }
    if (entry.job.state !== 'running') return;
    if (!entry.job.cancellable) {
      throw new Fault({
        code: 'not-supported',
        message: `“${entry.job.title}” cannot be cancelled.`,
        remedy: 'Wait until it is done.',
      });
    }
    entry.controller.abort(new Fault({ code: 'cancelled', message: `${entry.job.title} was cancelled.` }));
  }

  /** Asks every cancellable job to stop; for a back end that closes. */
  cancelAll(): void {
    for (const { job, controller } of this.#jobs.values()) {
      if (job.state === 'running' && job.cancellable) controller.abort();
    }
  }

  #forgetOld(): void {
    const ended = [...this.#jobs.values()].filter((entry) => entry.job.endedAt !== null);
    for (const { job } of ended.slice(0, Math.max(0, ended.length - KEPT))) this.#jobs.delete(job.id);
  }
}
