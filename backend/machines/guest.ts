import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { Fault } from '../contract/fault.ts';
import type { StreamTarget } from '../contract/wire.ts';
import { guarded } from '../devices/display/guarded-stream.ts';
import { readActual } from '../devices/memory/live.ts';
import { ConsoleHub } from '../devices/serial/console-hub.ts';
import { ReadyChannel } from '../devices/serial/ready-channel.ts';
import { GuestAgent } from '../protocols/guest-agent/client.ts';
import { QmpClient } from '../qemu/qmp/client.ts';
import type { QmpEvent } from '../qemu/qmp/protocol.ts';
import type { MachineRuntime } from '../store/paths.ts';
import type { LaunchRecord } from './launch-record.ts';
import type { Fact } from './lifecycle.ts';

/** QEMU has a second to open its sockets on a busy host; ten mean that it never will. */
const CONNECT_TIMEOUT = 10_000;
const MIB = 2 ** 20;
const AGENT_PING_TIMEOUT = 5_000;

/** What a guest tells the machine it belongs to. */
export interface GuestListener {
  fact(fact: Fact, text: string): void;
  /** Something that the view shows has changed. */
  changed(): void;
  log(text: string): void;
  /** The guest stopped because of this, or needs the person to know it. */
  trouble(fault: Fault): void;
  /** QEMU took a device away. */
  deviceGone(id: string): void;
  /** The QMP connection ended. */
  disconnected(): void;
}

/** A running QEMU as we hold it: its control socket and the host side of its devices. */
export class Guest implements AsyncDisposable {
  readonly record: LaunchRecord;
  readonly qmp: QmpClient;
  readonly agent: GuestAgent;
  readonly #runtime: MachineRuntime;
  readonly #listener: GuestListener;
  readonly #console: ConsoleHub;
  readonly #ready: ReadyChannel;
  readonly #life = new AbortController();
  readonly #ports = new Map<string, boolean>();
  #guestReady = false;
  #agentAnswers = false;
  #actualMiB: number | null = null;
  #targetMiB: number | null = null;

  private constructor(
    record: LaunchRecord,
    runtime: MachineRuntime,
    qmp: QmpClient,
    agent: GuestAgent,
    listener: GuestListener,
  ) {
    this.record = record;
    this.qmp = qmp;
    this.agent = agent;
    this.#runtime = runtime;
    this.#listener = listener;
    qmp.on((event) => this.#hear(event));
    void qmp.closed.then(() => {
      if (!this.#life.signal.aborted) listener.disconnected();
    });
    this.#console = new ConsoleHub(runtime.console);
    this.#ready = new ReadyChannel(runtime.ready, () => {
      this.#markReady('The guest said that it is ready');
    });
  }

