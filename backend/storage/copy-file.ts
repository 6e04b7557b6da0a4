import { constants } from 'node:fs';
import { copyFile, unlink } from 'node:fs/promises';
import { Fault } from '../contract/fault.ts';
import { diskFull, fileFault } from '../store/atomic-file.ts';
import { checkReadable } from './images.ts';
import { runProgram } from './run-program.ts';

/**
 * Copies an image: a reflink where the file system has them, else a copy that keeps holes (cp, coreutils), else a
 * plain copy. A copy that fails leaves nothing.
 */
export async function copyImage(from: string, to: string, signal?: AbortSignal): Promise<void> {
  await checkReadable(from);
  try {
    try {
      await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    } catch {
      // No reflinks between these two places: the program below knows how to keep holes.
      await runProgram(
        'cp',
        ['--sparse=always', '--no-preserve=mode', '--', from, to],
        signal === undefined ? {} : { signal },
      );
    }
  } catch (error) {
    await unlink(to).catch((cleanup: NodeJS.ErrnoException) => {
      if (cleanup.code !== 'ENOENT') throw cleanup;
    });
    if (error instanceof Fault && error.code === 'no-space') throw diskFull(to, 'written', error);
    throw fileFault(error, to, 'written');
  }
}
