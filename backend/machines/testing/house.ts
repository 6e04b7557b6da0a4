import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventName, EventPayload } from '../../contract/events.ts';
import type { MachineView } from '../../contract/machine.ts';
import type { RequestInput, RequestName, RequestOutput } from '../../contract/requests.ts';
import { Dispatcher } from '../../rpc/dispatcher.ts';
import { EventBus } from '../../rpc/event-bus.ts';
import { type Folders, machineRuntime, prepareFolders, resolveFolders } from '../../store/paths.ts';
import { type Application, createApplication } from '../application.ts';
import { Face, type Listeners, listen } from './face.ts';

/** Probing QEMU takes a third of a second: once a test run is enough. The cache goes by the binary's identity. */
const SHARED_CACHE = join(tmpdir(), `innkeeper-test-cache-${process.getuid?.() ?? 0}`);

/**
 * For tests: the whole application over a folder of its own, with real guests, spoken to through its dispatcher as
 * every face does. Leaving it ends every guest it started.
 */
export class House implements AsyncDisposable {
  readonly home: string;
  readonly folders: Folders;
  /** What went wrong where no request could tell. */
  readonly trouble: string[] = [];
  #application: Application | null = null;
  #dispatcher: Dispatcher | null = null;
  #face: Face | null = null;
  readonly #listeners: Listeners = new Set();

  private constructor(home: string) {
    this.home = home;
    this.folders = { ...resolveFolders({ INNKEEPER_HOME: home }), cache: SHARED_CACHE };
  }

  static async open(): Promise<House> {
    const house = new House(await mkdtemp(join(tmpdir(), 'innkeeper-house-')));
    await house.begin();
    return house;
  }

  /** A back end over the folder, as after a restart. */
  async begin(): Promise<void> {
    await prepareFolders(this.folders);
    const events = new EventBus();
    const dispatcher = new Dispatcher({ events });
    this.#dispatcher = dispatcher;
    this.#application = await createApplication({
      folders: this.folders,
      events,
      dispatcher,
      log: (level, text, fields) => {
        if (level !== 'info') this.trouble.push(`${text} ${JSON.stringify(fields ?? {})}`);
      },
    });
    this.#face = new Face(dispatcher, this.#listeners);
  }

  /** The back end goes; guests stay. */
  async end(): Promise<void> {
    this.#face?.close();
    await this.#application?.[Symbol.asyncDispose]();
    this.#application = null;
  }

  get application(): Application {
    if (this.#application === null) throw new Error('the back end has ended');
    return this.#application;
  }

  /** Another face of this back end. */
  connect(): Face {
    if (this.#dispatcher === null) throw new Error('the back end has ended');
    return new Face(this.#dispatcher);
  }

  /** The answer, or the Fault, as a face gets them. */
  async request<N extends RequestName>(name: N, input: RequestInput<N>): Promise<RequestOutput<N>> {
    if (this.#face === null) throw new Error('the back end has ended');
    return await this.#face.request(name, input);
  }

  /** Goes on over a restart of the back end. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void {
    return listen(this.#listeners, name, listener);
  }

  /** A small machine with one blank disk: its firmware finds nothing to boot and waits. */
  create(name: string, more: Partial<RequestInput<'machine.create'>> = {}): Promise<MachineView> {
    return this.request('machine.create', {
      name,
      memoryMiB: 64,
      cpus: 1,
      disks: [{ sizeBytes: 64 * 2 ** 20 }],
      ...more,
    });
  }

  show(machine: string): Promise<MachineView> {
    return this.request('machine.show', { machine });
  }

  /** Resolves with the view that is as wanted. */
  async until(machine: string, wanted: (view: MachineView) => boolean): Promise<MachineView> {
    const { promise, resolve } = Promise.withResolvers<MachineView>();
    const off = this.on('machine.changed', (view) => {
      if ((view.id === machine || view.name === machine) && wanted(view)) resolve(view);
    });
    try {
      const now = await this.show(machine);
      return wanted(now) ? now : await promise;
    } finally {
      off();
    }
  }

  /** A sparse raw image. */
  async image(name: string, bytes = 64 * 2 ** 20): Promise<string> {
    const path = join(this.home, name);
    await writeFile(path, '');
    await truncate(path, bytes);
    return path;
  }

  /** A program in QEMU's place that lets probing through and does `body` where a machine is started. */
  async fakeQemu(body: string): Promise<string> {
    const real = execFileSync('sh', ['-c', 'command -v qemu-system-x86_64'], { encoding: 'utf8' }).trim();
    const path = join(this.home, 'qemu-for-test');
    const script = `#!/bin/sh\ncase " $* " in *" -uuid "*) ;; *) exec ${real} "$@" ;; esac\nQEMU=${real}\n${body}\n`;
    await writeFile(path, script);
    await chmod(path, 0o755);
    return path;
  }

  runtimeOf(id: string): string {
    return machineRuntime(this.folders, id).folder;
  }

  /** What is in the folders now: names of machines on disk, and of guests in the runtime folder. */
  leftovers(): { machines: string[]; runtime: string[] } {
    const machines = join(this.folders.data, 'machines');
    return {
      machines: existsSync(machines) ? readdirSync(machines).toSorted() : [],
      runtime: readdirSync(this.folders.runtime).toSorted(),
    };
  }

  /** QEMU processes of this house, by what their command line names. */
  guests(): number[] {
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        const line = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
        return line.includes('-uuid') && line.includes(`${this.home}/`) ? [Number(entry)] : [];
      } catch {
        return []; // It ended while we looked.
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    for (const pid of this.guests()) process.kill(pid, 'SIGKILL');
    await mkdir(this.home, { recursive: true });
    await rm(this.home, { recursive: true, force: true });
  }
}
