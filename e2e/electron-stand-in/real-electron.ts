import { spawn } from 'node:child_process';
import { _electron, type ElectronApplication } from 'playwright';
import type {
  DialogAnswer,
  Sender,
  ShownDialog,
  ShownNotification,
  WindowFacts,
} from './control-messages.ts';
import type { Desktop } from './desktop.ts';
import { dropFilesOn } from './drop-files.ts';

/** What the test leaves in Electron's main process: it answers dialogs and keeps notifications, as a person would see them. */
interface Witness {
  readonly answers: DialogAnswer[];
  readonly dialogs: ShownDialog[];
  readonly notifications: (ShownNotification & { emit(name: string): boolean })[];
}
type WithWitness = typeof globalThis & { innkeeperWitness: Witness };

/** Electron's names of permissions that a page can ask the state of, and the Permissions API's names for them. */
const pageNames: Readonly<Record<string, string>> = {
  media: 'camera',
  geolocation: 'geolocation',
  notifications: 'notifications',
  'clipboard-read': 'clipboard-read',
  midi: 'midi',
};

/** Runs main in Electron itself, through Playwright's `_electron`. */
export async function launchElectron(
  executablePath: string,
  mainFile: string,
  env: Record<string, string>,
): Promise<Desktop> {
  const app = await _electron.launch({
    executablePath,
    args: electronArguments(mainFile),
    env,
  });
  let output = '';
  const main = app.process();
  for (const stream of [main.stdout, main.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => main.once('exit', (code) => resolve(code)));
  await app.evaluate(installWitness);
  const page = await app.firstWindow();
  await page.waitForLoadState('load');
  const close = async (): Promise<void> => {
    if (main.exitCode === null && main.signalCode === null) await app.close();
  };
  return {
    runtime: 'electron',
    page,
    mainPid: main.pid ?? 0,
    exited,
    output: () => output,
    window: () => app.evaluate(windowFacts),
    resizeWindow: (size) =>
      app.evaluate(({ BrowserWindow }, { width, height }) => {
        BrowserWindow.getAllWindows()[0]?.setSize(width, height);
      }, size),
    closeWindow: () => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close()),
    setDark: (on) =>
      app.evaluate(({ nativeTheme }, dark) => {
        nativeTheme.themeSource = dark ? 'dark' : 'light';
      }, on),
    answerDialog: (answer) =>
      app.evaluate((_, next) => void (globalThis as WithWitness).innkeeperWitness.answers.push(next), answer),
    dialogs: () => app.evaluate(() => (globalThis as WithWitness).innkeeperWitness.dialogs),
    menuIds: () =>
      app.evaluate(({ Menu }) =>
        (Menu.getApplicationMenu()?.items ?? []).flatMap((top) =>
          (top.submenu?.items ?? []).flatMap(({ id }) => id || []),
        ),
      ),
    chooseMenu: (id) =>
      app.evaluate(({ Menu }, wanted) => Menu.getApplicationMenu()?.getMenuItemById(wanted)?.click(), id),
    notifications: () =>
      app.evaluate(() =>
        (globalThis as WithWitness).innkeeperWitness.notifications.map(({ title, body }) => ({
          title,
          body,
        })),
      ),
    clickNotification: (index) =>
      app.evaluate(
        (_, at) => void (globalThis as WithWitness).innkeeperWitness.notifications[at]?.emit('click'),
        index,
      ),
    async permission(name) {
      const pageName = pageNames[name];
      if (pageName === undefined) throw new Error(`A page cannot ask for the state of ${name}`);
      const state = await page.evaluate(
        async (wanted) => (await navigator.permissions.query({ name: wanted as PermissionName })).state,
        pageName,
      );
      return state === 'granted';
    },
    reaches: (url) =>
      app.evaluate(async ({ session }, address) => {
        try {
          await session.defaultSession.fetch(address);
          return true;
        } catch (error) {
          // What webRequest cancels fails so; every other failure means that it was let out.
          return !String(error).includes('ERR_BLOCKED_BY_CLIENT');
        }
      }, url),
    callAs: (sender, channel, input) => callAs(app, sender, channel, input),
    dropFiles: (target, paths) => dropFilesOn(page, target, paths),
    close,
    [Symbol.asyncDispose]: close,
  };
}

