import { EventEmitter } from 'node:events';
import type { WindowFacts } from '../control-messages.ts';
import { openWindows, theApp, theChromium } from './app.ts';
import { PreventableEvent, strict } from './strict.ts';
import { WebContents } from './web-contents.ts';

interface Options {
  readonly width?: number;
  readonly height?: number;
  readonly x?: number;
  readonly y?: number;
  readonly minWidth?: number;
  readonly minHeight?: number;
  readonly show?: boolean;
  readonly title?: string;
  readonly backgroundColor?: string;
  readonly webPreferences?: Readonly<Record<string, unknown>> & { readonly preload?: string };
}
type Bounds = WindowFacts['bounds'];

/** The window around the page, which in Chromium's case is only remembered: its size is the page's. */
export class BrowserWindow extends EventEmitter {
  static current: BrowserWindow | null = null;
  readonly #contents: WebContents;
  readonly #options: Options;
  #bounds: Bounds;
  #backgroundColor: string;
  #maximised = false;
  #minimised = false;
  #fullScreen = false;
  #visible: boolean;
  #focused = false;
  #destroyed = false;

  constructor(options: Options = {}) {
    super();
    if (BrowserWindow.current !== null) throw new Error('The Electron stand-in has one window');
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, preload } = options.webPreferences ?? {};
    if (sandbox !== true || contextIsolation === false || nodeIntegration === true || webSecurity === false) {
      throw new Error('The Electron stand-in only shows pages that are sandboxed and isolated');
    }
    const { width = 800, height = 600, x = 0, y = 0 } = options;
    this.#options = options;
    this.#bounds = { x, y, width, height };
    this.#visible = options.show !== false;
    this.#backgroundColor = options.backgroundColor ?? '#fff';
    this.#contents = new WebContents(theChromium(), String(preload));
    this.#contents.page.on('close', () => this.#closed());
    const face = strict('BrowserWindow', this);
    openWindows.add(face);
    BrowserWindow.current = this;
    // biome-ignore lint/correctness/noConstructorReturn: main must get the object that names what is missing.
    return face;
  }

  get webContents(): WebContents {
    return this.#contents.face;
  }
  /** The same without the guard, for the controls. */
  get contents(): WebContents {
    return this.#contents;
  }

  async loadURL(url: string): Promise<void> {
    await this.#fitPage();
    await this.#contents.load(url);
    this.emit('ready-to-show');
    // Not Electron's: tells the test that it can attach.
    theApp.emit('renderer-loaded');
  }
  close(): void {
    if (this.#destroyed) return;
    const event = new PreventableEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy(): void {
    void this.#contents.page.close();
    this.#closed();
  }
  isDestroyed(): boolean {
    return this.#destroyed;
  }

  show(): void {
    this.#visible = true;
    this.focus();
  }
  hide(): void {
    this.#visible = false;
    this.#focused = false;
  }
  focus(): void {
    this.#focused = true;
    this.emit('focus');
  }
  isMinimized(): boolean {
    return this.#minimised;
  }
  restore(): void {
    this.#minimised = false;
  }
  maximize(): void {
    this.#maximised = true;
    this.emit('maximize');
  }
  isMaximized(): boolean {
    return this.#maximised;
  }
  setFullScreen(on: boolean): void {
    this.#fullScreen = on;
    this.emit(on ? 'enter-full-screen' : 'leave-full-screen');
  }
  isFullScreen(): boolean {
    return this.#fullScreen;
  }
  getNormalBounds(): Bounds {
    return this.#bounds;
  }
  setBackgroundColor(color: string): void {
    this.#backgroundColor = color;
  }
  setMenuBarVisibility(_visible: boolean): void {}

  /** What a person does with the mouse. */
  async resizeTo(size: { readonly width: number; readonly height: number }): Promise<void> {
    this.#bounds = { ...this.#bounds, ...size };
    await this.#fitPage();
    this.emit('resize');
  }

  facts(): WindowFacts {
    return {
      bounds: this.#bounds,
      minimum: { width: this.#options.minWidth ?? 0, height: this.#options.minHeight ?? 0 },
      maximised: this.#maximised,
      fullScreen: this.#fullScreen,
      visible: this.#visible,
      focused: this.#focused,
      backgroundColor: this.#backgroundColor,
      webPreferences: this.#options.webPreferences ?? {},
    };
  }

  async #fitPage(): Promise<void> {
    const { width, height } = this.#bounds;
    await this.#contents.page.setViewportSize({ width, height });
  }

  #closed(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    openWindows.clear();
    BrowserWindow.current = null;
    this.emit('closed');
    theApp.emit('window-all-closed');
  }
}
