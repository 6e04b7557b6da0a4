import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveFolders } from '../../../backend/store/paths.ts';
import { run } from '../../fixtures/run.ts';

const SOURCE = fileURLToPath(new URL('client.c', import.meta.url));
const LIBRARY = 'spice-client-glib-2.0';
const INSTALL = 'Install gcc, pkg-config and libspice-client-glib-2.0-dev (Debian’s names).';

/** Compiles client.c into the cache folder, once for each state of it; its path. Throws an Error that says what to install. */
export async function ensureReferenceClient(): Promise<string> {
  const key = createHash('sha256')
    .update(await readFile(SOURCE))
    .digest('hex')
    .slice(0, 16);
  const folder = join(resolveFolders().cache, 'reference-client');
  const program = join(folder, key);
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  const found = await tool('pkg-config', ['--cflags', '--libs', LIBRARY]);
  const flags = found.trim().split(/\s+/);
  const building = `${program}.${process.pid}`;
  await tool('gcc', ['-O1', SOURCE, '-o', building, ...flags]);
  // Two that build at once each put a whole file there.
  await rename(building, program);
  return program;
}

async function tool(program: string, args: readonly string[]): Promise<string> {
  let finished: Awaited<ReturnType<typeof run>>;
  try {
    finished = await run(program, args);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing) throw error;
    throw new Error(`${program} is not installed, and spice-gtk cannot be compared with. ${INSTALL}`, {
      cause: error,
    });
  }
  if (finished.code === 0) return finished.stdout;
  throw new Error(`${program} ${args[0]} failed: ${finished.stderr.trim().slice(0, 300)} ${INSTALL}`);
}