export async function launchSecondElectron(
  executablePath: string,
  mainFile: string,
  env: Record<string, string>,
): Promise<number | null> {
  const child = spawn(executablePath, electronArguments(mainFile), { env, stdio: 'ignore' });
  return await new Promise((resolve) => child.once('exit', resolve));
}

/** Chromium has no sandbox for root; for everybody else it stays on. */
function electronArguments(mainFile: string): string[] {
  return [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), mainFile];
}

type Main = typeof import('electron');

function installWitness({ dialog, Notification }: Main): void {
  const witness: Witness = { answers: [], dialogs: [], notifications: [] };
  (globalThis as WithWitness).innkeeperWitness = witness;
  const take = <K extends DialogAnswer['kind']>(kind: K) => {
    const index = witness.answers.findIndex((answer) => answer.kind === kind);
    return index < 0
      ? undefined
      : (witness.answers.splice(index, 1)[0] as Extract<DialogAnswer, { kind: K }>);
  };
  const seen = (kind: ShownDialog['kind'], args: readonly unknown[]) => {
    const options = args.at(-1) as Record<string, unknown>;
    witness.dialogs.push({ kind, options });
    return options;
  };
  dialog.showOpenDialog = async (...args: unknown[]) => {
    seen('open', args);
    const filePaths = [...(take('open')?.paths ?? [])];
    return { canceled: filePaths.length === 0, filePaths };
  };
  dialog.showSaveDialog = async (...args: unknown[]) => {
    seen('save', args);
    const path = take('save')?.path ?? null;
    return { canceled: path === null, filePath: path ?? '' };
  };
  dialog.showMessageBox = async (...args: unknown[]) => {
    const { cancelId, defaultId } = seen('message', args) as { cancelId?: number; defaultId?: number };
    return { response: take('message')?.button ?? cancelId ?? defaultId ?? 0, checkboxChecked: false };
  };
  dialog.showErrorBox = (title, content) => void seen('error', [{ title, content }]);
  Notification.prototype.show = function show() {
    witness.notifications.push(this);
  };
}

function windowFacts({ BrowserWindow }: Main): WindowFacts {
  const window = BrowserWindow.getAllWindows()[0];
  if (window === undefined) throw new Error('There is no window');
  const [width = 0, height = 0] = window.getMinimumSize();
  const { webContents } = window;
  const preferences = (
    webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
  ).getLastWebPreferences();
  return {
    bounds: window.getNormalBounds(),
    minimum: { width, height },
    maximised: window.isMaximized(),
    fullScreen: window.isFullScreen(),
    visible: window.isVisible(),
    focused: window.isFocused(),
    backgroundColor: window.getBackgroundColor().toLowerCase(),
    webPreferences: preferences,
  };
}

async function callAs(
  app: ElectronApplication,
  sender: Sender,
  channel: string,
  input: unknown,
): Promise<unknown> {
  return await app.evaluate(
    async ({ BrowserWindow, ipcMain }, call) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('There is no window');
      const { mainFrame } = contents;
      const frames = {
        renderer: mainFrame,
        'child-frame': { url: mainFrame.url, parent: mainFrame },
        'navigated-away': { url: 'https://stranger.example/', parent: null },
        'other-window': { url: mainFrame.url, parent: null },
        gone: null,
      };
      // Electron keeps handlers here; there is no public way to call one as somebody else.
      const { _invokeHandlers } = ipcMain as unknown as {
        _invokeHandlers: Map<string, (event: object, input: unknown) => unknown>;
      };
      const event = { type: 'frame', sender: contents, senderFrame: frames[call.sender] };
      return await _invokeHandlers.get(call.channel)?.(event, call.input);
    },
    { sender, channel, input },
  );
}
