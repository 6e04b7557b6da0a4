import { mkdir } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '../contract/fault.ts';
import { type MachineAction, type MachineState, type MachineView, stateWords } from '../contract/machine.ts';
import { pluggedDisks } from '../devices/disk/live.ts';
import { checkMemoryFits } from '../devices/memory/definition.ts';
import { launchQemu, readLogEnd, readPidFile } from '../qemu/launch.ts';
import { inspectPid, killPid, watchPid } from '../qemu/process.ts';
import { checkReadable } from '../storage/images.ts';
import { fileFault } from '../store/atomic-file.ts';
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
import { planLaunch } from './launch-plan.ts';
import { clearRuntime, type LaunchRecord, readLaunchRecord, writeLaunchRecord } from './launch-record.ts';
import { type Fact, onFact, onRequest } from './lifecycle.ts';
import { viewOf } from './machine-view.ts';

/** How long a guest may take to shut down before the person is offered to force it off, ms. */
const OFFER_FORCE_AFTER = 30_000;
/** How long QEMU may take to quit before it is killed, ms: it flushes its images first. */
const QUIT_TIMEOUT = 5_000;
/** A QEMU that ran before us answers at once or not at all; the other machines wait for this one, ms. */
const TAKE_OVER_TIMEOUT = 3_000;
/** A QEMU that dies closes its socket a moment before it is gone, ms. */
const DYING = 250;
/** How long after its socket closed a QEMU that ends may take to be gone, ms. */
const EXIT_GRACE = 1_000;
/** The same line is not written again sooner than this, ms. */
const SAME_AGAIN = 5_000;
/** What of QEMU's log a fault carries, bytes. */
const LOG_TAIL = 4_096;

export interface MachineHost {
  readonly folders: Folders;
  qemu(): Promise<HostQemu>;
  save(definition: MachineDefinition): Promise<void>;
  changed(view: MachineView): void;
  logged(id: string, entry: LogEntry): void;
  trouble(text: string, error: unknown): void;
}

interface RunningProcess {
  readonly pid: number;
  readonly startTicks: number;
  readonly logStart: number;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
}

