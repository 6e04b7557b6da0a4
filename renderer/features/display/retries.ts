import type { SessionEnd } from './guest-session.ts';

const FIRST_WAIT_MS = 300;
const LAST_WAIT_MS = 5000;
/**
 * The server ended a session that was up this often in this time, ms: a viewer that does not come through our back end takes
 * the screen, and comes back as we do. The one that took it first is a try ahead, so of two that fight the one that a person
 * has just opened, or asked to show it, keeps it. As often in the same time for what makes no sense, or for
 * what fails here: the next try will not make more of it.
 */
const MOST_ENDS = 3;
const ENDS_WITHIN_MS = 20_000;
/** A session that was up this long stood on firm ground: what was before it does not count, and the next try comes quickly. */
const FIRM_MS = 5000;

/** When to try again: so many ms from now, or not before a person asks, and why. */
export type Retry = { readonly inMs: number } | { readonly stop: 'taken' | 'garbled' | 'failed' };

/** What to do when a viewer's session ends. Times are ms of any one clock. */
export class Retries {
  #waitMs = FIRST_WAIT_MS;
  #upSince: number | null = null;
  /** Ends lately that tell why. */
  #ends: readonly { readonly at: number; readonly kind: SessionEnd['kind'] }[] = [];

  /** A person asked, or it is wanted anew: nothing of before counts. */
  reset(): void {
    this.#waitMs = FIRST_WAIT_MS;
    this.#upSince = null;
    this.#ends = [];
  }

  /** The session is up. */
  up(now: number): void {
    this.#upSince = now;
  }

  ended(kind: SessionEnd['kind'], now: number): Retry {
    const upSince = this.#upSince;
    this.#upSince = null;
    if (upSince !== null && now - upSince >= FIRM_MS) this.reset();
    // One that broke before it was up says nothing of who else wants the screen; the server is perhaps not there yet.
    if (upSince !== null || kind !== 'lost') {
      this.#ends = [...this.#ends.filter(({ at }) => now - at < ENDS_WITHIN_MS), { at: now, kind }];
    }
    for (const stop of ['garbled', 'failed'] as const) {
      if (this.#count(stop) >= MOST_ENDS) return { stop };
    }
    // A server that draws when another viewer takes it away may end one of them inside a message.
    if (this.#ends.length >= MOST_ENDS && this.#count('closed') >= MOST_ENDS - 1) return { stop: 'taken' };
    const inMs = this.#waitMs;
    this.#waitMs = Math.min(LAST_WAIT_MS, inMs * 2);
    return { inMs };
  }

  #count(wanted: SessionEnd['kind']): number {
    return this.#ends.filter(({ kind }) => kind === wanted).length;
  }
}
