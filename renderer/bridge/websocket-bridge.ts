import { z } from 'zod';
import { Fault, faultShape } from '../../backend/contract/fault.ts';
import { STREAM_PATH } from '../../backend/contract/streams.ts';
import { RPC_PATH, type StreamTarget, UPLOAD_PATH } from '../../backend/contract/wire.ts';
import { type Bridge, ConnectionLost, type OnProgress } from './bridge.ts';
import { type OpenWire, Session } from './session.ts';
import { NORMAL_CLOSURE, webSocketStream } from './web-socket-stream.ts';

/** The browser face: everything goes to the server this page came from. */
export function createWebSocketBridge(page: Location = window.location): Bridge {
  const base = new URL('/', page.href);
  base.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  const session = new Session({
    open: openSocket(new URL(RPC_PATH, base)),
    checkAnswers: import.meta.env.DEV,
  });
  const nudge = (): void => {
    if (document.visibilityState === 'visible') session.nudge();
  };
  window.addEventListener('online', nudge);
  document.addEventListener('visibilitychange', nudge);
  return {
    face: 'browser',
    connection: session.connection,
    request: (name, input, signal) => session.request(name, input, signal),
    on: (event, listener) => session.on(event, listener),
    openStream: (target) => webSocketStream(streamUrl(base, target)),
    streamWay: (target) => ({ kind: 'webSocket', url: streamUrl(base, target) }),
    pathOf: upload,
    chooseFile: async (kind, _title, onProgress) => {
      const file = await pickFile(kind);
      return file === null ? null : await upload(file, onProgress);
    },
    saveFile: async (name, bytes) => {
      download(name, bytes);
      return true;
    },
    showInFolder: null,
    onCommand: () => () => {},
    close: () => {
      window.removeEventListener('online', nudge);
      document.removeEventListener('visibilitychange', nudge);
      session.close();
    },
  };
}

function openSocket(url: URL): OpenWire {
  return (events, signal) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url);
      const abort = (): void => socket.close();
      signal.addEventListener('abort', abort, { once: true });
      socket.onopen = () => {
        socket.onclose = () => {
          signal.removeEventListener('abort', abort);
          events.closed();
        };
        resolve({
          send: (message) => socket.send(JSON.stringify(message)),
          close: () => socket.close(NORMAL_CLOSURE),
        });
      };
      socket.onclose = () => {
        signal.removeEventListener('abort', abort);
        reject(new ConnectionLost());
      };
      socket.onmessage = (message) => {
        if (typeof message.data === 'string') events.message(JSON.parse(message.data));
      };
    });
}

function streamUrl(base: URL, { kind, machine, viewer }: StreamTarget): string {
  const parts = [kind, machine, ...(viewer === undefined ? [] : [viewer])];
  return new URL(`${STREAM_PATH}/${parts.map(encodeURIComponent).join('/')}`, base).href;
}

const uploaded = z.object({ path: z.string() });
const refused = z.union([faultShape, z.object({ error: faultShape }).transform(({ error }) => error)]);

/** XMLHttpRequest, because fetch does not tell how far a body has gone. */
function upload(file: File, onProgress?: OnProgress): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', UPLOAD_PATH);
    request.setRequestHeader('x-innkeeper-name', encodeURIComponent(file.name));
    request.responseType = 'text';
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    request.onerror = () => reject(new ConnectionLost());
    request.onload = () => {
      const body = parseJson(request.responseText);
      const done = uploaded.safeParse(body);
      if (request.status < 300 && done.success) {
        resolve(done.data.path);
        return;
      }
      const fault = refused.safeParse(body);
      reject(
        new Fault(
          fault.success
            ? fault.data
            : {
                code: 'internal',
                message: `${file.name} could not be copied to the host (HTTP ${request.status}).`,
                remedy: 'Check the free space on the Host page, then try again.',
              },
        ),
      );
    };
    request.send(file);
  });
}

/** Null for what is not JSON: the caller's schema refuses it. */
function parseJson(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}

const ACCEPTED = {
  disk: '.qcow2,.raw,.img,.vmdk,.vdi,.vhdx,.vhd,.vpc',
  cd: '.iso,.img',
  any: '',
} as const;

function pickFile(kind: keyof typeof ACCEPTED): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = ACCEPTED[kind];
    input.addEventListener('change', () => resolve(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => resolve(null));
    input.click();
  });
}

function download(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // Chromium reads the blob after the click returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
