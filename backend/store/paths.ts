import { createHash } from 'node:crypto';
import { lstat, mkdir } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { Fault } from '../contract/fault.ts';

/** Where everything lives. All absolute. */
export interface Folders {
  /** Machines, images, the back end's lock and log. */
  readonly data: string;
  /** Sockets and pid files; 0700, ours alone. Short enough for unix socket paths. */
  readonly runtime: string;
  /** What can be made again: probed QEMUs, the demo image. */
  readonly cache: string;
  readonly settings: string;
}

/** The longest socket name below the runtime folder: `/` + 8-letter machine id + `/` + `console.sock`. */
const LONGEST_BELOW_RUNTIME = 30;
/** sun_path holds 108 bytes with its NUL (unix(7)). */
const SUN_PATH = 107;

/** XDG Base Directory Specification 0.8, or all under INNKEEPER_HOME when it is set. Touches nothing. */
export function resolveFolders(env: NodeJS.ProcessEnv = process.env): Folders {
  const user = userInfo();
  const root = env.INNKEEPER_HOME;
  if (root !== undefined && root !== '') {
    const home = resolve(root);
    const wanted = join(home, 'run');
    return {
      data: join(home, 'data'),
      runtime: fitsSocket(wanted) ? wanted : shortRuntime(home, user.uid, env),
      cache: join(home, 'cache'),
      settings: join(home, 'config'),
    };
  }
  const home = env.HOME !== undefined && env.HOME !== '' ? env.HOME : homedir();
  const xdg = (name: string, fallback: string): string => {
    const value = env[name];
    // "All paths must be absolute; a relative path is to be considered invalid and ignored."
    return join(value?.startsWith('/') ? value : join(home, fallback), 'innkeeper');
  };
  const data = xdg('XDG_DATA_HOME', '.local/share');
  const runtimeRoot = env.XDG_RUNTIME_DIR;
  const wanted = runtimeRoot?.startsWith('/') ? join(runtimeRoot, 'innkeeper') : `/tmp/innkeeper-${user.uid}`;
  return {
    data,
    runtime: fitsSocket(wanted) ? wanted : shortRuntime(data, user.uid, env),
    cache: xdg('XDG_CACHE_HOME', '.cache'),
    settings: xdg('XDG_CONFIG_HOME', '.config'),
  };
}

function fitsSocket(folder: string): boolean {
  return Buffer.byteLength(folder) + LONGEST_BELOW_RUNTIME <= SUN_PATH;
}

/** A folder too deep for sockets gets a short one of its own, found again by a hash of the long name. */
function shortRuntime(home: string, uid: number, env: NodeJS.ProcessEnv): string {
  const name = createHash('sha256').update(home).digest('hex').slice(0, 10);
  const base = env.XDG_RUNTIME_DIR;
  const preferred = base?.startsWith('/') ? join(base, `innkeeper-${name}`) : undefined;
  return preferred !== undefined && fitsSocket(preferred) ? preferred : `/tmp/innkeeper-${uid}-${name}`;
}

/**
 * Makes the folders that are missing. The runtime folder must be a real folder, ours, and closed to others:
 * whoever can open the sockets in it owns the guests.
 */
export async function prepareFolders(folders: Folders): Promise<void> {
  for (const folder of [folders.data, folders.cache, folders.settings]) {
    await makeFolder(folder);
  }
  await makeFolder(folders.runtime);
  const found = await lstat(folders.runtime);
  const uid = userInfo().uid;
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    const why = !found.isDirectory()
      ? 'is not a folder'
      : found.uid !== uid
        ? `belongs to user ${found.uid}, not to you (user ${uid})`
        : `is open to other users (mode ${(found.mode & 0o777).toString(8)})`;
    throw new Fault({
      code: 'unsafe-folder',
      message: `The runtime folder ${folders.runtime} ${why}, so guests' sockets are not safe in it.`,
      remedy:
        found.isDirectory() && found.uid === uid
          ? `Close it with: chmod 700 '${folders.runtime}'`
          : `Remove it, or set XDG_RUNTIME_DIR or INNKEEPER_HOME to a folder of your own.`,
    });
  }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new Fault(
      {
        code:
          code === 'ENOSPC'
            ? 'no-space'
            : code === 'EACCES' || code === 'EPERM'
              ? 'no-permission'
              : 'unsafe-folder',
        message: `The folder ${folder} cannot be made: ${(error as Error).message}.`,
        remedy: 'Make its parent writable for you, or set INNKEEPER_HOME to a folder you can write to.',
      },
      { cause: error },
    );
  }
}

export interface MachineFolder {
  readonly folder: string;
  readonly definition: string;
  readonly qemuLog: string;
  readonly eventLog: string;
  readonly disks: string;
}

export function machinesFolder(folders: Folders): string {
  return join(folders.data, 'machines');
}

/** Deleted machines wait here until they cannot be brought back any more. */
export function binFolder(folders: Folders): string {
  return join(folders.data, 'deleted');
}

export function machineFolder(folders: Folders, id: string): MachineFolder {
  const folder = join(machinesFolder(folders), id);
  return {
    folder,
    definition: join(folder, 'machine.json'),
    qemuLog: join(folder, 'qemu.log'),
    eventLog: join(folder, 'events.log'),
    disks: join(folder, 'disks'),
  };
}

export interface MachineRuntime {
  readonly folder: string;
  readonly qmp: string;
  readonly spice: string;
  readonly console: string;
  readonly agent: string;
  readonly ready: string;
  readonly pid: string;
  /** What was launched, so that a later back end takes over that very process. */
  readonly launch: string;
}

export function machineRuntime(folders: Folders, id: string): MachineRuntime {
  const folder = join(folders.runtime, id);
  return {
    folder,
    qmp: join(folder, 'qmp.sock'),
    spice: join(folder, 'spice.sock'),
    console: join(folder, 'console.sock'),
    agent: join(folder, 'agent.sock'),
    ready: join(folder, 'ready.sock'),
    pid: join(folder, 'qemu.pid'),
    launch: join(folder, 'launch.json'),
  };
}

export function backendSocket(folders: Folders): string {
  return join(folders.runtime, 'backend.sock');
}
export function backendLock(folders: Folders): string {
  return join(folders.data, 'backend.lock');
}
export function backendLog(folders: Folders): string {
  return join(folders.data, 'backend.log');
}
