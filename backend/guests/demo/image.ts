import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '../../contract/fault.ts';
import { buildDemoImage } from './build-image.ts';
import { findProgram } from './programs.ts';
import { recipe } from './recipe.ts';
import { type Report, SharedWork } from './shared-work.ts';

export interface DemoImage {
  readonly path: string;
  /** Of the virtual disk; the file is sparse and takes far less. */
  readonly sizeBytes: number;
}

export interface DemoImageRequest {
  readonly cacheFolder: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The recipe's files, beside this module: in the checkout, and in dist/backend where the build puts them. */
const recipeFiles = join(import.meta.dirname, 'root');

const builds = new SharedWork<DemoImage>();

/**
 * The demo machine's disk image (raw), built from Debian's packages the first time and whenever its recipe changed. It is
 * a cache: copy it, do not use it as a backing file. Callers at the same time share one build. Throws a Fault:
 * `not-supported` when it cannot be built here or the package archive cannot be reached, `no-space`, `cancelled`.
 */
export async function ensureDemoImage({ cacheFolder, report, signal }: DemoImageRequest): Promise<DemoImage> {
  const folder = join(cacheFolder, 'demo-machine');
  const path = join(folder, `demo-${await recipeHash()}.raw`);
  if (existsSync(path)) return { path, sizeBytes: (await stat(path)).size };
  try {
    return await builds.run(path, (share, stop) => build(folder, path, share, stop), report, signal);
  } catch (error) {
    if (signal.aborted) {
      throw new Fault(
        { code: 'cancelled', message: 'Building the demo machine was cancelled.' },
        { cause: error },
      );
    }
    throw whyItFailed(error, cacheFolder);
  }
}

/** Why the demo machine cannot be built on this computer, as one sentence with its remedy; null when it can. */
export async function demoProblem(): Promise<string | null> {
  if (process.arch !== 'x64')
    return 'The demo machine is built from amd64 packages, which this computer does not use.';
  for (const name of ['apt-get', 'apt-cache', 'dpkg-deb']) {
    if ((await findProgram(name)) === null) {
      return `The demo machine is built from Debian's packages, and this computer has no ${name}: it needs Debian, Ubuntu or a relative of theirs.`;
    }
  }
  if ((await findProgram('mke2fs')) === null) {
    return 'The demo machine needs mke2fs, which is not installed: install the package e2fsprogs.';
  }
  return null;
}

async function build(folder: string, path: string, report: Report, signal: AbortSignal): Promise<DemoImage> {
  const problem = await demoProblem();
  const mke2fs = await findProgram('mke2fs');
  if (problem !== null || mke2fs === null) {
    throw new Fault({
      code: 'not-supported',
      message: problem ?? 'mke2fs is not there.',
      remedy: 'Create a machine from an ISO or a disk image instead.',
    });
  }
  await mkdir(folder, { recursive: true });
  await removeAbandoned(folder);
  const work = await mkdtemp(join(folder, `building-${process.pid}-`));
  try {
    const built = await buildDemoImage({ folder: work, files: recipeFiles, mke2fs, report, signal });
    await rename(built, path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  for (const name of await readdir(folder)) {
    if (name.endsWith('.raw') && join(folder, name) !== path) await rm(join(folder, name), { force: true });
  }
  return { path, sizeBytes: (await stat(path)).size };
}

/** What a back end that was killed while it built has left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const owner = /^building-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && Number(owner) !== process.pid && !existsSync(`/proc/${owner}`)) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

async function recipeHash(): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(recipe));
  const entries = await readdir(recipeFiles, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.sort()) {
    hash
      .update(`${path.slice(recipeFiles.length)}\0`)
      .update(await readFile(path))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

function whyItFailed(error: unknown, cacheFolder: string): Fault {
  const fault = Fault.from(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (fault.code === 'no-space' || code === 'ENOSPC') {
    return new Fault(
      {
        code: 'no-space',
        message: `There is not enough room in ${cacheFolder} to build the demo machine.`,
        remedy: 'Free about 1 GB there and try again.',
        detail: fault.detail ?? fault.message,
      },
      { cause: error },
    );
  }
  if (fault.code !== 'internal') return fault;
  return new Fault(
    {
      code: 'internal',
      message: `The demo machine could not be built: ${fault.message}`,
      remedy: 'Try again; the log has the details. Until then, create a machine from an ISO or a disk image.',
      detail: fault.detail ?? fault.message,
    },
    { cause: error },
  );
}