/** One machine: its definition, what it is doing, and the guest while there is one. */
export class Machine {
  readonly #host: MachineHost;
  readonly #files: MachineFolder;
  readonly #runtime: MachineRuntime;
  readonly #log: EventLog;
  readonly #waiters = new Set<() => void>();
  readonly problems = new Map<string, string>();
  readonly moving = new Map<string, 'plugging' | 'unplugging'>();
  #definition: MachineDefinition;
  #state: MachineState = 'stopped';
  #stateSince = Date.now();
  #fault: Fault | null;
  #guest: Guest | null = null;
  #process: RunningProcess | null = null;
  #starting: { done: Promise<void>; cancel: AbortController } | null = null;
  #endExpected = false;
  #restartWanted = false;
  #forceOffered = false;
  #forceTimer: NodeJS.Timeout | undefined;
  #order: Promise<unknown> = Promise.resolve();
  #released = false;
  #lastLogged: LogEntry | undefined;
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
    throw new Fault({
      code: 'illegal-move',
      message: `“${this.#definition.name}” is not running, so ${what}.`,
      remedy: `Start it first: innkeeper start ${quoted(this.#definition.name)}`,
    });
  }

  /** The guest, while its CPUs run: a halted one cannot answer, and whoever asks should not wait to learn that. */
  requireAwake(what: string): Guest {
    const guest = this.requireGuest(what);
    if (this.#state !== 'paused' && this.#state !== 'suspended') return guest;
    throw new Fault({
      code: 'illegal-move',
      message: `“${this.#definition.name}” is ${stateWords[this.#state].toLowerCase()}, so ${what}.`,
      remedy: `Resume it first: innkeeper resume ${quoted(this.#definition.name)}`,
    });
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
    for (const wake of [...this.#waiters]) wake();
  }

  log(text: string): void {
    const entry = { at: Date.now(), text };
    // A guest that restarts itself in a loop would say nothing else, dozens of times a second.
    if (text === this.#lastLogged?.text && entry.at - this.#lastLogged.at < SAME_AGAIN) return;
    this.#lastLogged = entry;
    this.#log.append(entry, (error) =>
      this.#host.trouble(`the log of ${this.#definition.id} could not be written`, error),
    );
    this.#host.logged(this.#definition.id, entry);
  }

  async readLog(): Promise<LogEntry[]> {
    return await this.#log.read();
  }

  /** Throws the refusal of the state machine, in words. */
  check(action: MachineAction): MachineState {
    if (this.#leaving) {
      throw new Fault({
        code: 'illegal-move',
        message: `“${this.#definition.name}” is just being deleted.`,
        remedy: `Bring it back first: innkeeper undelete ${quoted(this.#definition.name)}`,
      });
    }
    const move = onRequest(this.#state, action);
    if (move.ok) return move.state;
    throw new Fault({
      code: 'illegal-move',
      message: `“${this.#definition.name}” cannot be ${PARTICIPLES[action]}: ${move.reason}.`,
      remedy: move.remedy,
    });
  }

  /** Starts it. Asked twice at once, both get the one guest. */
  async start(): Promise<void> {
    if (this.#starting !== null) return await this.#starting.done;
    if (this.#released) {
      throw new Fault({
        code: 'not-found',
        message: `“${this.#definition.name}” was just deleted.`,
        remedy: 'Bring it back first: innkeeper undelete.',
      });
    }
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
      checkMemoryFits(this.#definition.memory.sizeMiB, totalmem());
      await this.#checkImages();
      await clearRuntime(this.#runtime);
      await mkdir(this.#runtime.folder, { recursive: true, mode: 0o700 });
      const plan = planLaunch(this.#definition, host.capabilities, this.#runtime);
      const record: LaunchRecord = {
        startedAt: Date.now(),
        accelerator: plan.accelerator,
        acceleratorReason: plan.acceleratorReason,
        clockSource: plan.clockSource,
        adapter: plan.adapter,
        spice: plan.spice,
        definition: this.#definition,
      };
      await writeLaunchRecord(this.#runtime, record);
      signal.throwIfAborted();
      const launched = await launchQemu({
        binary: host.binary.path,
        args: plan.args,
        logFile: this.#files.qemuLog,
        pidFile: this.#runtime.pid,
        folder: this.#files.folder,
      });
      const gone = launched.exited.then(() => undefined);
      this.#process = {
        pid: launched.pid,
        startTicks: launched.startTicks,
        logStart: launched.logStart,
        gone,
      };
      const guest = await this.#openGuest(record, launched.exited, signal);
      this.#adopt(guest);
      signal.throwIfAborted();
      await guest.qmp.execute('cont');
    } catch (error) {
      const fault = await this.#startFault(error);
      await this.#clearUp();
      this.#fault = fault.code === 'cancelled' ? null : fault;
      this.log(`Could not start: ${fault.message}`);
      this.#apply('start-failed');
      throw fault;
    }
  }

  /** A QEMU that exits at once is told from one that is slow: whichever happens first. */
  async #openGuest(
    record: LaunchRecord,
    exited: Promise<{ code: number | null; signal: string | null }>,
    signal: AbortSignal,
  ): Promise<Guest> {
    const ended = new AbortController();
    void exited.then((end) => ended.abort(new QemuEnded(end.code, end.signal)));
    const either = AbortSignal.any([signal, ended.signal]);
    try {
      return await Guest.open(record, this.#runtime, this.#listener(), either);
    } catch (error) {
      // A QEMU that goes takes its socket with it a moment before we hear of its end: its own words tell more.
      if (!signal.aborted) await Promise.race([exited, delay(EXIT_GRACE, undefined, { ref: false })]);
      throw ended.signal.aborted ? ended.signal.reason : error;
    }
  }

  async #startFault(error: unknown): Promise<Fault> {
    if (!(error instanceof QemuEnded)) {
      const system = error instanceof Error && 'syscall' in error;
      return system ? fileFault(error, this.#runtime.folder, 'written') : Fault.from(error);
    }
    const log = await readLogEnd(this.#files.qemuLog, LOG_TAIL, this.#process?.logStart ?? 0);
    const said = log.split('\n').filter((line) => line.trim() !== '');
    const line = said.find((text) => /qemu[^:]*:|error|fail/i.test(text)) ?? said.at(-1);
    return new Fault({
      code: 'qemu-exited',
      message: `QEMU ended at once${line === undefined ? ` (${error.how})` : `: ${withoutPrefix(line)}`}`,
      remedy: 'The machine’s log has all that QEMU said; the host check says whether QEMU itself is sound.',
      detail: log,
    });
  }

  async #checkImages(): Promise<void> {
    await this.refreshProblems(true);
    for (const [id, problem] of this.problems) {
      const disk = this.#definition.disks.find((entry) => entry.id === id);
      const path = disk?.path ?? this.#definition.cdrom?.path ?? id;
      throw new Fault({
        code: /no permission/.test(problem) ? 'no-permission' : 'not-found',
        message: `“${this.#definition.name}” cannot start: ${problem}`,
        remedy:
          disk === undefined
            ? `Put ${path} back, or eject it: innkeeper cdrom eject ${quoted(this.#definition.name)}`
            : `Put it right, or detach it: innkeeper disk detach ${quoted(this.#definition.name)} ${id}`,
      });
    }
  }

  /** Looks whether every image is where the definition says. With `write` also whether QEMU could write it. */
  async refreshProblems(write = false): Promise<void> {
    const images = [
      ...this.#definition.disks,
      ...(this.#definition.cdrom === null || this.#definition.cdrom.path === null
        ? []
        : [{ id: this.#definition.cdrom.id, path: this.#definition.cdrom.path, readOnly: true }]),
    ];
    const found = new Map<string, string>();
    await Promise.all(
      images.map(async ({ id, path, readOnly }) => {
        try {
          await checkReadable(path, write && !readOnly);
        } catch (error) {
          found.set(id, Fault.from(error).message);
        }
      }),
    );
    this.problems.clear();
    for (const [id, problem] of found) this.problems.set(id, problem);
  }

  /** Finds a guest that an earlier back end started, or learns how it ended meanwhile. */
  async takeOver(): Promise<void> {
    const record = await readLaunchRecord(this.#runtime);
    const noted = readPidFile(this.#runtime.pid);
    if (noted === null) return await clearRuntime(this.#runtime);
    const found = await inspectPid(noted.pid);
    const uuid = record?.definition.uuid ?? this.#definition.uuid;
    if (found === null || found.startTicks !== noted.startTicks || !found.commandLine.includes(uuid)) {
      if (record === null) await clearRuntime(this.#runtime);
      else await this.#died(null);
      return;
    }
    const watch = new AbortController();
    const gone = watchPid(noted.pid, noted.startTicks, watch.signal);
    this.#process = { pid: noted.pid, startTicks: noted.startTicks, logStart: 0, gone };
    try {
      if (record === null) throw unknownLaunch(this.#runtime.launch);
      const guest = await Guest.open(
        record,
        this.#runtime,
        this.#listener(),
        AbortSignal.timeout(TAKE_OVER_TIMEOUT),
      );
      this.#adopt(guest);
      const fact = await guest.catchUp();
      // Before the fact: one that powered itself off meanwhile is told to quit by it, and answers no more.
      await this.#reconcile(guest);
      this.log('Found again by a new back end');
      this.#apply(fact);
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
      () => {
        if (this.#process === running) void this.#ended();
      },
      (error: unknown) => {
        if (Fault.from(error).code !== 'cancelled')
          this.#host.trouble(`watching ${this.#definition.id} failed`, error);
      },
    );
  }

  async #ended(): Promise<void> {
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
    await this.#died(this.#process);
  }

  async #died(running: RunningProcess | null): Promise<void> {
    const log = await readLogEnd(this.#files.qemuLog, LOG_TAIL, running?.logStart ?? 0);
    const last = log.split('\n').at(-1) ?? '';
    this.#fault = new Fault({
      code: 'qemu-exited',
      message:
        last === ''
          ? 'QEMU ended without a word, and nobody asked it to.'
          : `QEMU ended, and nobody asked it to. It said last: ${withoutPrefix(last)}`,
      remedy: 'Start it again. If it crashes again, its log says more.',
      detail: log,
    });
    await this.#clearUp();
    this.log(`Crashed: ${this.#fault.message}`);
    this.#apply('died');
  }

  async #clearUp(): Promise<void> {
    const running = this.#process;
    const guest = this.#guest;
    this.#guest = null;
    this.#process = null;
    this.moving.clear();
    if (guest !== null) await guest[Symbol.asyncDispose]();
    if (running !== null) {
      killPid(running.pid, running.startTicks);
      await running.gone;
    }
    await clearRuntime(this.#runtime);
  }

  /** Asks the guest to shut down by the ACPI power button. Resolves when it was asked, not when it is off. */
  async stop(): Promise<void> {
    const next = this.check('stop');
    const guest = this.requireGuest('it cannot be shut down');
    await guest.qmp.execute('system_powerdown');
    this.log('Asked to shut down');
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
    await this.until((view) => view.state !== 'stopping' && view.pid === null, QUIT_TIMEOUT * 2);
  }

  async #quit(running: RunningProcess): Promise<void> {
    this.#endExpected = true;
    this.#move('stopping');
    const patience = AbortSignal.timeout(QUIT_TIMEOUT);
    try {
      // QEMU may close the socket before it answers: both mean that it goes.
      // One that we cannot talk to takes SIGTERM for the same: it flushes its images and goes.
      if (this.#guest === null) killPid(running.pid, running.startTicks, 'SIGTERM');
      else await this.#guest.qmp.executeRaw('quit', undefined, { signal: patience });
    } catch (error) {
      if (Fault.from(error).code === 'qemu-refused') throw error;
    }
    const timeout = new Promise<void>((resolve) =>
      patience.addEventListener('abort', () => resolve(), { once: true }),
    );
    await Promise.race([running.gone, timeout]);
    if (killPid(running.pid, running.startTicks)) {
      this.log('QEMU did not quit and was killed');
      await running.gone;
    }
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
    await this.until((view) => view.state !== 'running', QUIT_TIMEOUT);
  }

  async resume(): Promise<void> {
    this.check('resume');
    const guest = this.requireGuest('it cannot be resumed');
    const asleep = this.#state === 'suspended';
    this.#fault = null;
    await guest.qmp.execute(asleep ? 'system_wakeup' : 'cont');
    await this.until((view) => view.state === 'running', QUIT_TIMEOUT);
  }

  /** Resolves when the view is as wanted; throws `timeout`, or the signal's reason. */
  async until(
    wanted: (view: MachineView) => boolean,
    timeoutMs: number,
    signal?: AbortSignal,
  ): Promise<MachineView> {
    const { promise, resolve, reject } = Promise.withResolvers<MachineView>();
    const look = (): void => {
      const view = this.view();
      try {
        if (wanted(view)) resolve(view);
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      reject(
        new Fault({
          code: 'timeout',
          message: `“${this.#definition.name}” did not get there within ${timeoutMs / 1000} seconds; it is ${this.#state}.`,
          remedy: 'Look at its screen and log, or wait longer.',
        }),
      );
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
    const alive = (): boolean => this.#process === running;
    const again = AbortSignal.timeout(QUIT_TIMEOUT);
    await Promise.race([running.gone, delay(DYING)]);
    if (!alive()) return;
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

class QemuEnded extends Error {
  readonly how: string;
  constructor(code: number | null, signal: string | null) {
    const how = code === null ? `by ${signal ?? 'a signal'}` : `with code ${code}`;
    super(`QEMU ended ${how}`);
    this.how = how;
  }
}

function unknownLaunch(file: string): Fault {
  return new Fault({
    code: 'contract-mismatch',
    message: `The guest runs, but how it was started cannot be read from ${file}.`,
    remedy: 'Use the Innkeeper that started it, or shut the guest down from inside, or force it off.',
  });
}

const PARTICIPLES: Record<MachineAction, string> = {
  start: 'started',
  stop: 'shut down',
  'force-off': 'forced off',
  restart: 'restarted',
  reset: 'reset',
  pause: 'paused',
  resume: 'resumed',
  delete: 'deleted',
  edit: 'edited',
};

/** `2026-11-21T04:00:00.000000Z qemu-system-x86_64: could not …` → `could not …` */
function withoutPrefix(line: string): string {
  return line.replace(/^\d{4}-\S+Z\s+/, '').replace(/^\S*qemu[^:\s]*:\s+/, '');
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}