  /** Connects to a QEMU that was just launched or is found again. */
  static async open(
    record: LaunchRecord,
    runtime: MachineRuntime,
    listener: GuestListener,
    signal: AbortSignal,
  ): Promise<Guest> {
    const qmp = await QmpClient.connect({
      path: runtime.qmp,
      signal,
      connectTimeoutMs: CONNECT_TIMEOUT,
      greetingTimeoutMs: CONNECT_TIMEOUT,
    });
    try {
      return new Guest(record, runtime, qmp, await GuestAgent.connect({ path: runtime.agent }), listener);
    } catch (error) {
      await qmp[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Aborts when we let go of the guest. */
  get signal(): AbortSignal {
    return this.#life.signal;
  }
  get guestReady(): boolean {
    return this.#guestReady;
  }
  get agentAnswers(): boolean {
    return this.#agentAnswers;
  }
  /** What the guest has, MiB, by QEMU's word. */
  get actualMiB(): number | null {
    return this.#actualMiB;
  }
  get targetMiB(): number | null {
    return this.#targetMiB;
  }
  set targetMiB(value: number | null) {
    this.#targetMiB = value;
  }

  /** Whether the guest has opened its end of a virtio-serial port; null: not known. */
  portOpen(id: string): boolean | null {
    return this.#ports.get(id) ?? null;
  }

  /** The facts that no event will tell again: for a guest that was running before we came. */
  async catchUp(): Promise<Fact> {
    const [{ status }, actual, chardevs] = await Promise.all([
      this.qmp.execute('query-status'),
      readActual(this.qmp),
      this.qmp.execute('query-chardev'),
    ]);
    this.#actualMiB = actual;
    if (Math.abs(actual - this.record.definition.memory.sizeMiB) >= 1) this.#targetMiB = actual;
    for (const [chardev, port] of [
      ['chr-agent', 'port-agent'],
      ['chr-ready', 'port-ready'],
      ['chr-spice', 'port-spice'],
    ] as const) {
      const open = chardevs.find((entry) => entry.label === chardev)?.['frontend-open'];
      if (open !== undefined) this.#ports.set(port, open);
    }
    if (this.#ports.get('port-agent') === true) this.#askAgent();
    switch (status) {
      case 'running':
        return 'resumed';
      case 'shutdown':
        return 'shut-down';
      case 'suspended':
        return 'suspended';
      default:
        return 'stopped';
    }
  }

  /** Path of the SPICE server's socket. Throws where QEMU has none. */
  get spiceSocket(): string {
    if (this.record.spice) return this.#runtime.spice;
    throw new Fault({
      code: 'not-supported',
      message: 'This QEMU was built without SPICE, so the screen cannot be opened.',
      remedy:
        'Install the SPICE modules of QEMU (innkeeper doctor says which package), then start the machine again.',
    });
  }

  async openStream(kind: StreamTarget['kind'], signal: AbortSignal): Promise<Duplex> {
    if (kind === 'console') return this.#console.open();
    const socket = connect(this.spiceSocket);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('connect', resolve);
    socket.once('error', reject);
    try {
      await promise;
      return guarded(socket);
    } catch (error) {
      socket.destroy();
      throw Fault.from(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  #hear(event: QmpEvent): void {
    const listener = this.#listener;
    switch (event.event) {
      case 'RESUME':
        listener.fact('resumed', 'The guest runs');
        break;
      case 'STOP':
        listener.fact('stopped', 'The guest is halted');
        break;
      case 'SUSPEND':
        listener.fact('suspended', 'The guest went to sleep');
        break;
      case 'WAKEUP':
        listener.fact('woke', 'The guest woke up');
        break;
      case 'SHUTDOWN':
        listener.fact(
          'shut-down',
          event.data.guest ? 'The guest powered off' : `QEMU ends (${event.data.reason})`,
        );
        break;
      case 'RESET':
        this.#guestReady = false;
        this.#agentAnswers = false;
        listener.log(event.data.guest ? 'The guest restarted itself' : 'The guest was reset');
        listener.changed();
        break;
      case 'POWERDOWN':
        listener.log('The power button was pressed');
        break;
      case 'BALLOON_CHANGE':
        this.#actualMiB = event.data.actual / MIB;
        listener.changed();
        break;
      case 'VSERPORT_CHANGE':
        this.#ports.set(event.data.id, event.data.open);
        if (event.data.id === 'port-agent') {
          if (event.data.open) this.#askAgent();
          else this.#agentAnswers = false;
        }
        listener.changed();
        break;
      case 'DEVICE_DELETED':
        if (event.data.device !== undefined) listener.deviceGone(event.data.device);
        break;
      case 'BLOCK_IO_ERROR':
        if (event.data.action !== 'stop') {
          listener.log(
            `A disk error was passed to the guest: ${event.data.device || event.data['node-name']}: ${event.data.reason}`,
          );
          break;
        }
        listener.trouble(
          diskTrouble(
            event.data.device || (event.data['node-name'] ?? 'a disk'),
            event.data.reason,
            event.data.nospace === true,
          ),
        );
        break;
      case 'GUEST_PANICKED':
        listener.trouble(
          new Fault({
            code: 'guest-unresponsive',
            message: 'The guest’s kernel panicked; it is halted.',
            remedy: 'Look at its screen and console, then reset it or force it off.',
          }),
        );
        break;
      default:
        break;
    }
  }

  #askAgent(): void {
    this.agent.ping({ timeoutMs: AGENT_PING_TIMEOUT, signal: this.#life.signal }).then(
      () => {
        this.#agentAnswers = true;
        // The demo guest has a word of its own for "everything is up"; of others the agent is all there is to go by.
        if (this.record.definition.origin !== 'demo') this.#markReady('The guest agent answers');
        else this.#listener.changed();
      },
      // No answer is the ordinary case of a guest whose agent is just starting or not there: nothing to tell.
      () => undefined,
    );
  }

  #markReady(text: string): void {
    if (!this.#guestReady) {
      this.#guestReady = true;
      this.#listener.log(text);
    }
    this.#listener.changed();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#life.abort(new Fault({ code: 'cancelled', message: 'The guest is gone.' }));
    await Promise.all([
      this.qmp[Symbol.asyncDispose](),
      this.agent[Symbol.asyncDispose](),
      this.#console[Symbol.asyncDispose](),
      this.#ready[Symbol.asyncDispose](),
    ]);
  }
}

function diskTrouble(disk: string, reason: string, full: boolean): Fault {
  return full
    ? new Fault({
        code: 'no-space',
        message: `The guest is halted: the host’s disk is full, so ${disk} cannot grow.`,
        remedy: 'Free some space on the host, then resume the machine. Nothing the guest wrote is lost.',
        detail: reason,
      })
    : new Fault({
        code: 'internal',
        message: `The guest is halted: the host could not read or write ${disk} (${reason}).`,
        remedy: 'Mend the disk the image is on, then resume the machine.',
        detail: reason,
      });
}
