import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { Fault } from '../contract/fault.ts';

export interface QemuBinary {
  /** qemu-system-x86_64 or what stands for it. */
  readonly path: string;
  /** qemu-img: beside the binary, else on the PATH; null where there is none. */
  readonly imagePath: string | null;
}

const SYSTEM = 'qemu-system-x86_64';
const IMAGE = 'qemu-img';
/** RHEL and its rebuilds keep QEMU off the PATH. */
const ELSEWHERE = ['/usr/libexec/qemu-kvm', '/usr/bin/qemu-kvm'];
/** Desktop sessions and services often lack these on their PATH. */
const USUAL_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin'];

/**
 * Every QEMU for x86-64 guests on this host, best first, each once whatever links lead to it; empty when there is none.
 * INNKEEPER_QEMU names the one to use: then it is the only one, and a Fault when it cannot be run.
 */
export async function findQemu(env: NodeJS.ProcessEnv): Promise<QemuBinary[]> {
  const folders = searchPath(env);
  const asked = env.INNKEEPER_QEMU;
  if (asked !== undefined && asked !== '') {
    if (!(await isProgram(asked))) {
      throw new Fault({
        code: 'qemu-missing',
        message: `INNKEEPER_QEMU names ${asked}, which is not a program that can be run.`,
        remedy: 'Set it to the path of a qemu-system-x86_64, or unset it.',
      });
    }
    return [{ path: asked, imagePath: await findImageTool(asked, folders) }];
  }
  const found = new Map<string, QemuBinary>();
  for (const path of [...folders.map((folder) => join(folder, SYSTEM)), ...ELSEWHERE]) {
    if (!(await isProgram(path))) continue;
    const real = await realpath(path);
    if (!found.has(real)) found.set(real, { path, imagePath: await findImageTool(path, folders) });
  }
  return [...found.values()];
}

async function findImageTool(system: string, folders: readonly string[]): Promise<string | null> {
  for (const folder of [dirname(system), ...folders]) {
    const path = join(folder, IMAGE);
    if (await isProgram(path)) return path;
  }
  return null;
}

function searchPath(env: NodeJS.ProcessEnv): string[] {
  // A relative entry would mean another program in every folder.
  const own = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return [...new Set([...own, ...USUAL_FOLDERS])];
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP') return false;
    throw error;
  }
}
