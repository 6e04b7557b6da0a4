import { type App, type BrowserWindow, dialog } from 'electron';
import type { BackendHost } from '../backend-host/backend-host.ts';
import { guestsOn } from '../backend-host/guests-on.ts';
import type { DesktopSettings } from '../desktop-settings.ts';

export interface LeavingOptions {
  readonly app: App;
  readonly window: BrowserWindow;
  readonly backend: BackendHost;
  readonly settings: DesktopSettings;
}

/**
 * Closing the window leaves Innkeeper: guests go on without it, which the person is told once; then the back end ends,
 * then the program.
 */
export function installLeaving({ app, window, backend, settings }: LeavingOptions): void {
  let stage: 'staying' | 'asking' | 'leaving' = 'staying';

  const leave = async (): Promise<void> => {
    stage = 'asking';
    try {
      if (!(await mayLeave(window, backend, settings))) {
        stage = 'staying';
        return;
      }
    } catch (error) {
      stage = 'staying';
      throw error;
    }
    stage = 'leaving';
    window.hide();
    await backend[Symbol.asyncDispose]();
    app.quit();
  };

  window.on('close', (event) => {
    if (stage === 'leaving') return;
    event.preventDefault();
    if (stage === 'staying') void leave();
  });
  app.on('before-quit', (event) => {
    if (stage === 'leaving') return;
    event.preventDefault();
    if (stage === 'staying') void leave();
  });
  app.on('window-all-closed', () => app.quit());
}

async function mayLeave(
  window: BrowserWindow,
  backend: BackendHost,
  settings: DesktopSettings,
): Promise<boolean> {
  if (settings.values.saidGuestsGoOn) return true;
  const names = await guestsOn(backend);
  if (names === null || names.length === 0) return true;
  const one = names.length === 1;
  const { response } = await dialog.showMessageBox(window, {
    type: 'info',
    title: 'Innkeeper',
    message: one ? `${names[0]} goes on running` : `${names.length} machines go on running`,
    detail: `Innkeeper can close without stopping ${one ? 'it' : 'them'}, and finds ${one ? 'it' : 'them'} again when it opens. This is said only once.`,
    buttons: ['Close Innkeeper', 'Stay'],
    defaultId: 0,
    cancelId: 1,
    noLink: true,
  });
  if (response !== 0) return false;
  settings.change({ saidGuestsGoOn: true });
  return true;
}
