import type { MachineView } from '../contract/machine.ts';
import { tooSlow } from './machine-faults.ts';

/** Those who wait until a machine is as they want it. */
export class ViewWaits {
  readonly #view: () => MachineView;
  readonly #waiters = new Set<() => void>();

  constructor(view: () => MachineView) {
    this.#view = view;
  }

  /** Something has changed: everybody looks again. */
  wake(): void {
    for (const look of [...this.#waiters]) look();
  }

  /** Resolves when the view is as wanted; throws `timeout`, the signal's reason, or what `wanted` throws. */
  async until(
    wanted: (view: MachineView) => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<MachineView> {
    const { promise, resolve, reject } = Promise.withResolvers<MachineView>();
    const look = (): void => {
      const view = this.#view();
      try {
        if (wanted(view)) resolve(view);
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      const { name, state } = this.#view();
      reject(tooSlow(name, state, timeoutMs));
    }, timeoutMs);
    const abort = (): void => reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#waiters.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      this.#waiters.delete(look);
    }
  }
}
