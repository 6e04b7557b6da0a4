import { Fault } from '../contract/fault.ts';
import type { MachineId, MachineView } from '../contract/machine.ts';
import type { Folders } from '../store/paths.ts';
import { type MachineDefinition, newDefinition } from './definition.ts';
import { Machine, type MachineHost } from './machine.ts';
import { type BrokenMachine, type DeletedMachine, Registry, UNDO_PERIOD } from './registry.ts';

/** How often machines that can no longer be brought back are cleared away, ms. */
const PURGE_EVERY = 10 * 60 * 1000;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** All machines of one data folder. */
export class Machines implements AsyncDisposable {
  readonly registry: Registry;
  readonly #host: MachineHost;
  readonly #machines = new Map<MachineId, Machine>();
  /** Machines whose definition does not parse: nothing but deleting them (or mending the file) is possible. */
  readonly #broken = new Set<MachineId>();
  /** Names of machines that are just being made. */
  readonly #reserved = new Set<string>();
  #removed: (id: string) => void;
  #purge: NodeJS.Timeout | undefined;

  constructor(folders: Folders, host: MachineHost, removed: (id: string) => void) {
    this.registry = new Registry(folders);
    // Events must not offer for a broken machine what the list does not.
    this.#host = { ...host, changed: (view) => host.changed(this.#limit(view)) };
    this.#removed = removed;
  }

