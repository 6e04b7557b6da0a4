import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { DesktopSettings } from '../desktop-settings.ts';
import { START_URL } from '../protocol/app-url.ts';
import { fitBounds, MIN_HEIGHT, MIN_WIDTH } from './fit-bounds.ts';

/** The tokens' `--bg`, so that the window does not flash before the renderer draws. */
const background = { light: '#f6f6f4', dark: '#161716' };
/** Moves and resizes come in bursts; the last is written after this, ms. */
const SETTLE = 500;
/** A renderer that crashes more often than this in a row stays down, and the person decides. */
const MAX_RELOADS = 3;
/** One that lived so long had not crashed "in a row", ms. */
const RELOAD_CALM = 60_000;

export interface MainWindowOptions {
  readonly preload: string;
  readonly settings: DesktopSettings;
  /** The renderer crashes again and again. */
  readonly onRendererLost: (reason: string) => void;
}

/** The one window. It is shown when the renderer has drawn, and comes back where it was. */
export function createMainWindow({ preload, settings, onRendererLost }: MainWindowOptions): BrowserWindow {
  const remembered = settings.values.window;
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  const window = new BrowserWindow({
    ...fitBounds(
      remembered,
      [main, ...others].map(({ workArea }) => workArea),
    ),
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    title: 'Innkeeper',
    backgroundColor: backgroundNow(),
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
      // The guest's screen goes on in a window that is covered.
      backgroundThrottling: false,
    },
  });
  // The menu exists for its accelerators: a bar that appears on Alt would take Alt from the guest.
  window.setMenuBarVisibility(false);
  window.once('ready-to-show', () => {
    if (remembered?.maximised) window.maximize();
    window.show();
  });
  followTheme(window);
  rememberBounds(window, settings);
  reloadAfterCrash(window, onRendererLost);
  return window;
}

export async function loadRenderer(window: BrowserWindow): Promise<void> {
  await window.loadURL(START_URL);
}

export function bringToFront(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function backgroundNow(): string {
  return nativeTheme.shouldUseDarkColors ? background.dark : background.light;
}

function followTheme(window: BrowserWindow): void {
  const follow = (): void => window.setBackgroundColor(backgroundNow());
  nativeTheme.on('updated', follow);
  window.once('closed', () => nativeTheme.off('updated', follow));
}

function rememberBounds(window: BrowserWindow, settings: DesktopSettings): void {
  let timer: NodeJS.Timeout | undefined;
  const remember = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isFullScreen()) return;
    settings.change({ window: { ...window.getNormalBounds(), maximised: window.isMaximized() } });
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(remember, SETTLE);
  };
  window.on('resize', soon);
  window.on('move', soon);
  window.on('maximize', soon);
  window.on('unmaximize', soon);
  window.on('close', remember);
  window.once('closed', () => clearTimeout(timer));
}

function reloadAfterCrash(window: BrowserWindow, onRendererLost: (reason: string) => void): void {
  let reloads = 0;
  let last = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit') return;
    console.error(`The renderer is gone: ${reason}`);
    const now = performance.now();
    reloads = now - last > RELOAD_CALM ? 1 : reloads + 1;
    last = now;
    if (reloads > MAX_RELOADS) onRendererLost(reason);
    else window.webContents.reload();
  });
}
