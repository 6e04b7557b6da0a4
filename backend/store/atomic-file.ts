import { randomBytes } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Fault } from '../contract/fault.ts';

/**
 * Replaces a file whole: written beside it, fsynced, renamed over it, the folder fsynced. After a power cut the
 * file is the old one or the new one, never half of either. A full disk leaves the old one untouched.
 */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o600,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.part`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await unlink(temporary).catch((cleanup: NodeJS.ErrnoException) => {
      if (cleanup.code !== 'ENOENT') throw cleanup;
    });
    throw fileFault(error, path, 'written');
  }
}

/** Makes a rename or an unlink in the folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The parsed file, or undefined where there is none. Throws a Fault that names the file when it is not JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileFault(error, path, 'read');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Fault(
      {
        code: 'bad-input',
        message: `${path} is not readable JSON (${(error as Error).message}).`,
        remedy: 'Mend it in an editor or put a backup in its place; Innkeeper leaves it as it is.',
      },
      { cause: error },
    );
  }
}

export function diskFull(path: string, verb: 'read' | 'written' | 'made', cause?: unknown): Fault {
  return new Fault(
    {
      code: 'no-space',
      message: `${path} could not be ${verb}: the disk is full.`,
      remedy: 'Free some space on that disk and try again; nothing was changed.',
    },
    { cause },
  );
}

/** A file-system error in words a person can act on. */
export function fileFault(error: unknown, path: string, verb: 'read' | 'written' | 'made'): Fault {
  if (error instanceof Fault) return error;
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, verb, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new Fault(
        {
          code: 'no-permission',
          message: `${path} could not be ${verb}: you have no permission.`,
          remedy: `Give yourself access, for example: chmod u+rw '${path}'`,
        },
        { cause: error },
      );
    case 'ENOENT':
    case 'ENOTDIR':
      return new Fault(
        {
          code: 'not-found',
          message: `There is no file ${path}.`,
          remedy: 'Check the path, or put the file back.',
        },
        { cause: error },
      );
    default:
      return new Fault(
        {
          code: 'internal',
          message: `${path} could not be ${verb}: ${(error as Error).message}.`,
          remedy: 'Check the disk it is on.',
        },
        { cause: error },
      );
  }
}
