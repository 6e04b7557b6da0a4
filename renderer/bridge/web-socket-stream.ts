import { STREAM_BODY_PATH, STREAM_BODY_PROTOCOL, STREAM_PROTOCOL } from '../../backend/contract/streams.ts';
import type { ByteStream } from './bridge.ts';

/** WebSocket's own codes for an ordinary end, and for one without a code, which is how a guest's stream ends (RFC 6455 §7.4.1). */
export const NORMAL_CLOSURE = 1000;
const NO_STATUS = 1005;

/**
 * A byte stream over a WebSocket; on the page and in a Worker alike. `takesBody`: where much comes, the server may send it as the
 * body of a GET instead (contract/streams.ts), which browsers take several times faster.
 */
export function webSocketStream(url: string, { takesBody = false } = {}): ByteStream {
  const socket = new WebSocket(url, takesBody ? [STREAM_BODY_PROTOCOL, STREAM_PROTOCOL] : STREAM_PROTOCOL);
  socket.binaryType = 'arraybuffer';
  const early: Uint8Array<ArrayBuffer>[] = [];
  const stop = new AbortController();
  /** Settled when the body, if there is one, is read to its end. */
  let body: Promise<void> = Promise.resolve();
  let isBodyBroken = false;
  const stream: ByteStream = {
    onOpen: null,
    onData: null,
    onClose: null,
    send(bytes) {
      // The caller may reuse its buffer, so early bytes are copied; `send` of an open socket copies by itself.
      if (socket.readyState === WebSocket.CONNECTING) early.push(new Uint8Array(bytes));
      else if (socket.readyState === WebSocket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    close() {
      stop.abort();
      socket.close(NORMAL_CLOSURE);
    },
  };
  socket.onopen = () => {
    for (const bytes of early.splice(0)) socket.send(bytes);
    stream.onOpen?.();
  };
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) stream.onData?.(new Uint8Array(data));
    else if (takesBody && data.startsWith(`${STREAM_BODY_PATH}/`)) {
      body = readBody(bodyUrl(url, data), stop.signal, (bytes) => stream.onData?.(bytes)).catch(() => {
        // Bytes are missing in the middle, unless it was us who ended it.
        isBodyBroken = !stop.signal.aborted;
        socket.close(NORMAL_CLOSURE);
      });
    }
  };
  socket.onclose = async ({ code, reason }) => {
    // The two are connections of their own: the rest of the body may come after the WebSocket's end.
    await body;
    const inOrder = !isBodyBroken && (code === NORMAL_CLOSURE || code === NO_STATUS);
    stream.onClose?.(inOrder ? reason : reason || 'The connection ended.');
  };
  return stream;
}

/** Rejects when the body does not come to its end. One that the server does not give any more is no body: it goes on with messages. */
async function readBody(
  url: string,
  signal: AbortSignal,
  onData: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  const response = await fetch(url, { signal });
  const reader = response.ok ? response.body?.getReader() : undefined;
  if (reader === undefined) return;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    onData(value);
  }
}

function bodyUrl(webSocketUrl: string, path: string): string {
  const url = new URL(path, webSocketUrl);
  url.protocol = url.protocol === 'wss:' ? 'https:' : 'http:';
  return url.href;
}
