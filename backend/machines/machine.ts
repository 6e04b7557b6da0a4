import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../contract/fault.ts';
import type { MachineAction, MachineState, MachineView } from '../contract/machine.ts';
import { pluggedDisks } from '../devices/disk/live.ts';
import type { ProcessEnd } from '../qemu/launch.ts';
import {
  type Folders,
  type MachineFolder,
  type MachineRuntime,
  machineFolder,
  machineRuntime,
} from '../store/paths.ts';
import type { MachineDefinition } from './definition.ts';
import { EventLog, type LogEntry } from './event-log.ts';
import { Guest, type GuestListener } from './guest.ts';
import type { HostQemu } from './host-qemu.ts';
import { cannotStart, imageProblems } from './image-check.ts';
import { clearRuntime, type LaunchRecord } from './launch-record.ts';
import { findLeft, launchGuest } from './launching.ts';
import { type Fact, onFact, onRequest } from './lifecycle.ts';
import { beingDeleted, crashed, notAwake, notRunning, refused, unknownLaunch } from './machine-faults.ts';
import { viewOf } from './machine-view.ts';
import { killQemu, quitQemu, type RunningQemu } from './running-qemu.ts';
import { ViewWaits } from './view-waits.ts';

/** How long a guest may take to shut down before the person is offered to force it off, ms. */
const OFFER_FORCE_AFTER = 30_000;
/** How long QEMU may take to do what it acknowledged, and to be gone after a force-off, ms. */
const FOLLOWS_WITHIN = 10_000;
/** A QEMU that ran before us answers at once or not at all; the other machines wait for this one, ms. */
const TAKE_OVER_TIMEOUT = 3_000;
/** How long a QEMU whose control socket broke is tried again, ms. */
const RECONNECT_TIMEOUT = 5_000;
/** A QEMU that dies closes its socket a moment before it is gone, ms. */
const DYING = 250;

export interface MachineHost {
  readonly folders: Folders;
  qemu(): Promise<HostQemu>;
  save(definition: MachineDefinition): Promise<void>;
  changed(view: MachineView): void;
  logged(id: string, entry: LogEntry): void;
  trouble(text: string, error: unknown): void;
}

/** One machine: its definition, what it is doing, and the guest while there is one. */
export class Machine {
  readonly #host: MachineHost;
  readonly #files: MachineFolder;
  readonly #runtime: MachineRuntime;
  readonly #log: EventLog;
  readonly #waits = new ViewWaits(() => this.view());
  readonly problems = new Map<string, string>();
  readonly moving = new Map<string, 'plugging' | 'unplugging'>();
  #definition: MachineDefinition;
  #state: MachineState = 'stopped';
  #stateSince = Date.now();
  #fault: Fault | null;
  #guest: Guest | null = null;
  #process: RunningQemu | null = null;
  #starting: { done: Promise<void>; cancel: AbortController } | null = null;
  #endExpected = false;
  #restartWanted = false;
  #forceOffered = false;
  #forceTimer: NodeJS.Timeout | undefined;
  #order: Promise<unknown> = Promise.resolve();
  #released = false;
  /** Its folder is being taken away. */
  #leaving = false;

  constructor(definition: MachineDefinition, host: MachineHost, fault: Fault | null = null) {
    this.#definition = definition;
    this.#host = host;
    this.#fault = fault;
    this.#files = machineFolder(host.folders, definition.id);
    this.#runtime = machineRuntime(host.folders, definition.id);
    this.#log = new EventLog(this.#files.eventLog);
  }

  get definition(): MachineDefinition {
    return this.#definition;
  }
  get state(): MachineState {
    return this.#state;
  }
  get guest(): Guest | null {
    return this.#guest;
  }
  get process(): { pid: number; startTicks: number } | null {
    return this.#process;
  }
  get files(): MachineFolder {
    return this.#files;
  }
  get runtime(): MachineRuntime {
    return this.#runtime;
  }
  get running(): boolean {
    return this.#process !== null || this.#starting !== null;
  }

  view(): MachineView {
    return viewOf({
      definition: this.#definition,
      state: this.#state,
      stateSince: this.#stateSince,
      fault: this.#fault,
      forceOffered: this.#forceOffered,
      guest: this.#guest,
      pid: this.#process?.pid ?? null,
      problems: this.problems,
      moving: this.moving,
    });
  }

