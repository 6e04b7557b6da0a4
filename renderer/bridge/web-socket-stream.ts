import type { ByteStream } from './bridge.ts';

/** WebSocket's own codes for an ordinary end, and for one without a code, which is how a guest's stream ends (RFC 6455 §7.4.1). */
export const NORMAL_CLOSURE = 1000;
const NO_STATUS = 1005;

/** A byte stream over a WebSocket; on the page and in a Worker alike. */
export function webSocketStream(url: string): ByteStream {
  const socket = new WebSocket(url, 'binary');
  socket.binaryType = 'arraybuffer';
  const early: Uint8Array<ArrayBuffer>[] = [];
  const stream: ByteStream = {
    onOpen: null,
    onData: null,
    onClose: null,
    send(bytes) {
      // The caller may reuse its buffer, so early bytes are copied; `send` of an open socket copies by itself.
      if (socket.readyState === WebSocket.CONNECTING) early.push(new Uint8Array(bytes));
      else if (socket.readyState === WebSocket.OPEN) socket.send(bytes as Uint8Array<ArrayBuffer>);
    },
    close: () => socket.close(NORMAL_CLOSURE),
  };
  socket.onopen = () => {
    for (const bytes of early.splice(0)) socket.send(bytes);
    stream.onOpen?.();
  };
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) stream.onData?.(new Uint8Array(data));
  };
  socket.onclose = ({ code, reason }) => {
    const inOrder = code === NORMAL_CLOSURE || code === NO_STATUS;
    stream.onClose?.(inOrder ? reason : reason || 'The connection ended.');
  };
  return stream;
}
