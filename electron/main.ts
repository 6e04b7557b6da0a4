import { join } from 'node:path';
import { app, type BrowserWindow, ipcMain, session } from 'electron';
import { Fault } from '../backend/contract/fault.ts';
import { BackendHost } from './backend-host/backend-host.ts';
import { LogFile } from './backend-host/log-file.ts';
import { DesktopSettings } from './desktop-settings.ts';
import { desktopFolders } from './folders.ts';
import { handleAll } from './ipc/handle.ts';
import { joinPorts } from './ipc/ports.ts';
import { registerAppScheme, serveApp } from './protocol/app-protocol.ts';
import { hardenContents, hardenSession } from './security/harden.ts';
import { isFromRenderer } from './security/sender.ts';
import { chooseFile, saveFile, showInFolder } from './shell/files.ts';
import { installLeaving } from './shell/leaving.ts';
import { installMenu } from './shell/menu.ts';
import { notify } from './shell/notifications.ts';
import { askToRetry, showTrouble } from './shell/trouble.ts';
import { bringToFront, createMainWindow, loadRenderer } from './windows/main-window.ts';

// The built folder: main.js and preload.cjs in dist/electron, beside dist/backend and dist/renderer.
const dist = join(import.meta.dirname, '..');
const folders = desktopFolders(process.env);

// Chromium's profile, and with it the single-instance lock: one window for each set of folders.
app.setPath('userData', join(folders.settings, 'desktop'));
app.enableSandbox();
registerAppScheme();
process.on('unhandledRejection', showTrouble);

if (app.requestSingleInstanceLock()) {
  app.whenReady().then(open).catch(fail);
} else {
  app.quit();
}

async function open(): Promise<void> {
  hardenSession(session.defaultSession);
  hardenContents(app);
  serveApp(session.defaultSession.protocol, join(dist, 'renderer'));

  const backend = new BackendHost({
    modulePath: join(dist, 'backend', 'main.js'),
    env: process.env,
    log: new LogFile(join(folders.data, 'backend.log')),
    onGivenUp: (fault, retry) => void decide(fault, retry),
  });
  backend.start();

  const settings = new DesktopSettings(folders.settings);
  const window = createMainWindow({
    preload: join(dist, 'electron', 'preload.cjs'),
    settings,
    onRendererLost: (reason) =>
      void decide(
        new Fault({ code: 'internal', message: `Innkeeper's window keeps crashing (${reason}).` }),
        () => window.webContents.reload(),
      ),
  });
  handleCalls(window, backend);
  installMenu(window, { developer: !app.isPackaged });
  installLeaving({ app, window, backend, settings });
  app.on('second-instance', () => bringToFront(window));
  await loadRenderer(window);
}

function handleCalls(window: BrowserWindow, backend: BackendHost): void {
  handleAll(ipcMain, (event) => isFromRenderer(event, window), {
    'desktop.choose-file': (input) => chooseFile(window, input),
    'desktop.save-file': (input) => saveFile(window, app.getPath('downloads'), input),
    'desktop.show-in-folder': ({ path }) => {
      showInFolder(path);
      return null;
    },
    'desktop.set-full-screen': ({ on }) => {
      window.setFullScreen(on);
      return null;
    },
    'desktop.notify': ({ title, body }) => {
      notify(title, body, () => bringToFront(window));
      return null;
    },
    'desktop.connect': async ({ token }, { sender }) => {
      await joinPorts(backend, sender, token, { type: 'connect' });
      return null;
    },
    'desktop.open-stream': async ({ token, target }, { sender }) => {
      await joinPorts(backend, sender, token, { type: 'stream', target });
      return null;
    },
  });
}

async function decide(fault: Fault, retry: () => void): Promise<void> {
  if (await askToRetry(fault)) retry();
  else app.exit(1);
}

function fail(error: unknown): void {
  showTrouble(error);
  app.exit(1);
}
