import { Fault } from '../contract/fault.ts';
import { AgentTrouble } from '../devices/display/agent-line.ts';
import { ScreenTaker } from '../devices/display/screen-taker.ts';
import type { Agents } from './agents.ts';
import type { Machine } from './machine.ts';
import { takeScreenshot } from './screenshot.ts';

export interface Screenshot {
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly via: 'qmp' | 'spice';
}

/** What a picture that was asked for may take over SPICE, ms: an emulated guest on a busy host is slow. */
const PATIENT_MS = 10_000;
/** What it may take where QMP is the other way. */
const IMPATIENT_MS = 2_000;

/** Pictures of guests' screens, by the way that was asked for. */
export class Screens implements AsyncDisposable {
  readonly #agents: Agents;
  readonly #taker = new ScreenTaker();

  constructor(agents: Agents) {
    this.#agents = agents;
  }

  /** `maxWidth` in pixels. Throws a Fault. */
  async take(
    machine: Machine,
    via: 'qmp' | 'spice' | 'auto',
    maxWidth: number | undefined,
    signal: AbortSignal,
  ): Promise<Screenshot> {
    if (via === 'spice') {
      try {
        return await this.#overSpice(machine, maxWidth, signal, true);
      } catch (error) {
        throw error instanceof AgentTrouble ? disturbed(error, machine.definition.name) : error;
      }
    }
    if (via === 'auto') {
      try {
        return await this.#overSpice(machine, maxWidth, signal, false);
      } catch {
        // Whatever it was, a guest that is there shows its picture the other way.
        signal.throwIfAborted();
      }
    }
    return { ...(await takeScreenshot(machine, maxWidth)), via: 'qmp' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taker[Symbol.asyncDispose]();
  }

  async #overSpice(
    machine: Machine,
    maxWidth: number | undefined,
    signal: AbortSignal,
    wanted: boolean,
  ): Promise<Screenshot> {
    const timeoutMs = wanted ? PATIENT_MS : IMPATIENT_MS;
    const picture = await this.#agents.glance(machine, wanted, signal, (socket, stop) =>
      this.#taker.take(socket, { maxWidth, timeoutMs, signal: stop }),
    );
    return { ...picture, via: 'spice' };
  }
}

function disturbed(error: AgentTrouble, name: string): Fault {
  return new Fault(
    {
      code: 'busy',
      message:
        error.problem === 'occupied'
          ? `Somebody looks at “${name}”, and a second SPICE client would end that session.`
          : `A viewer of “${name}” came just now.`,
      remedy: 'Take the picture via qmp, or close that viewer.',
    },
    { cause: error },
  );
}