  /** The guest, or a Fault that says why there is none to act on. */
  requireGuest(what: string): Guest {
    if (this.#guest !== null) return this.#guest;
    throw notRunning(this.#definition.name, what);
  }

  /** The guest, while its CPUs run: a halted one cannot answer, and whoever asks should not wait to learn that. */
  requireAwake(what: string): Guest {
    const guest = this.requireGuest(what);
    if (this.#state !== 'paused' && this.#state !== 'suspended') return guest;
    throw notAwake(this.#definition.name, this.#state, what);
  }

  /** Changes of devices and definition happen one after the other, in the order they were asked for. */
  async inOrder<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#order.then(work, work);
    this.#order = turn.catch(() => undefined);
    return await turn;
  }

  /** Writes the changed definition, then shows it. */
  async redefine(change: (definition: MachineDefinition) => MachineDefinition): Promise<void> {
    const next = change(this.#definition);
    await this.#host.save(next);
    this.#definition = next;
    this.announce();
  }

  announce(): void {
    if (!this.#released) this.#host.changed(this.view());
    this.#waits.wake();
  }

  log(text: string): void {
    const { id } = this.#definition;
    const trouble = (error: unknown): void =>
      this.#host.trouble(`the log of ${id} could not be written`, error);
    const entry = this.#log.append(text, trouble);
    if (entry !== null) this.#host.logged(id, entry);
  }

  async readLog(): Promise<LogEntry[]> {
    return await this.#log.read();
  }

  /** Throws the refusal of the state machine, in words. */
  check(action: MachineAction): MachineState {
    if (this.#leaving) throw beingDeleted(this.#definition.name);
    const move = onRequest(this.#state, action);
    if (move.ok) return move.state;
    throw refused(this.#definition.name, action, move);
  }

  /** Starts it. Asked twice at once, both get the one guest. */
  async start(): Promise<void> {
    if (this.#starting !== null) return await this.#starting.done;
    if (this.#released) throw beingDeleted(this.#definition.name);
    this.check('start');
    const cancel = new AbortController();
    const done = this.#start(cancel.signal);
    this.#starting = { done, cancel };
    try {
      await done;
    } finally {
      this.#starting = null;
      this.announce();
    }
  }

  async #start(signal: AbortSignal): Promise<void> {
    this.#fault = null;
    this.#move('starting');
    this.log('Starting');
    try {
      const host = await this.#host.qemu();
      // A change of the definition that is still being written is part of what starts; later ones are refused until it runs.
      await this.#order;
      await this.#refuseBadImages();
      const guest = await launchGuest({
        definition: this.#definition,
        host,
        files: this.#files,
        runtime: this.#runtime,
        listener: this.#listener(),
        signal,
        launched: (qemu) => {
          this.#process = qemu;
        },
      });
      this.#adopt(guest);
      signal.throwIfAborted();
      await guest.qmp.execute('cont');
    } catch (error) {
      const fault = Fault.from(error);
      await this.#clearUp();
      this.#fault = fault.code === 'cancelled' ? null : fault;
      this.log(`Could not start: ${fault.message}`);
      this.#apply('start-failed');
      throw fault;
    }
  }

  async #refuseBadImages(): Promise<void> {
    const problems = await this.#lookAtImages(true);
    const fault = cannotStart(this.#definition, problems);
    if (fault !== null) throw fault;
  }

  /** Looks whether every image is where the definition says; the view shows what is not. */
  async refreshProblems(): Promise<void> {
    await this.#lookAtImages(false);
  }

  async #lookAtImages(write: boolean): Promise<Map<string, Fault>> {
    const found = await imageProblems(this.#definition, write);
    this.problems.clear();
    for (const [id, problem] of found) this.problems.set(id, problem.message);
    return found;
  }

  /** Finds a guest that an earlier back end started, or learns how it ended meanwhile. */
  async takeOver(): Promise<void> {
    const left = await findLeft(this.#definition, this.#runtime);
    if (left.kind === 'died') await this.#died(0, null);
    if (left.kind !== 'runs') return;
    this.#process = left.qemu;
    try {
      await this.#takeOver(left.record);
    } catch (error) {
      // It ended while we looked: that is told already.
      if (this.#process === null) return;
      const fault = Fault.from(error);
      this.#fault = fault;
      this.log(`Found again, but it cannot be taken over: ${fault.message}`);
      // Still a process that holds the images: only forcing it off is left, and starting another must not be possible.
      this.#move('running');
      if (this.#guest === null) this.#watchEnd();
    }
  }

  async #takeOver(record: LaunchRecord | null): Promise<void> {
    if (record === null) throw unknownLaunch(this.#runtime.launch);
    const patience = AbortSignal.timeout(TAKE_OVER_TIMEOUT);
    const guest = await Guest.open(record, this.#runtime, this.#listener(), patience);
    this.#adopt(guest);
    const fact = await guest.catchUp();
    // Before the fact: one that powered itself off meanwhile is told to quit by it, and answers no more.
    await this.#reconcile(guest);
    this.log('Found again by a new back end');
    this.#apply(fact);
  }

  /** A disk that was plugged or pulled while no back end was there to write it down. */
  async #reconcile(guest: Guest): Promise<void> {
    const plugged = await pluggedDisks(guest.qmp);
    const kept = this.#definition.disks.filter((disk) => plugged.has(disk.id));
    if (kept.length === this.#definition.disks.length) return;
    this.log('A disk had left the guest while no back end was there');
    await this.redefine((definition) => ({ ...definition, disks: kept }));
  }

  #adopt(guest: Guest): void {
    this.#guest = guest;
    this.#endExpected = false;
    this.#watchEnd();
  }

  #watchEnd(): void {
    const running = this.#process;
    if (running === null) return;
    running.gone.then(
      (end) => {
        if (this.#process === running) void this.#ended(end);
      },
      (error: unknown) => {
        if (Fault.from(error).code !== 'cancelled')
          this.#host.trouble(`watching ${this.#definition.id} failed`, error);
      },
    );
  }

  async #ended(end: ProcessEnd | null): Promise<void> {
    if (this.#state === 'starting') return;
    if (this.#endExpected) {
      await this.#clearUp();
      this.log('Off');
      this.#apply('ended');
      if (this.#restartWanted) {
        this.#restartWanted = false;
        // Its fault is kept in the view and told to whoever asked for the restart through the state.
        await this.start().catch(() => undefined);
      }
      return;
    }
    await this.#died(this.#process?.logStart ?? 0, end);
  }

  async #died(logStart: number, end: ProcessEnd | null): Promise<void> {
    const fault = await crashed(end, this.#files.qemuLog, logStart);
    this.#fault = fault;
    await this.#clearUp();
    this.log(`Crashed: ${fault.message}`);
    this.#apply('died');
  }

  async #clearUp(): Promise<void> {
    const running = this.#process;
    const guest = this.#guest;
    this.#guest = null;
    this.#process = null;
    this.moving.clear();
    if (guest !== null) await guest[Symbol.asyncDispose]();
    if (running !== null) await killQemu(running);
    await clearRuntime(this.#runtime);
  }

  /** Asks the guest to shut down by the ACPI power button. Resolves when it was asked, not when it is off. */
  async stop(): Promise<void> {
    const next = this.check('stop');
    const guest = this.requireGuest('it cannot be shut down');
    await guest.qmp.execute('system_powerdown');
    this.log('Asked to shut down');
    this.#restartWanted = false;
    this.#forceOffered = false;
    this.#move(next);
    clearTimeout(this.#forceTimer);
    this.#forceTimer = setTimeout(() => {
      if (this.#state !== 'stopping') return;
      this.#forceOffered = true;
      this.log('Has not shut down yet');
      this.announce();
    }, OFFER_FORCE_AFTER);
    this.#forceTimer.unref();
  }

  /** Ends QEMU now, like pulling the plug. Resolves when it is gone. */
  async forceOff(): Promise<void> {
    this.check('force-off');
    this.log('Forced off');
    this.#restartWanted = false;
    this.#starting?.cancel.abort(
      new Fault({ code: 'cancelled', message: 'The start was cancelled by a force-off.' }),
    );
    // Its fault is for whoever asked for the start. One that was past cancelling has a process now.
    await this.#starting?.done.catch(() => undefined);
    const running = this.#process;
    if (running === null) return;
    await this.#quit(running);
    await this.until((view) => view.state !== 'stopping' && view.pid === null, FOLLOWS_WITHIN);
  }

  async #quit(running: RunningQemu): Promise<void> {
    this.#endExpected = true;
    this.#move('stopping');
    if (await quitQemu(running, this.#guest)) this.log('QEMU did not quit and was killed');
  }

  /** Shuts down, then starts again; resolves when the guest was asked. */
  async restart(): Promise<void> {
    this.check('restart');
    await this.stop();
    this.#restartWanted = true;
  }

  /** The reset button. */
  async reset(): Promise<void> {
    this.check('reset');
    const guest = this.requireGuest('it cannot be reset');
    await guest.qmp.execute('system_reset');
    if (this.#state !== 'stopping') return;
    // Whoever resets a guest that is shutting down wants it to run.
    this.#forceOffered = false;
    this.#restartWanted = false;
    this.#move('running');
  }

  async pause(): Promise<void> {
    this.check('pause');
    await this.requireGuest('it cannot be paused').qmp.execute('stop');
    await this.until((view) => view.state !== 'running', FOLLOWS_WITHIN);
  }

  async resume(): Promise<void> {
    this.check('resume');
    const guest = this.requireGuest('it cannot be resumed');
    const asleep = this.#state === 'suspended';
    this.#fault = null;
    await guest.qmp.execute(asleep ? 'system_wakeup' : 'cont');
    await this.until((view) => view.state === 'running', FOLLOWS_WITHIN);
  }

  /** Resolves when the view is as wanted; throws `timeout`, the signal's reason, or what `wanted` throws. */
  async until(
    wanted: (view: MachineView) => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<MachineView> {
    return await this.#waits.until(wanted, timeoutMs, signal);
  }

  /** Begins nothing any more while `remove` takes the folder away; then the machine is done with, unless that failed. */
  async leave<T>(remove: () => Promise<T>): Promise<T> {
    this.#leaving = true;
    try {
      await this.#log.settle();
      const result = await remove();
      await this.release();
      return result;
    } catch (error) {
      this.#leaving = false;
      throw error;
    }
  }

  /** Lets go of the guest; it goes on running. */
  async release(): Promise<void> {
    this.#released = true;
    clearTimeout(this.#forceTimer);
    const guest = this.#guest;
    this.#guest = null;
    this.#process = null;
    if (guest !== null) await guest[Symbol.asyncDispose]();
    await this.#log.settle();
  }

  #listener(): GuestListener {
    return {
      fact: (fact, text) => {
        this.log(text);
        this.#apply(fact);
      },
      changed: () => this.announce(),
      log: (text) => this.log(text),
      trouble: (fault) => {
        this.#fault = fault;
        this.log(fault.message);
        this.announce();
      },
      deviceGone: (id) => void this.#deviceGone(id),
      disconnected: () => void this.#disconnected(),
    };
  }

  /** The guest let go of a disk later than we waited, or by itself. */
  async #deviceGone(id: string): Promise<void> {
    if (this.moving.has(id) || !this.#definition.disks.some((disk) => disk.id === id)) return;
    await this.inOrder(async () => {
      if (!this.#definition.disks.some((disk) => disk.id === id)) return;
      await this.redefine((definition) => ({
        ...definition,
        disks: definition.disks.filter((disk) => disk.id !== id),
      }));
      this.log(`${id} was let go by the guest`);
      await this.#guest?.qmp.executeRaw('blockdev-del', { 'node-name': id });
    }).catch((error: unknown) => this.#host.trouble(`${id} could not be closed`, error));
  }

  /** The control socket died. Mostly QEMU went with it; if not, it is opened again. */
  async #disconnected(): Promise<void> {
    const running = this.#process;
    const guest = this.#guest;
    if (running === null || guest === null || this.#endExpected) return;
    // The next QEMU of this machine listens under the same name: nothing of this one may still be knocking there.
    const ended = new AbortController();
    void running.gone.then(() => ended.abort());
    const alive = (): boolean => !ended.signal.aborted && this.#process === running;
    await Promise.race([running.gone, delay(DYING)]);
    if (!alive()) return;
    const again = AbortSignal.any([ended.signal, AbortSignal.timeout(RECONNECT_TIMEOUT)]);
    try {
      const next = await Guest.open(guest.record, this.#runtime, this.#listener(), again);
      await guest[Symbol.asyncDispose]();
      this.#guest = next;
      this.#apply(await next.catchUp());
      this.log('The control connection to QEMU was lost and opened again');
    } catch (error) {
      if (!alive()) return;
      this.#fault = Fault.from(error);
      this.log(`QEMU does not answer: ${this.#fault.message}`);
      this.announce();
    }
  }

  #apply(fact: Fact): void {
    if (fact === 'shut-down') {
      const running = this.#process;
      this.#move('stopping');
      if (running !== null && !this.#endExpected) {
        this.#quit(running).catch((error: unknown) =>
          this.#host.trouble(`QEMU of ${this.#definition.id} did not quit`, error),
        );
      }
      return;
    }
    if (fact === 'resumed' && this.#fault?.code === 'no-space') this.#fault = null;
    this.#move(onFact(this.#state, fact));
  }

  #move(state: MachineState): void {
    if (state !== this.#state) {
      this.#state = state;
      this.#stateSince = Date.now();
      if (state !== 'stopping') {
        clearTimeout(this.#forceTimer);
        this.#forceOffered = false;
      }
    }
    this.announce();
  }
}
