import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../contract/fault.ts';
import { type MachineId, machineId } from '../contract/machine.ts';
import { fileFault, readJsonFile, syncFolder, writeFileAtomically } from '../store/atomic-file.ts';
import { binFolder, type Folders, machineFolder, machinesFolder } from '../store/paths.ts';
import { type MachineDefinition, parseDefinition } from './definition.ts';

/** How long a deleted machine can be brought back, ms. */
export const UNDO_PERIOD = 60 * 60 * 1000;

/** A machine whose definition cannot be used: shown with its fault, never touched. */
export interface BrokenMachine {
  readonly id: MachineId;
  readonly fault: Fault;
}

export interface DeletedMachine {
  readonly id: MachineId;
  /** Milliseconds since the epoch. */
  readonly deletedAt: number;
}

/** Definitions on disk. It knows files, not guests. */
export class Registry {
  readonly #folders: Folders;

  constructor(folders: Folders) {
    this.#folders = folders;
  }

  async load(): Promise<{ definitions: MachineDefinition[]; broken: BrokenMachine[] }> {
    const root = machinesFolder(this.#folders);
    await mkdir(root, { recursive: true, mode: 0o700 });
    const definitions: MachineDefinition[] = [];
    const broken: BrokenMachine[] = [];
    for (const entry of await readdir(root, { withFileTypes: true })) {
      const id = machineId.safeParse(entry.name);
      if (!entry.isDirectory()) continue;
      if (!id.success) {
        // A folder that was being made when the back end died: nothing refers to it.
        if (entry.name.endsWith('.part')) await rm(join(root, entry.name), { recursive: true, force: true });
        continue;
      }
      const read = await this.#read(id.data);
      if ('fault' in read) broken.push(read);
      else definitions.push(read.definition);
    }
    return { definitions, broken };
  }

  async #read(id: MachineId): Promise<{ definition: MachineDefinition } | BrokenMachine> {
    const file = machineFolder(this.#folders, id).definition;
    try {
      const value = await readJsonFile(file);
      if (value === undefined) {
        throw new Fault({
          code: 'not-found',
          message: `The definition ${file} is missing.`,
          remedy: 'Put a backup in its place, or delete the machine.',
        });
      }
      const definition = parseDefinition(value, file);
      if (definition.id === id) return { definition };
      throw new Fault({
        code: 'bad-input',
        message: `${file} says that it is machine ${definition.id}, but its folder is ${id}.`,
        remedy: 'Give it the id of its folder, or delete the machine.',
        path: ['id'],
      });
    } catch (error) {
      return { id, fault: Fault.from(error) };
    }
  }

  /**
   * Makes a machine's folder whole or not at all: everything is put together under another name, `fill` adds what the
   * machine owns (disk images, told the final folder too), and one rename makes it real.
   */
  async create(
    definition: MachineDefinition,
    fill: (staging: string, final: string) => Promise<MachineDefinition>,
  ): Promise<MachineDefinition> {
    const final = machineFolder(this.#folders, definition.id).folder;
    const staging = `${final}.part`;
    try {
      await mkdir(join(staging, 'disks'), { recursive: true, mode: 0o700 });
      const filled = await fill(staging, final);
      await writeFileAtomically(join(staging, 'machine.json'), serialize(filled));
      await rename(staging, final);
      await syncFolder(machinesFolder(this.#folders));
      return filled;
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      throw error instanceof Fault ? error : fileFault(error, final, 'made');
    }
  }

  async write(definition: MachineDefinition): Promise<void> {
    await writeFileAtomically(machineFolder(this.#folders, definition.id).definition, serialize(definition));
  }

  /** Puts the whole folder aside, where `restore` finds it until the undo period is over. */
  async discard(id: MachineId): Promise<DeletedMachine> {
    const bin = binFolder(this.#folders);
    await mkdir(bin, { recursive: true, mode: 0o700 });
    const deleted = { id, deletedAt: Date.now() };
    try {
      await rename(machineFolder(this.#folders, id).folder, this.#inBin(deleted));
      await syncFolder(machinesFolder(this.#folders));
    } catch (error) {
      throw fileFault(error, machineFolder(this.#folders, id).folder, 'written');
    }
    return deleted;
  }

  async deleted(): Promise<DeletedMachine[]> {
    const bin = binFolder(this.#folders);
    await mkdir(bin, { recursive: true, mode: 0o700 });
    return (await readdir(bin)).flatMap((entry) => {
      const [, at, id] = /^(\d{1,15})\.([a-z0-9]{8})$/.exec(entry) ?? [];
      const parsed = machineId.safeParse(id);
      return at === undefined || !parsed.success ? [] : [{ id: parsed.data, deletedAt: Number(at) }];
    });
  }

  /** The name in a deleted machine's definition; its id where that cannot be read. */
  async nameOf(deleted: DeletedMachine): Promise<string> {
    const file = join(this.#inBin(deleted), 'machine.json');
    try {
      return parseDefinition(await readJsonFile(file), file).name;
    } catch (error) {
      if (error instanceof Fault) return deleted.id;
      throw error;
    }
  }

  /** Puts it back where it was. One that was broken is broken still. */
  async restore(deleted: DeletedMachine): Promise<{ definition: MachineDefinition } | BrokenMachine> {
    const { folder } = machineFolder(this.#folders, deleted.id);
    try {
      await rename(this.#inBin(deleted), folder);
      await syncFolder(machinesFolder(this.#folders));
    } catch (error) {
      throw fileFault(error, folder, 'written');
    }
    return await this.#read(deleted.id);
  }

  /** Deletes for good whatever can no longer be brought back. */
  async purge(now: number): Promise<void> {
    for (const deleted of await this.deleted()) {
      if (now - deleted.deletedAt < UNDO_PERIOD) continue;
      await rm(this.#inBin(deleted), { recursive: true, force: true });
    }
  }

  #inBin(deleted: DeletedMachine): string {
    return join(binFolder(this.#folders), `${deleted.deletedAt}.${deleted.id}`);
  }
}

function serialize(definition: MachineDefinition): string {
  return `${JSON.stringify(definition, null, 2)}\n`;
}
