import { readFile, stat } from 'node:fs/promises';
import type { MachineFigures } from '../contract/devices.ts';
import { measureDrift } from '../devices/clock/live.ts';
import { readCounters } from '../devices/disk/live.ts';
import { pollGuestStatistics, readGuestStatistics } from '../devices/memory/live.ts';
import type { Guest } from './guest.ts';
import type { Machine } from './machine.ts';

/** Asking the guest costs the guest: every so many samples, and only while somebody looks. */
const EVERY = { network: 2, clock: 10, clockSource: 60 } as const;
/** An agent that is slow must not hold the other figures up, ms. */
const AGENT_TIMEOUT = 1_500;
/** The kernel's unit of time in /proc: USER_HZ is 100 on every Linux that runs KVM guests (proc(5), sysconf(3)). */
const TICKS_PER_SECOND = 100;
const PAGE = 4096;

interface CpuSample {
  readonly ticks: number;
  readonly at: number;
}

/** CPU time and resident memory of one process, from /proc (proc(5)). */
export class ProcessMeter {
  #last: CpuSample | undefined;

  /** CPU since the last call, percent of one core (0 at the first), and what the process holds, bytes; null when it is gone. */
  async sample(pid: number): Promise<{ cpuPercent: number; residentBytes: number } | null> {
    let text: string;
    try {
      text = await readFile(`/proc/${pid}/stat`, 'utf8');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ESRCH') return null;
      throw error;
    }
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    // Fields 14, 15 and 24 of proc(5): utime, stime, rss; the slice begins with field 3.
    const ticks = Number(fields[11]) + Number(fields[12]);
    const residentBytes = Number(fields[21]) * PAGE;
    const now = performance.now();
    const last = this.#last;
    this.#last = { ticks, at: now };
    const seconds = last === undefined ? 0 : (now - last.at) / 1000;
    const cpuPercent =
      last === undefined || seconds <= 0 ? 0 : ((ticks - last.ticks) / TICKS_PER_SECOND / seconds) * 100;
    return { cpuPercent: Math.max(0, cpuPercent), residentBytes };
  }
}

/** The moving figures of one machine, once a second, while a face looks at it. */
export class FiguresSampler implements Disposable {
  readonly #machine: Machine;
  readonly #isGlancing: () => boolean;
  readonly #emit: (figures: MachineFigures) => void;
  readonly #meter = new ProcessMeter();
  readonly #timer: NodeJS.Timeout;
  #busy = false;
  #count = 0;
  #polledGuest: Guest | null = null;
  #nics: MachineFigures['nics'] = [];
  #clock: MachineFigures['clock'] = null;
  #source: string | null = null;

  /** @param isGlancing whether a session of our own takes a picture of the screen; then nobody else looks. */
  constructor(
    machine: Machine,
    isGlancing: () => boolean,
    emit: (figures: MachineFigures) => void,
    onTrouble: (error: unknown) => void,
  ) {
    this.#machine = machine;
    this.#isGlancing = isGlancing;
    this.#emit = emit;
    const tick = (): void => {
      // A sample that takes longer than a second is not doubled by the next.
      if (this.#busy) return;
      this.#busy = true;
      this.#sample()
        .catch((error: unknown) => {
          // A guest that went away in the middle of a sample is not trouble.
          if (this.#machine.guest !== null) onTrouble(error);
        })
        .finally(() => {
          this.#busy = false;
        });
    };
    this.#timer = setInterval(tick, 1_000);
    this.#timer.unref();
    tick();
  }

  async #sample(): Promise<void> {
    const guest = this.#machine.guest;
    const running = this.#machine.process;
    if (guest === null || running === null) return;
    const round = this.#count;
    this.#count += 1;
    if (this.#polledGuest !== guest) {
      this.#polledGuest = guest;
      await pollGuestStatistics(guest.qmp, 1);
    }
    const halted = this.#machine.state !== 'running';
    if (guest.agentAnswers && !halted) this.#askAgent(guest, round);
    else if (!guest.agentAnswers) this.#forgetAgent();
    const [host, guestMemory, counters, clients] = await Promise.all([
      this.#meter.sample(running.pid),
      readGuestStatistics(guest.qmp),
      readCounters(guest.qmp),
      this.#countClients(guest),
    ]);
    if (host === null) return;
    const disks = await Promise.all(
      this.#machine.definition.disks.map(async ({ id, path }) => {
        const counter = counters.find((entry) => entry.id === id);
        return {
          id,
          readBytes: counter?.readBytes ?? 0,
          writtenBytes: counter?.writtenBytes ?? 0,
          allocatedBytes: await allocated(path),
        };
      }),
    );
    this.#emit({
      at: Date.now(),
      ...host,
      guestMemory,
      disks,
      nics: this.#nics,
      clock: this.#clock,
      displayClients: clients,
    });
  }

  async #countClients(guest: Guest): Promise<number> {
    if (!guest.record.spice) return 0;
    const wasGlancing = this.#isGlancing();
    const { channels } = await guest.qmp.execute('query-spice');
    if (wasGlancing || this.#isGlancing()) return 0;
    // Channel type 2 is display (spice.proto); our own session for the agent alone opens none.
    const looking = channels?.filter((channel) => channel['channel-type'] === 2) ?? [];
    return new Set(looking.map((channel) => channel['connection-id'])).size;
  }

  /** Not awaited: the next sample has what the agent says. A question still open is not asked again. */
  #askAgent(guest: Guest, round: number): void {
    if (round % EVERY.network === 0) void this.#askNetwork(guest);
    if (round % EVERY.clock === 0) void this.#askClock(guest, round);
  }

  async #askNetwork(guest: Guest): Promise<void> {
    try {
      const list = await guest.agent.networkInterfaces({ timeoutMs: AGENT_TIMEOUT, signal: guest.signal });
      this.#nics = list.flatMap((entry) =>
        entry.hardwareAddress === null || entry.name === 'lo'
          ? []
          : [
              {
                mac: entry.hardwareAddress.toLowerCase(),
                guestName: entry.name,
                addresses: entry.addresses.map((address) => address.address),
                receivedBytes: entry.statistics?.receivedBytes ?? 0,
                sentBytes: entry.statistics?.sentBytes ?? 0,
              },
            ],
      );
    } catch {
      // The agent stopped answering, or never had this command: then there is nothing to show.
      this.#nics = [];
    }
  }

  async #askClock(guest: Guest, round: number): Promise<void> {
    const signal = AbortSignal.any([guest.signal, AbortSignal.timeout(AGENT_TIMEOUT)]);
    try {
      if (round % EVERY.clockSource === 0) {
        const path = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
        const bytes = await guest.agent.readFile(path, 64, { signal }).catch(() => null);
        this.#source = bytes === null ? null : new TextDecoder().decode(bytes).trim();
      }
      this.#clock = { ...(await measureDrift(guest.agent, signal)), guestSource: this.#source };
    } catch {
      this.#clock = null;
    }
  }

  #forgetAgent(): void {
    this.#nics = [];
    this.#clock = null;
    this.#count = 0;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    const guest = this.#polledGuest;
    // The guest stops being asked; one that is gone needs no telling.
    if (guest !== null && guest === this.#machine.guest)
      pollGuestStatistics(guest.qmp, 0).catch(() => undefined);
  }
}

/** What an image takes on the host, bytes (512-byte blocks, stat(2)); null when it is not there. */
async function allocated(path: string): Promise<number | null> {
  try {
    return (await stat(path)).blocks * 512;
  } catch {
    return null;
  }
}
