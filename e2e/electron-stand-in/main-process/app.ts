import { EventEmitter } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Chromium, openChromium } from './chromium.ts';
import { PreventableEvent, strict } from './strict.ts';

interface OpenWindow {
  close(): void;
  isDestroyed(): boolean;
}

/** Where a second program leaves its arguments for the first; then it signals. */
const LOCK = 'SingletonLock';
const ARGUMENTS = 'SecondInstance';

class App extends EventEmitter {
  readonly name = 'Innkeeper';
  readonly isPackaged = false;
  readonly #paths = new Map<string, string>([
    ['home', homedir()],
    ['temp', tmpdir()],
    ['downloads', process.env.INNKEEPER_E2E_DOWNLOADS ?? tmpdir()],
  ]);
  #ready: Promise<void> | null = null;
  #isReady = false;
  #locked = false;
  #leaving = false;

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }
  setPath(name: string, path: string): void {
    mkdirSync(path, { recursive: true });
    this.#paths.set(name, path);
  }
  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`The Electron stand-in has no app.getPath('${name}')`);
    return path;
  }
  isReady(): boolean {
    return this.#isReady;
  }
  whenReady(): Promise<void> {
    this.#ready ??= this.#start();
    return this.#ready;
  }

  requestSingleInstanceLock(): boolean {
    const lock = join(this.getPath('userData'), LOCK);
    const argumentsFile = join(this.getPath('userData'), ARGUMENTS);
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(readFileSync(lock, 'utf8'));
      if (isAlive(holder)) {
        writeFileSync(argumentsFile, JSON.stringify(process.argv));
        process.kill(holder, 'SIGUSR2');
        return false;
      }
      writeFileSync(lock, String(process.pid));
    }
    this.#locked = true;
    process.on('SIGUSR2', () => {
      const argv: unknown = JSON.parse(readFileSync(argumentsFile, 'utf8'));
      this.emit('second-instance', new PreventableEvent(), argv, process.cwd());
    });
    return true;
  }

  /** As Electron does: before-quit, every window closes, will-quit, quit; any of them may prevent it. */
  quit(): void {
    if (this.#leaving) return;
    const before = new PreventableEvent();
    this.emit('before-quit', before);
    if (before.defaultPrevented) return;
    for (const window of openWindows) window.close();
    if ([...openWindows].some((window) => !window.isDestroyed())) return;
    const will = new PreventableEvent();
    this.emit('will-quit', will);
    if (!will.defaultPrevented) this.exit(0);
  }

  exit(code = 0): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.emit('quit', {}, code);
    if (this.#locked) rmSync(join(this.getPath('userData'), LOCK), { force: true });
    const closed = browser === null ? Promise.resolve() : browser.close();
    closed.then(
      () => process.exit(code),
      (error: unknown) => {
        console.error('Chromium did not close:', error);
        process.exit(code === 0 ? 1 : code);
      },
    );
  }

  async #start(): Promise<void> {
    browser = await openChromium(process.env);
    this.#isReady = true;
    this.emit('ready');
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

let browser: Chromium | null = null;
export const openWindows = new Set<OpenWindow>();
export const theApp = new App();
export const app = strict('app', theApp);

export function theChromium(): Chromium {
  if (browser === null) throw new Error('A window cannot be made before the app is ready');
  return browser;
}

process.on('SIGTERM', () => theApp.quit());
process.on('SIGINT', () => theApp.quit());
