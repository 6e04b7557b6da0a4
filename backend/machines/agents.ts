import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ViewerAgent } from '../contract/agent.ts';
import type { MachineView } from '../contract/machine.ts';
import { AgentDesk } from '../devices/display/agent-desk.ts';
import { AgentTrouble } from '../devices/display/agent-line.ts';
import { AgentSession } from '../devices/display/agent-session.ts';
import { transportOver } from '../devices/display/spice-transport.ts';
import type { Connection } from '../rpc/dispatcher.ts';
import { agentFault } from './agent-faults.ts';
import type { Guest } from './guest.ts';
import type { Machine } from './machine.ts';
import { ViewerLines } from './viewer-lines.ts';
import { ViewerSeats } from './viewer-seats.ts';

/** How long a client that has left may take to be gone from QEMU's list, ms. */
const LEAVES_WITHIN = 1_000;
const LOOK_EVERY = 100;

/** The SPICE agents of all guests, and the viewers that speak with them. */
export class Agents implements Disposable {
  readonly lines: ViewerLines;
  /** By machine; one is made when it is first needed. */
  readonly #desks = new Map<string, AgentDesk>();
  readonly #seats = new Map<string, ViewerSeats>();
  readonly #taken: (machine: string, viewer: string) => void;
  /** Connections whose end is already listened for. */
  readonly #known = new WeakSet<Connection>();

  /** @param taken told of a viewer whose session ends as another one has come. */
  constructor(taken: (machine: string, viewer: string) => void, lines = new ViewerLines()) {
    this.#taken = taken;
    this.lines = lines;
  }

  /** Asks the machine's agent. Throws a Fault that says who stood in the way. */
  async ask<T>(machine: Machine, work: (desk: AgentDesk) => Promise<T>): Promise<T> {
    try {
      return await work(this.#deskOf(machine));
    } catch (error) {
      throw agentFault(error, machine.definition.name);
    }
  }

  /** A viewer of this connection says what it speaks with; null: no more. A connection that closes has none. */
  offer(connection: Connection, machine: Machine, agent: ViewerAgent | null): void {
    const desk = this.#deskOf(machine);
    if (agent === null) {
      desk.withdraw(connection);
      return;
    }
    desk.offer(connection, agent, this.lines.open(connection, machine.definition.id));
    if (this.#known.has(connection)) return;
    this.#known.add(connection);
    connection.closed.addEventListener('abort', () => {
      for (const other of this.#desks.values()) other.withdraw(connection);
    });
  }

  /** A viewer's connection to the SPICE server: no session of ours is beside it, and the viewer whose session it ends is told. */
  async openViewerStream(
    machine: Machine,
    viewer: string | undefined,
    open: () => Promise<Duplex>,
  ): Promise<Duplex> {
    const desk = this.#deskOf(machine);
    const left = desk.viewerConnects();
    const stoodUp = viewer === undefined ? null : this.#seatsOf(machine).connects(viewer);
    const over = (): void => {
      left();
      stoodUp?.();
    };
    try {
      // Its main channel, linked after the viewer's, would end the viewer's session.
      await desk.glanced();
      const stream = await open();
      stream.once('close', over);
      return stream;
    } catch (error) {
      over();
      throw error;
    }
  }

  /**
   * For a SPICE session that only looks at the screen: it ends nobody's, and `look` has to end it when its signal aborts. One of ours for
   * the agent leaves for it only where that is `wanted`. Throws AgentTrouble where somebody stands in its way.
   */
  async glance<T>(
    machine: Machine,
    wanted: boolean,
    signal: AbortSignal,
    look: (socket: string, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return await this.#deskOf(machine).glance(wanted, signal, async (stop) => {
      const guest = machine.requireGuest('it shows nothing');
      const { spiceSocket } = guest;
      await requireAlone(guest, stop, wanted ? LEAVES_WITHIN : LOOK_EVERY);
      return await look(spiceSocket, stop);
    });
  }

  /** Whether a session that only looks is open to that machine. */
  isGlancing(id: string): boolean {
    return this.#desks.get(id)?.isGlancing ?? false;
  }

  /** What a machine's view says of its clipboard and its guest holds for its desk. */
  changed({ id, pid, devices }: MachineView): void {
    const desk = this.#desks.get(id);
    desk?.allowClipboard(devices.display.clipboardAllowed);
    if (pid === null) desk?.guestGone();
  }

  removed(id: string): void {
    this.#seats.delete(id);
    this.#desks.get(id)?.[Symbol.dispose]();
    this.#desks.delete(id);
  }

  [Symbol.dispose](): void {
    for (const desk of this.#desks.values()) desk[Symbol.dispose]();
    this.#desks.clear();
  }

  #seatsOf({ definition: { id } }: Machine): ViewerSeats {
    const known = this.#seats.get(id);
    if (known !== undefined) return known;
    const seats = new ViewerSeats((viewer) => this.#taken(id, viewer));
    this.#seats.set(id, seats);
    return seats;
  }

  #deskOf(machine: Machine): AgentDesk {
    const { id, display } = machine.definition;
    const known = this.#desks.get(id);
    if (known !== undefined) return known;
    const desk = new AgentDesk(
      {
        openSession: async (options) => {
          const guest = machine.requireGuest('its SPICE agent cannot be asked');
          await requireAlone(guest, options.signal);
          const stream = await guest.openStream('spice', options.signal);
          return await AgentSession.open(transportOver(stream), options);
        },
        lost: () => {
          if (machine.state === 'running')
            machine.log('The text for the guest’s clipboard is gone: the SPICE server ended the session');
        },
      },
      display.clipboardAllowed,
    );
    this.#desks.set(id, desk);
    return desk;
  }
}

/** A client that came past us (remote-viewer on the socket) would be ended by a session of ours. Throws AgentTrouble. */
async function requireAlone(guest: Guest, signal: AbortSignal, withinMs = LEAVES_WITHIN): Promise<void> {
  for (const deadline = performance.now() + withinMs; ; ) {
    const { channels = [] } = await guest.qmp.execute('query-spice');
    if (channels.length === 0) return;
    if (performance.now() >= deadline) throw new AgentTrouble('occupied');
    await delay(LOOK_EVERY, undefined, { signal });
  }
}
