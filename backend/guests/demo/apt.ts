import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../contract/fault.ts';
import { runProgram } from '../../storage/run-program.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * apt without root: looks packages up and downloads them. The system's package lists serve when they are there and fresh;
 * otherwise lists of its own are fetched into `folder`, which needs no privilege.
 */
export class Apt {
  readonly #folder: string;
  readonly #signal: AbortSignal;
  #options: readonly string[] = [];

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Whether the package lists in use know this package. */
  async knows(name: string): Promise<boolean> {
    const { code } = await this.#run('apt-cache', ['show', '--no-all-versions', name], { okCodes: [0, 100] });
    return code === 0;
  }

  /** Fetches fresh package lists into the folder and uses them from here on. */
  async fetchLists(): Promise<void> {
    const lists = join(this.#folder, 'lists');
    const archives = join(this.#folder, 'cache');
    await mkdir(join(lists, 'partial'), { recursive: true });
    await mkdir(join(archives, 'archives/partial'), { recursive: true });
    // The user `_apt` may not reach into a person's cache folder, so nothing is handed to it.
    this.#options = [
      ...['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${archives}`],
      ...['-o', 'APT::Sandbox::User=root', '-o', 'APT::Update::Post-Invoke::='],
    ];
    try {
      await this.#run('apt-get', ['-q', '-o', 'APT::Update::Error-Mode=any', 'update'], {
        timeoutMs: 300_000,
      });
    } catch (error) {
      throw cannotReach(error, 'The lists of Debian packages could not be fetched.');
    }
  }

  /**
   * The dependency graph below some packages: name → names of what it depends on, alternatives and recommends left out
   * as far as apt-cache can. Names in <angle brackets> (virtual packages) are left out.
   */
  async dependencies(names: readonly string[]): Promise<Graph> {
    const without = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'];
    const { stdout } = await this.#run('apt-cache', [
      ...['depends', '--recurse', ...without.map((kind) => `--no-${kind}`)],
      ...names,
    ]);
    return parseDependencies(stdout);
  }

  /** Downloads packages as .deb files into a folder. */
  async download(names: readonly string[], into: string): Promise<void> {
    try {
      await this.#run('apt-get', ['-q', '-o', 'APT::Sandbox::User=root', 'download', ...names], {
        cwd: into,
        timeoutMs: 600_000,
      });
    } catch (error) {
      throw cannotReach(error, 'The Debian packages of the demo machine could not be downloaded.');
    }
  }

  #run(program: string, args: readonly string[], options: Parameters<typeof runProgram>[2] = {}) {
    return runProgram(program, [...this.#options, ...args], {
      ...options,
      signal: this.#signal,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
}

function cannotReach(error: unknown, message: string): Fault {
  const fault = Fault.from(error);
  if (fault.code === 'cancelled' || fault.code === 'no-space') return fault;
  return new Fault(
    {
      code: fault.code === 'timeout' ? 'timeout' : 'not-supported',
      message,
      remedy:
        "Check that this computer reaches its distribution's package archive (try: apt-get update), then try again.",
      detail: fault.detail ?? fault.message,
    },
    { cause: error },
  );
}

/** The output of `apt-cache depends --recurse`: a package at column 0, its dependencies indented below it. */
export function parseDependencies(text: string): Graph {
  const graph = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of text.split('\n')) {
    const dependency = /^\s+\|?(?:Pre)?Depends: ([^<\s]+)$/.exec(line)?.[1];
    if (dependency !== undefined) current.push(withoutArchitecture(dependency));
    else if (/^[^\s<]/.test(line)) {
      current = [];
      graph.set(withoutArchitecture(line.trim()), current);
    }
  }
  return graph;
}

function withoutArchitecture(name: string): string {
  return name.replace(/:\w+$/, '');
}

/** Every package reached from `start` (itself left out) by going only through packages that `follow` accepts. */
export function reachable(graph: Graph, start: string, follow: (name: string) => boolean): readonly string[] {
  const seen = new Set<string>();
  const waiting = [start];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    for (const next of graph.get(name) ?? []) {
      if (seen.has(next) || !follow(next)) continue;
      seen.add(next);
      waiting.push(next);
    }
  }
  return [...seen].sort();
}
