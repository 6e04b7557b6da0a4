import { totalmem } from 'node:os';
import type { HostFigures } from '../contract/host.ts';
import { availableMemory } from '../host/memory.ts';
import { ProcessMeter } from './figures.ts';
import type { Machines } from './machines.ts';

const EVERY = 2_000;

/** Memory of the host and the share of each running machine, while a face looks. */
export class HostFiguresSampler implements Disposable {
  readonly #machines: Machines;
  readonly #meters = new Map<string, ProcessMeter>();
  readonly #timer: NodeJS.Timeout;

  constructor(machines: Machines, emit: (figures: HostFigures) => void, onTrouble: (error: unknown) => void) {
    this.#machines = machines;
    const tick = (): void => {
      this.#sample().then(emit, onTrouble);
    };
    this.#timer = setInterval(tick, EVERY);
    this.#timer.unref();
    tick();
  }

  async #sample(): Promise<HostFigures> {
    const running = this.#machines.all().flatMap((machine) => {
      const found = machine.process;
      return found === null ? [] : [{ id: machine.definition.id as string, pid: found.pid }];
    });
    for (const id of this.#meters.keys())
      if (!running.some((entry) => entry.id === id)) this.#meters.delete(id);
    const machines = await Promise.all(
      running.map(async ({ id, pid }) => {
        const meter = this.#meters.get(id) ?? new ProcessMeter();
        this.#meters.set(id, meter);
        const sample = await meter.sample(pid);
        return sample === null ? [] : [{ id, ...sample }];
      }),
    );
    return {
      at: Date.now(),
      memoryTotalBytes: totalmem(),
      memoryAvailableBytes: await availableMemory(),
      machines: machines.flat(),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
