import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../fixtures/run.ts';

const SOURCE = fileURLToPath(new URL('replay.c', import.meta.url));
const HEADERS = 'libspice-server-dev';
const INSTALL = `Install gcc, pkg-config, libglib2.0-dev, libspice-protocol-dev, libspice-server1 and ${HEADERS} (Debian’s names).`;

/** Compiles replay.c into the cache folder, once for each state of it; its path. Throws an Error that says what to install. */
export async function ensureReplay(cacheFolder: string): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(SOURCE))
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder, 'replay');
  const program = join(folder, key);
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  const server = await headers(folder);
  const others = (await tool('pkg-config', ['--cflags', '--libs', 'glib-2.0', 'spice-protocol'])).trim();
  const building = `${program}.${process.pid}`;
  const flags = [...server, ...others.split(/\s+/), '-ldl', '-l:libspice-server.so.1'];
  await tool('gcc', ['-O1', SOURCE, '-o', building, ...flags]);
  // Two that build at once each put a whole file there.
  await rename(building, program);
  return program;
}

/** QEMU brings the library without its headers; where they are not installed, their package is looked into. */
async function headers(folder: string): Promise<readonly string[]> {
  const { code, stdout } = await run('pkg-config', ['--cflags', 'spice-server']).catch(missing('pkg-config'));
  if (code === 0) return stdout.trim().split(/\s+/);
  const unpacked = join(folder, HEADERS);
  if (!existsSync(unpacked)) {
    const work = `${unpacked}.${process.pid}`;
    await mkdir(work, { recursive: true });
    try {
      await tool('apt-get', ['download', HEADERS], work);
      const file = (await readdir(work)).find((name) => name.endsWith('.deb'));
      if (file === undefined) throw new Error(`apt-get brought no ${HEADERS}. ${INSTALL}`);
      await tool('dpkg-deb', ['-x', join(work, file), join(work, 'root')]);
      await rename(join(work, 'root'), unpacked);
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  }
  return [`-I${join(unpacked, 'usr/include/spice-server')}`];
}

async function tool(program: string, args: readonly string[], cwd?: string): Promise<string> {
  const options = cwd === undefined ? {} : { cwd };
  const { code, stdout, stderr } = await run(program, args, options).catch(missing(program));
  if (code === 0) return stdout;
  throw new Error(`${program} ${args[0]} failed: ${stderr.trim().slice(0, 300)} ${INSTALL}`);
}

function missing(program: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new Error(`${program} is not installed, and no recording can be replayed. ${INSTALL}`, {
      cause: error,
    });
  };
}
