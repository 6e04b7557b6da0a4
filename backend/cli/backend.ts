import { spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Fault, faultShape } from '../contract/fault.ts';
import { findProduct } from '../rpc/product.ts';
import { UnixClient } from '../rpc/unix-client.ts';
import { backendLog, backendSocket, type Folders, prepareFolders, resolveFolders } from '../store/paths.ts';

/** It is ready in well under a second; a machine that is very busy may take longer. ms */
const START_TIMEOUT_MS = 15_000;
/** How long another back end that holds the folder may take until it answers, ms. */
const OTHER_TIMEOUT_MS = 5000;
/** A back end that was started for a command ends when it has had nothing to do for this long. */
const IDLE_EXIT_SECONDS = 60;
const LOG_TAIL_LINES = 8;

/** A connection to the back end that holds the data folder; starts one when none answers. */
export async function connectBackend(env: NodeJS.ProcessEnv, moduleUrl: string): Promise<UnixClient> {
  const folders = resolveFolders(env);
  const running = await tryConnect(folders);
  if (running !== null) return greet(running);
  await prepareFolders(folders);
  const failed = await startBackend(folders, env, findProduct(moduleUrl).backendEntry);
  // Somebody else was faster: theirs is as good, once it answers.
  if (failed !== null && failed.code !== 'already-running') throw failed;
  const deadline = performance.now() + OTHER_TIMEOUT_MS;
  for (;;) {
    const client = await tryConnect(folders);
    if (client !== null) return greet(client);
    if (performance.now() > deadline) throw failed ?? silent(folders);
    await delay(50);
  }
}

async function greet(client: UnixClient): Promise<UnixClient> {
  try {
    await client.hello();
    return client;
  } catch (error) {
    await client[Symbol.asyncDispose]();
    throw error;
  }
}

async function tryConnect(folders: Folders): Promise<UnixClient | null> {
  try {
    return await UnixClient.connect({ path: backendSocket(folders) });
  } catch (error) {
    if (error instanceof Fault && error.code === 'not-found') return null;
    throw error;
  }
}

/** Starts a back end that outlives us. Null when it is ready, else why it is not. */
async function startBackend(folders: Folders, env: NodeJS.ProcessEnv, entry: string): Promise<Fault | null> {
  const logPath = backendLog(folders);
  await using log = await open(logPath, 'a', 0o600);
  const child = spawn(process.execPath, [entry, `--idle-exit=${IDLE_EXIT_SECONDS}`], {
    detached: true,
    stdio: ['ignore', 'pipe', log.fd],
    cwd: '/',
    env: {
      ...env,
      ...(env.INNKEEPER_HOME ? { INNKEEPER_HOME: resolve(env.INNKEEPER_HOME) } : {}),
    },
  });
  const failedToSpawn = new Promise<Fault>((resolveSpawn) => {
    child.once('error', (error) => resolveSpawn(couldNotStart(logPath, error.message)));
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('The back end was started without a pipe.');
  const line = await Promise.race([failedToSpawn, firstLine(stdout, START_TIMEOUT_MS)]);
  stdout.destroy();
  child.unref();
  if (line instanceof Fault) return line;
  if (line === null) return couldNotStart(logPath, await logTail(logPath));
  const message: unknown = JSON.parse(line);
  const fault =
    typeof message === 'object' && message !== null && 'fault' in message
      ? faultShape.safeParse(message.fault)
      : undefined;
  return fault?.success ? new Fault(fault.data) : null;
}

/** Null when the stream ends, or the time is over, before there is a line. */
async function firstLine(stream: Readable, timeoutMs: number): Promise<string | null> {
  const signal = AbortSignal.timeout(timeoutMs);
  stream.setEncoding('utf8');
  let text = '';
  const onTimeout = (): void => {
    stream.destroy();
  };
  signal.addEventListener('abort', onTimeout, { once: true });
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      const end = text.indexOf('\n');
      if (end !== -1) return text.slice(0, end);
    }
    return null;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    signal.removeEventListener('abort', onTimeout);
  }
}

async function logTail(path: string): Promise<string> {
  const text = await readFile(path, 'utf8');
  return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}

function couldNotStart(logPath: string, detail: string): Fault {
  return new Fault({
    code: 'internal',
    message: 'The Innkeeper back end did not start.',
    remedy: `Its log tells why: ${logPath}`,
    detail,
  });
}

function silent(folders: Folders): Fault {
  return new Fault({
    code: 'timeout',
    message: `The Innkeeper back end that holds ${folders.data} does not answer at ${backendSocket(folders)}.`,
    remedy: `See its log, ${backendLog(folders)}; stop that process and try again.`,
  });
}
