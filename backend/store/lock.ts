import { createHash, randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { Fault } from '../contract/fault.ts';

/** Holds the data folder for as long as this process lives, or until it is disposed of. */
export interface BackendLock extends AsyncDisposable {
  readonly path: string;
}

/** How long the holder may take to say who it is, ms. */
const WHO_TIMEOUT_MS = 1000;

/**
 * One back end per data folder, by a socket in Linux's abstract namespace (unix(7), "Abstract sockets"): binding is one
 * atomic step in the kernel, and the name is free again the moment its process is gone, however it went. Nothing is
 * left to clean up, and there is no moment in which two can win.
 *
 * The socket's name comes from a random key in the lock file, which is written once and never replaced, so that no other
 * user can guess and squat it; and from the file's inode, so that a copied data folder is a folder of its own.
 * The abstract namespace is per network namespace: two containers that share a data folder do not see each other here.
 *
 * Throws the fault 'already-running' when another process holds it.
 */
export async function acquireLock(path: string): Promise<BackendLock> {
  const name = await socketName(path).catch((error: unknown) => {
    throw cannotLock(path, error);
  });
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${process.pid}\n`);
  });
  try {
    await listen(server, name);
  } catch (error) {
    if (!hasCode(error, 'EADDRINUSE')) throw error;
    throw alreadyRunning(path, await askHolder(name));
  }
  server.unref();
  return {
    path,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

function cannotLock(path: string, cause: unknown): Fault {
  const full = hasCode(cause, 'ENOSPC') || hasCode(cause, 'EDQUOT');
  const denied = hasCode(cause, 'EACCES') || hasCode(cause, 'EPERM') || hasCode(cause, 'EROFS');
  if (!full && !denied) return Fault.from(cause);
  return new Fault(
    {
      code: full ? 'no-space' : 'no-permission',
      message: full
        ? `The disk that holds ${dirname(path)} is full.`
        : `You may not write into the data folder ${dirname(path)}.`,
      remedy: full ? 'Free some space and try again.' : 'Make it writable for you, or set INNKEEPER_HOME.',
    },
    { cause },
  );
}

function alreadyRunning(path: string, pid: string | null): Fault {
  const holder = pid === null ? 'another Innkeeper back end' : `another Innkeeper back end (process ${pid})`;
  return new Fault({
    code: 'already-running',
    message: `The data folder ${dirname(path)} is held by ${holder}.`,
    remedy: 'Use the one that runs, or stop it first; or set INNKEEPER_HOME to another folder.',
  });
}

async function socketName(path: string): Promise<string> {
  const key = await readOrMakeKey(path);
  const { dev, ino } = await stat(path, { bigint: true });
  const digest = createHash('sha256').update(`${key}\0${dev}\0${ino}`).digest('hex');
  // The leading NUL is what makes it abstract.
  return `\0innkeeper-${digest.slice(0, 40)}`;
}

/** The first to link its key into place decides; everyone reads that one. */
async function readOrMakeKey(path: string): Promise<string> {
  const existing = await readKey(path);
  if (existing !== null) return existing;
  const draft = join(dirname(path), `.backend.lock.${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(24).toString('hex')}\n`);
    await file.sync();
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
  const agreed = await readKey(path);
  if (agreed === null) throw new Error(`The lock file ${path} disappeared while it was being made.`);
  return agreed;
}

async function readKey(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return null;
    throw error;
  }
}

function listen(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path: name }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** The process id the holder gives; null when it does not answer (it may just have ended, or be stopped). */
function askHolder(name: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect({ path: name });
    socket.setEncoding('utf8');
    socket.setTimeout(WHO_TIMEOUT_MS, () => socket.destroy());
    socket.on('data', (text: string) => {
      answer = (answer + text).slice(0, 32);
    });
    // 'close' follows; a holder that went away meanwhile simply has no name.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => resolve(/^(\d+)\n$/.exec(answer)?.[1] ?? null));
  });
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