  /** Reads all definitions and takes over the guests that run. */
  async load(): Promise<void> {
    const { definitions, broken } = await this.registry.load();
    for (const definition of definitions)
      this.#machines.set(definition.id, new Machine(definition, this.#host));
    for (const entry of broken) this.#addBroken(entry);
    await Promise.all([...this.#machines.values()].map((machine) => machine.takeOver()));
    await this.registry.purge(Date.now());
    this.#purge = setInterval(() => {
      this.registry
        .purge(Date.now())
        .catch((error: unknown) => this.#host.trouble('deleted machines could not be cleared away', error));
    }, PURGE_EVERY);
    this.#purge.unref();
    // Not before the first answer: five hundred machines have five hundred images to look at.
    void this.#lookAtImages();
  }

  /** Shown under its id, with its fault. */
  #addBroken({ id, fault }: BrokenMachine): Machine {
    const stand = { ...newDefinition({ ...STAND_IN, name: id }), id };
    const machine = new Machine(stand, this.#host, fault);
    this.#machines.set(id, machine);
    this.#broken.add(id);
    return machine;
  }

  async #lookAtImages(): Promise<void> {
    for (const machine of [...this.#machines.values()]) {
      await machine.refreshProblems();
      if (machine.problems.size > 0) machine.announce();
    }
  }

  /** By name, as people read them: web2 before web10. */
  list(): MachineView[] {
    return [...this.#machines.values()]
      .map((machine) => this.view(machine))
      .sort((a, b) => byName.compare(a.name, b.name));
  }

  view(machine: Machine): MachineView {
    return this.#limit(machine.view());
  }

  #limit(view: MachineView): MachineView {
    if (!this.#broken.has(view.id)) return view;
    return { ...view, can: view.pid === null ? ['delete'] : ['force-off'] };
  }

  all(): Machine[] {
    return [...this.#machines.values()];
  }

  /** By id or by name (case does not matter). Throws `not-found` with near names. */
  find(ref: string): Machine {
    const byId = this.#machines.get(ref as MachineId);
    if (byId !== undefined) return byId;
    const key = nameKey(ref);
    for (const machine of this.#machines.values())
      if (nameKey(machine.definition.name) === key) return machine;
    const names = [...this.#machines.values()].map((machine) => machine.definition.name);
    throw new Fault({
      code: 'not-found',
      message: `There is no machine “${ref}”.`,
      remedy:
        names.length === 0
          ? 'Create one first: innkeeper create NAME --demo'
          : `Machines here: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}.`,
    });
  }

  /** The machine, if its definition can be used. */
  usable(ref: string): Machine {
    const machine = this.find(ref);
    if (!this.#broken.has(machine.definition.id)) return machine;
    throw new Fault({
      code: 'bad-input',
      message: `“${ref}” cannot be used: ${machine.view().fault?.message ?? 'its definition is broken'}`,
      remedy: `Mend ${machine.files.definition} and start Innkeeper again, or delete the machine.`,
    });
  }

  /** The machine, for ending its guest: also one whose definition broke while the guest ran. */
  stoppable(ref: string): Machine {
    const machine = this.find(ref);
    return machine.process === null ? this.usable(ref) : machine;
  }

  /** Makes a machine; `fill` adds its disks. */
  async create(
    definition: MachineDefinition,
    fill: (staging: string, final: string) => Promise<MachineDefinition>,
  ): Promise<Machine> {
    const release = this.#reserve(definition.name, null);
    try {
      const made = await this.registry.create(definition, fill);
      const machine = new Machine(made, this.#host);
      this.#machines.set(made.id, machine);
      machine.log('Created');
      machine.announce();
      return machine;
    } finally {
      release();
    }
  }

  async rename(machine: Machine, name: string): Promise<void> {
    const release = this.#reserve(name, machine);
    try {
      await machine.redefine((definition) => ({ ...definition, name }));
    } finally {
      release();
    }
  }

  async remove(ref: string): Promise<{ machine: MachineId; name: string; undoUntil: number }> {
    const machine = this.find(ref);
    const { id, name } = machine.definition;
    machine.check('delete');
    return await machine.inOrder(async () => {
      machine.check('delete');
      const deleted = await machine.leave(() => this.registry.discard(id));
      this.#machines.delete(id);
      this.#broken.delete(id);
      this.#removed(id);
      return { machine: id, name, undoUntil: deleted.deletedAt + UNDO_PERIOD };
    });
  }

  async undelete(ref: string): Promise<Machine> {
    const { deleted, name } = await this.#findDeleted(ref);
    const release = this.#reserve(name, null);
    try {
      const restored = await this.registry.restore(deleted);
      const machine =
        'fault' in restored ? this.#addBroken(restored) : new Machine(restored.definition, this.#host);
      this.#machines.set(machine.definition.id, machine);
      machine.log('Brought back');
      machine.announce();
      return machine;
    } finally {
      release();
    }
  }

  /** By id or by name; of several with one name the one that was deleted last. */
  async #findDeleted(ref: string): Promise<{ deleted: DeletedMachine; name: string }> {
    const newestFirst = (await this.registry.deleted()).sort((one, other) => other.deletedAt - one.deletedAt);
    const all = await Promise.all(
      newestFirst.map(async (deleted) => ({ deleted, name: await this.registry.nameOf(deleted) })),
    );
    const found =
      all.find(({ deleted }) => deleted.id === ref) ?? all.find(({ name }) => nameKey(name) === nameKey(ref));
    if (found !== undefined) return found;
    throw new Fault({
      code: 'not-found',
      message: `No deleted machine “${ref}” can be brought back.`,
      remedy: `Deleted machines are kept for ${UNDO_PERIOD / 60_000} minutes.`,
    });
  }

  #reserve(name: string, self: Machine | null): () => void {
    const key = nameKey(name);
    const taken = [...this.#machines.values()].some(
      (machine) => machine !== self && nameKey(machine.definition.name) === key,
    );
    if (taken || this.#reserved.has(key)) {
      throw new Fault({
        code: 'name-taken',
        message: `There is a machine “${name}” already.`,
        remedy: 'Choose another name.',
        path: ['name'],
      });
    }
    this.#reserved.add(key);
    return () => this.#reserved.delete(key);
  }

  /** Machines that use an image, by name. */
  usersOf(path: string): string[] {
    return [...this.#machines.values()]
      .filter(
        ({ definition }) =>
          definition.disks.some((disk) => disk.path === path) || definition.cdrom?.path === path,
      )
      .map((machine) => machine.definition.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#purge);
    await Promise.all([...this.#machines.values()].map((machine) => machine.release()));
  }
}

const STAND_IN = { origin: 'custom', memoryMiB: 512, cpus: 1, cdrom: null } as const;

function nameKey(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}
