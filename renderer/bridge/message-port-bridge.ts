import { type DesktopApi, PORT_MESSAGE } from '../../backend/contract/desktop.ts';
import { Fault } from '../../backend/contract/fault.ts';
import { type Bridge, ConnectionLost } from './bridge.ts';
import { attachPort, portStream } from './port-stream.ts';
import { type OpenWire, Session } from './session.ts';

declare global {
  interface Window {
    /** Only under Electron: what its preload gives. */
    readonly innkeeper?: DesktopApi;
  }
}

/** Milliseconds after which a port that was asked for is given up; the back end may be starting again. */
const PORT_TIMEOUT_MS = 15_000;

/** The Electron face: ports to the back end come from main, through the preload. */
export function createMessagePortBridge(desktop: DesktopApi): Bridge {
  const ports = new PortDesk();
  const session = new Session({ open: openPort(desktop, ports), checkAnswers: import.meta.env.DEV });
  return {
    face: 'electron',
    connection: session.connection,
    request: (name, input, signal) => session.request(name, input, signal),
    on: (event, listener) => session.on(event, listener),
    openStream: (target) => {
      const half = portStream();
      ports
        .ask((token) => desktop.openStream(token, target))
        .then(
          (port) => attachPort(half, port),
          (thrown: unknown) => half.ended(Fault.from(thrown).message),
        );
      return half.stream;
    },
    streamWay: (target) => ({
      kind: 'port',
      open: () => ports.ask((token) => desktop.openStream(token, target)),
    }),
    pathOf: async (file) => {
      const path = desktop.pathForFile(file);
      if (path !== '') return path;
      throw new Fault({
        code: 'not-supported',
        message: `${file.name} is not a file on this computer.`,
        remedy: 'Save it to a folder first, then use it from there.',
      });
    },
    chooseFile: (kind, title) => desktop.chooseFile({ kind, title }),
    saveFile: async (suggestedName, bytes) =>
      (await desktop.saveFile({ suggestedName, base64: toBase64(bytes) })) !== null,
    showInFolder: (path) => void desktop.showInFolder(path),
    onCommand: (listener) => desktop.onCommand(listener),
    close: () => {
      ports[Symbol.dispose]();
      session.close();
    },
  };
}

/** Matches ports that arrive as window messages with the tokens they were asked for with. */
class PortDesk implements Disposable {
  readonly #waiting = new Map<string, (port: MessagePort) => void>();

  readonly #arrived = (event: MessageEvent): void => {
    const { data, ports, source } = event;
    const port = ports[0];
    if (source !== window || port === undefined || data?.type !== PORT_MESSAGE) return;
    this.#waiting.get(data.token)?.(port);
  };

  constructor() {
    window.addEventListener('message', this.#arrived);
  }

  async ask(send: (token: string) => Promise<void>): Promise<MessagePort> {
    const token = crypto.randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<MessagePort>();
    const timer = setTimeout(() => reject(new ConnectionLost()), PORT_TIMEOUT_MS);
    this.#waiting.set(token, resolve);
    try {
      await send(token);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(token);
    }
  }

  [Symbol.dispose](): void {
    window.removeEventListener('message', this.#arrived);
  }
}

function openPort(desktop: DesktopApi, ports: PortDesk): OpenWire {
  return async (events) => {
    const port = await ports.ask((token) => desktop.connect(token));
    port.addEventListener('message', ({ data }) => events.message(data));
    // Chromium tells when the other end is gone (HTML standard, MessagePort `close` event).
    port.addEventListener('close', () => events.closed());
    port.start();
    return {
      send: (message) => port.postMessage(message),
      close: () => {
        port.close();
        events.closed();
      },
    };
  };
}

/** In chunks: spreading a whole image over arguments overflows the stack. */
function toBase64(bytes: Uint8Array): string {
  const CHUNK = 0x8000;
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return btoa(binary);
}
