import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type {
  DesktopApi,
  DesktopCallName,
  DesktopCommand,
  DesktopInput,
  DesktopOutput,
  PORT_MESSAGE,
} from '../backend/contract/desktop.ts';
import type { Answer } from './ipc/answer.ts';
import { COMMAND_CHANNEL, PORT_CHANNEL } from './ipc/channels.ts';

/** The page's window as an isolated world sees it; main's types have no DOM. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer: readonly unknown[]): void;
};

/** Said here again because importing the value would bring all of zod into the preload; the type keeps them equal. */
const portMessage: typeof PORT_MESSAGE = 'innkeeper:port';

/** contextBridge keeps only the message of an error, so that has to say what to do as well. */
async function call<N extends DesktopCallName>(name: N, input: DesktopInput<N>): Promise<DesktopOutput<N>> {
  const answer: Answer<DesktopOutput<N>> = await ipcRenderer.invoke(name, input);
  if (answer.ok) return answer.value;
  const { message, remedy } = answer.fault;
  throw new Error(remedy === undefined ? message : `${message} ${remedy}`);
}

const api: DesktopApi = {
  platform: process.platform,
  chooseFile: (input) => call('desktop.choose-file', input),
  saveFile: (input) => call('desktop.save-file', input),
  showInFolder: async (path) => void (await call('desktop.show-in-folder', { path })),
  setFullScreen: async (on) => void (await call('desktop.set-full-screen', { on })),
  notify: async (title, body) => void (await call('desktop.notify', { title, body })),
  pathForFile: (file) => webUtils.getPathForFile(file as Parameters<typeof webUtils.getPathForFile>[0]),
  connect: async (token) => void (await call('desktop.connect', { token })),
  openStream: async (token, target) => void (await call('desktop.open-stream', { token, target })),
  onCommand: (listener) => {
    const hear = (_event: unknown, command: DesktopCommand): void => listener(command);
    ipcRenderer.on(COMMAND_CHANNEL, hear);
    return () => void ipcRenderer.off(COMMAND_CHANNEL, hear);
  },
};

ipcRenderer.on(PORT_CHANNEL, (event, { token }: { token: string }) => {
  window.postMessage({ type: portMessage, token }, window.location.origin, event.ports);
});

contextBridge.exposeInMainWorld('innkeeper', api);
