import { type ChildProcess, spawn } from 'node:child_process';
import { chromium, type Page } from 'playwright';
import type { ControlName, ControlReply, Controls } from './control-messages.ts';
import type { Desktop } from './desktop.ts';
import { dropFilesOn } from './drop-files.ts';

const register = new URL('./main-process/register.ts', import.meta.url).href;
/** Chromium and the back end start in a few seconds on a loaded two-core machine, ms. */
const OPEN_TIMEOUT = 60_000;
/** Leaving asks the back end to end, which may take 3 s, ms. */
const CLOSE_TIMEOUT = 15_000;

/** Runs main on plain Node with the stand-in of Electron's API, and attaches to the Chromium it opened. */
export async function launchStandIn(mainFile: string, env: Record<string, string>): Promise<Desktop> {
  // Type stripping and module hooks as in Node 24, which is what runs the tests too.
  const child = spawn(process.execPath, ['--import', register, mainFile], {
    env: { ...env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const main = new MainProcess(child);
  try {
    const debugPort = await main.opened;
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${debugPort}`);
    const page = browser.contexts()[0]?.pages()[0];
    if (page === undefined) throw new Error('Chromium shows no page');
    return desktop(main, page);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`The desktop face did not open: ${error}\n${main.output}`, { cause: error });
  }
}

/** Starts main a second time with the same folders and waits until it is gone, as it must be. */
export async function launchSecond(mainFile: string, env: Record<string, string>): Promise<number | null> {
  const child = spawn(process.execPath, ['--import', register, mainFile], {
    env: { ...env, NODE_OPTIONS: '' },
    stdio: 'ignore',
  });
  return await new Promise((resolve) => child.once('exit', resolve));
}

class MainProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly opened: Promise<number>;
  output = '';
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    this.exited = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    const opened = Promise.withResolvers<number>();
    this.opened = opened.promise;
    const timer = setTimeout(() => opened.reject(new Error('no window within a minute')), OPEN_TIMEOUT);
    child.on('message', (message: ControlReply) => {
      if (message.type === 'opened') {
        clearTimeout(timer);
        opened.resolve(message.debugPort);
        return;
      }
      const waiter = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if ('error' in message) waiter?.reject(new Error(message.error));
      else waiter?.resolve(message.value);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      const gone = new Error(`main ended with code ${code}`);
      opened.reject(gone);
      for (const waiter of this.#waiting.values()) waiter.reject(gone);
      this.#waiting.clear();
    });
  }

  async control<N extends ControlName>(
    name: N,
    ...args: Parameters<Controls[N]>
  ): Promise<Awaited<ReturnType<Controls[N]>>> {
    const id = ++this.#lastId;
    const waiter = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiter);
    this.child.send({ id, name, args });
    return (await waiter.promise) as Awaited<ReturnType<Controls[N]>>;
  }
}

function desktop(main: MainProcess, page: Page): Desktop {
  const { pid } = main.child;
  if (pid === undefined) throw new Error('main has no process id');
  const close = async (): Promise<void> => {
    if (main.child.exitCode !== null || main.child.signalCode !== null) return;
    const timer = setTimeout(() => main.child.kill('SIGKILL'), CLOSE_TIMEOUT);
    // The answer may get lost as main goes; that it is gone is what counts.
    if (main.child.connected) main.child.send({ id: 0, name: 'quit', args: [] });
    await main.exited;
    clearTimeout(timer);
  };
  return {
    runtime: 'stand-in',
    page,
    mainPid: pid,
    exited: main.exited,
    output: () => main.output,
    async window() {
      const facts = await main.control('window');
      if (facts === null) throw new Error('There is no window');
      return facts;
    },
    resizeWindow: (size) => main.control('resize', size),
    closeWindow: () => main.control('closeWindow'),
    setDark: (on) => main.control('setDark', on),
    answerDialog: (answer) => main.control('answerDialog', answer),
    dialogs: () => main.control('dialogs'),
    menuIds: () => main.control('menuIds'),
    chooseMenu: (id) => main.control('chooseMenu', id),
    notifications: () => main.control('notifications'),
    clickNotification: (index) => main.control('clickNotification', index),
    async permission(name) {
      const { requested, checked } = await main.control('permission', name);
      return requested || checked;
    },
    reaches: (url) => main.control('reaches', url),
    callAs: (sender, channel, input) => main.control('callAs', sender, channel, input),
    async dropFiles(target, paths) {
      await main.control('knowPaths', paths);
      await dropFilesOn(page, target, paths);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
