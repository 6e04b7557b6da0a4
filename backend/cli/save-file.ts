import { readlink, realpath, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Fault } from '../contract/fault.ts';
import { fileFault, writeFileAtomically } from '../store/atomic-file.ts';

/**
 * Saves what a person asked for at a path of theirs, whole or not at all. What is there and is no plain file (a pipe,
 * /dev/stdout) is written to and never replaced; a link stays one.
 */
export async function saveFile(path: string, content: Uint8Array): Promise<void> {
  try {
    const there = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (there?.isDirectory()) {
      throw new Fault({
        code: 'bad-input',
        message: `${path} is a folder.`,
        remedy: 'Give the name of a file in it.',
      });
    }
    if (there === null) await writeFileAtomically(await endOfLinks(path), content, 0o666);
    else if (there.isFile()) await writeFileAtomically(await realpath(path), content, there.mode & 0o777);
    else await writeFile(path, content);
  } catch (error) {
    const { cause = error } = error as Error;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Fault(
        {
          code: 'not-found',
          message: `${path} could not be written: there is no folder ${dirname(path)}.`,
          remedy: `Make it, for example: mkdir -p '${dirname(path)}'`,
        },
        { cause },
      );
    }
    throw fileFault(error, path, 'written');
  }
}

/** How many links the kernel follows at most: path_resolution(7). `stat` has refused longer chains. */
const MOST_LINKS = 40;

/** Where a path leads at which nothing is: a link may be there whose target is not. */
async function endOfLinks(path: string): Promise<string> {
  let end = path;
  for (let count = 0; count < MOST_LINKS; count += 1) {
    try {
      end = resolve(dirname(end), await readlink(end));
    } catch {
      return end;
    }
  }
  return end;
}
