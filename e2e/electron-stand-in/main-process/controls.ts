import type { ControlName, ControlReply, ControlRequest, Controls } from '../control-messages.ts';
import { theApp, theChromium } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { answerNext, shownDialogs } from './dialog.ts';
import { type InvokeEvent, invokeHandler } from './ipc-main.ts';
import { applicationItems } from './menu.ts';
import { Notification } from './notification.ts';
import { isBlocked, registered } from './session.ts';
import { theme } from './surroundings.ts';

/** The test's hand in the stand-in's main process. */

function window(): BrowserWindow {
  if (BrowserWindow.current === null) throw new Error('There is no window');
  return BrowserWindow.current;
}

function eventFrom(sender: Parameters<Controls['callAs']>[0]): InvokeEvent {
  const { face, mainFrame } = window().contents;
  const frames = {
    renderer: mainFrame,
    'child-frame': { url: mainFrame.url, parent: mainFrame },
    'navigated-away': { url: 'https://stranger.example/', parent: null },
    'other-window': { url: mainFrame.url, parent: null },
    gone: null,
  };
  return { type: 'frame', sender: face, senderFrame: frames[sender] };
}

const controls: { readonly [N in ControlName]: (...args: Parameters<Controls[N]>) => unknown } = {
  window: () => BrowserWindow.current?.facts() ?? null,
  resize: (size) => window().resizeTo(size),
  closeWindow: () => window().close(),
  quit: () => theApp.quit(),
  async setDark(on) {
    await window().contents.page.emulateMedia({ colorScheme: on ? 'dark' : 'light' });
    theme.turn(on);
  },
  answerDialog: answerNext,
  dialogs: () => shownDialogs,
  chooseMenu(id) {
    const item = applicationItems().find((candidate) => candidate.id === id);
    if (item?.click === undefined) throw new Error(`There is no menu item ${id}`);
    item.click();
  },
  menuIds: () => applicationItems().flatMap(({ id }) => id ?? []),
  notifications: () => Notification.shown.map(({ title, body }) => ({ title, body })),
  clickNotification: (index) => Notification.shown[index]?.emit('click'),
  async permission(name) {
    const { permissionRequest, permissionCheck } = registered;
    const { url } = window().contents.mainFrame;
    const ours = { requestingUrl: url, isMainFrame: true };
    // Without a handler Electron grants everything.
    const requested = await new Promise<boolean>((resolve) => {
      if (permissionRequest === null) resolve(true);
      else permissionRequest(window().contents.face, name, resolve, ours);
    });
    return {
      requested,
      checked: permissionCheck?.(window().contents.face, name, new URL('/', url).href, ours) ?? true,
    };
  },
  reaches: async (url) => !(await isBlocked(url)),
  callAs: (sender, channel, input) => invokeHandler(channel, eventFrom(sender), [input]),
  knowPaths: (paths) => window().contents.bridge?.knowPaths(paths),
};

function reply(message: ControlReply): void {
  if (process.connected) process.send?.(message);
}

async function carryOut({ id, name, args }: ControlRequest): Promise<void> {
  try {
    const control = controls[name] as (...args: readonly unknown[]) => unknown;
    reply({ type: 'reply', id, value: (await control(...args)) ?? null });
  } catch (error) {
    reply({ type: 'reply', id, error: error instanceof Error ? error.message : String(error) });
  }
}

process.on('message', (message: ControlRequest) => void carryOut(message));
// The test that started us is gone.
process.on('disconnect', () => theApp.exit(1));

theApp.once('renderer-loaded', () => reply({ type: 'opened', debugPort: theChromium().debugPort }));
