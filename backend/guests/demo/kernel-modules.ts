import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Fault } from '../../contract/fault.ts';

/** A kernel module as it goes into the image: unpacked, with its path below /lib/modules/VERSION. */
export interface KernelModule {
  readonly name: string;
  readonly path: string;
  readonly data: Uint8Array;
  readonly depends: readonly string[];
  readonly aliases: readonly string[];
}

/** Reads modules of one kernel, out of the folder lib/modules/VERSION of its package. */
export class ModuleTree {
  readonly #folder: string;
  readonly #files: ReadonlyMap<string, string>;
  readonly #builtIn: ReadonlySet<string>;
  readonly #unpackXz: (packed: Uint8Array) => Promise<Uint8Array>;
  readonly #read = new Map<string, Promise<KernelModule>>();

  private constructor(
    folder: string,
    files: ReadonlyMap<string, string>,
    builtIn: ReadonlySet<string>,
    unpackXz: (packed: Uint8Array) => Promise<Uint8Array>,
  ) {
    this.#folder = folder;
    this.#files = files;
    this.#builtIn = builtIn;
    this.#unpackXz = unpackXz;
  }

  static async open(
    folder: string,
    unpackXz: (packed: Uint8Array) => Promise<Uint8Array>,
  ): Promise<ModuleTree> {
    const files = new Map<string, string>();
    for (const path of await readdir(folder, { recursive: true })) {
      if (/\.ko(\.xz|\.zst)?$/.test(path)) files.set(moduleName(path), path);
    }
    const builtIn = await readFile(join(folder, 'modules.builtin'), 'utf8');
    return new ModuleTree(folder, files, new Set(builtIn.split('\n').map(moduleName)), unpackXz);
  }

  /** Whether the kernel has this driver at all, as a module or built in. */
  has(name: string): boolean {
    return this.#files.has(name) || this.#builtIn.has(name);
  }

  /** The modules named and all they depend on. Names that are built in or not there are left out. */
  async withDependencies(names: readonly string[]): Promise<readonly KernelModule[]> {
    const found = new Map<string, KernelModule>();
    const waiting = [...names];
    for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
      const path = this.#files.get(name);
      if (path === undefined || found.has(name)) continue;
      const module = await this.#module(name, path);
      found.set(name, module);
      waiting.push(...module.depends);
    }
    return [...found.values()].sort((a, b) => a.path.localeCompare(b.path));
  }

  #module(name: string, path: string): Promise<KernelModule> {
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    const reading = this.#readModule(name, path);
    this.#read.set(name, reading);
    return reading;
  }

  async #readModule(name: string, path: string): Promise<KernelModule> {
    const file = join(this.#folder, path);
    const stored = await readFile(file);
    const data = path.endsWith('.xz')
      ? await this.#unpackXz(stored)
      : path.endsWith('.zst')
        ? zstdDecompressSync(stored)
        : stored;
    return { name, path: path.replace(/\.(xz|zst)$/, ''), data, ...moduleFacts(data) };
  }
}

/** `kernel/drivers/net/virtio-net.ko` → `virtio_net`: the kernel writes module names with underscores. */
export function moduleName(path: string): string {
  return path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.ko(\.xz|\.zst)?$/, '')
    .replaceAll('-', '_');
}

/**
 * What a module says of itself: NUL-separated `key=value` strings in its .modinfo section. They are looked for in the
 * whole file, which finds the same without reading section tables.
 */
export function moduleFacts(data: Uint8Array): { depends: readonly string[]; aliases: readonly string[] } {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`\\0${key}=([\\x20-\\x7e]*)(?=\\0)`, 'g'))].map((match) => match[1] ?? '');
  return {
    depends: values('depends')
      .flatMap((list) => list.split(','))
      .filter((name) => name !== '')
      .map((name) => name.replaceAll('-', '_')),
    aliases: values('alias'),
  };
}

/** The files modules.dep and modules.alias that modprobe reads (depmod(8) writes the same). */
export function moduleIndex(modules: readonly KernelModule[]): { dep: string; alias: string } {
  const byName = new Map(modules.map((module) => [module.name, module]));
  const all = (module: KernelModule, seen: Set<KernelModule>): Set<KernelModule> => {
    for (const name of module.depends) {
      const dependency = byName.get(name);
      if (dependency === undefined) {
        throw new Fault({
          code: 'internal',
          message: `Module ${module.name} needs ${name}, which is not taken in.`,
        });
      }
      if (seen.has(dependency)) continue;
      all(dependency, seen);
      seen.add(dependency);
    }
    return seen;
  };
  return {
    // The nearest dependency first, as depmod writes it; modprobe loads them from the last to the first.
    dep: modules
      .map((module) => [`${module.path}:`, ...[...all(module, new Set())].reverse().map(({ path }) => path)])
      .map((words) => `${words.join(' ')}\n`)
      .join(''),
    alias: modules
      .flatMap(({ name, aliases }) => aliases.map((alias) => `alias ${alias} ${name}\n`))
      .join(''),
  };
}
