import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';

/** Programs that a Debian or Ubuntu always has, and that a person's PATH may not reach (/usr/sbin). */
const extraFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** The full path of a program, or null. */
export async function findProgram(name: string, path = process.env.PATH ?? ''): Promise<string | null> {
  for (const folder of [...path.split(':').filter((part) => part !== ''), ...extraFolders]) {
    const candidate = join(folder, name);
    const found = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return candidate;
  }
  return null;
}
