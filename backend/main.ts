import { Fault } from './contract/fault.ts';
import { registerFaces } from './http/faces.ts';
import { createApplication } from './machines/application.ts';
import { Dispatcher } from './rpc/dispatcher.ts';
import { EventBus } from './rpc/event-bus.ts';
import { IdleExit } from './rpc/idle-exit.ts';
import { logToStderr as log } from './rpc/log.ts';
import { acceptPorts, type ParentPort, serveOnPorts } from './rpc/port-server.ts';
import { findProduct } from './rpc/product.ts';
import { proxyPorts } from './rpc/proxy.ts';
import { registerSession } from './rpc/session.ts';
import { serveUnix } from './rpc/unix-server.ts';
import { acquireLock, type BackendLock } from './store/lock.ts';
import { backendLock, backendSocket, type Folders, prepareFolders, resolveFolders } from './store/paths.ts';

/** How long a clean end may take before the process just ends; guests do not mind. */
const CLOSE_TIMEOUT_MS = 5000;

/** Electron's utility process has it; plain Node does not. */
function findParentPort(): ParentPort | undefined {
  return 'parentPort' in process ? (process.parentPort as ParentPort) : undefined;
}

/** `--idle-exit=SECONDS`: end when nobody was connected and no guest ran for that long. */
function idleExitMs(): number | null {
  const flag = process.argv.find((argument) => argument.startsWith('--idle-exit='));
  const seconds = Number(flag?.slice('--idle-exit='.length));
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
}

/** The one line on standard output, for whoever started us. */
function announce(parent: ParentPort | undefined, message: object): void {
  // Whoever started us may have gone away without reading it.
  process.stdout.on('error', () => undefined);
  process.stdout.write(`${JSON.stringify(message)}\n`);
  parent?.postMessage(message);
}

async function run(folders: Folders, lock: BackendLock, parent: ParentPort | undefined): Promise<void> {
  const product = findProduct(import.meta.url);
  const stack = new AsyncDisposableStack();
  stack.use(lock);

  let ending = false;
  const end = (why: string): void => {
    if (ending) return;
    ending = true;
    log('info', 'ending', { why });
    setTimeout(() => {
      log('error', 'did not end in time');
      process.exit(1);
    }, CLOSE_TIMEOUT_MS).unref();
    stack.disposeAsync().then(
      () => process.exit(0),
      (error: unknown) => crash('closing failed', error),
    );
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('SIGINT'));

  const events = new EventBus();
  const dispatcher = new Dispatcher({
    events,
    checkOutput: import.meta.url.endsWith('.ts') || process.env.NODE_ENV === 'test',
    onInternal: (request, fault) => log('error', 'a request failed', { request, detail: fault.detail }),
  });
  const application = stack.use(await createApplication({ folders, events, dispatcher, log }));
  registerSession(dispatcher, {
    version: product.version,
    startedAt: Date.now(),
    retire: () => end('asked to retire'),
  });
  stack.use(
    registerFaces({
      dispatcher,
      openStream: application.openStream,
      rendererFolder: product.rendererFolder,
      folders,
      log,
    }),
  );
  dispatcher.assertComplete();

  const idleMs = idleExitMs();
  const idle =
    idleMs === null
      ? undefined
      : stack.use(
          new IdleExit({
            afterMs: idleMs,
            isNeeded: () => application.isNeeded(),
            exit: () => end('idle'),
          }),
        );
  const server = stack.use(
    await serveUnix({
      path: backendSocket(folders),
      lock,
      dispatcher,
      openStream: application.openStream,
      onConnections: (count) => idle?.connections(count),
    }),
  );
  if (parent !== undefined) acceptPorts(parent, serveOnPorts(dispatcher, application.openStream));
  idle?.connections(server.connectionCount);
  log('info', 'ready', { pid: process.pid, socket: server.path, version: product.version });
  announce(parent, {
    type: 'ready',
    pid: process.pid,
    socket: server.path,
    version: product.version,
    proxy: false,
  });
}

/** Another back end holds the data folder: be a relay to it, so that there is still one owner of every machine. */
function runAsProxy(folders: Folders, parent: ParentPort): void {
  const socket = backendSocket(folders);
  acceptPorts(
    parent,
    proxyPorts(socket, () => {
      log('warning', 'the other back end is gone', { socket });
      process.exit(1);
    }),
  );
  process.on('SIGTERM', () => process.exit(0));
  log('info', 'ready as a proxy', { pid: process.pid, socket });
  announce(parent, {
    type: 'ready',
    pid: process.pid,
    socket,
    version: findProduct(import.meta.url).version,
    proxy: true,
  });
}

function crash(what: string, error: unknown): void {
  const fault = Fault.from(error);
  log('error', what, {
    code: fault.code,
    message: fault.message,
    remedy: fault.remedy,
    detail: fault.detail,
  });
  process.exit(1);
}

process.on('uncaughtException', (error) => crash('uncaught error', error));
process.on('unhandledRejection', (error) => crash('unhandled rejection', error));

const parent = findParentPort();
try {
  const folders = resolveFolders(process.env);
  await prepareFolders(folders);
  let lock: BackendLock | undefined;
  try {
    lock = await acquireLock(backendLock(folders));
  } catch (error) {
    if (parent === undefined || Fault.from(error).code !== 'already-running') throw error;
  }
  if (lock !== undefined) await run(folders, lock, parent);
  else if (parent !== undefined) runAsProxy(folders, parent);
} catch (error) {
  announce(parent, { type: 'failed', fault: Fault.from(error).toShape() });
  crash('could not start', error);
}
