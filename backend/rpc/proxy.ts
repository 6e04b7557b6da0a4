import { connect } from 'node:net';
import { MAX_MESSAGE_BYTES } from './dispatcher.ts';
import { LineReader } from './line-reader.ts';
import type { PortHandlers } from './port-server.ts';
import { relay } from './port-server.ts';
import { openUnixStream } from './unix-client.ts';

/** Answers carry screenshots and may be longer than requests. */
const MAX_LINE_BYTES = 16 * MAX_MESSAGE_BYTES;

/**
 * When another back end holds the data folder, Electron's own one serves its ports from that one's socket: messages
 * become lines and streams stay streams. `onLost` is called once a connection ends that we did not end: the other back
 * end is gone, and who supervises us should start us again so that we may take the folder.
 */
export function proxyPorts(socketPath: string, onLost: () => void): PortHandlers {
  return {
    connect(port) {
      const socket = connect({ path: socketPath });
      const lines = new LineReader(MAX_LINE_BYTES);
      let portClosed = false;
      socket.on('data', (chunk: Buffer) => {
        lines.push(chunk);
        for (let line = lines.next(); line !== null; line = lines.next()) {
          port.postMessage(JSON.parse(line.toString('utf8')));
        }
        if (lines.overflowed) socket.destroy();
      });
      // 'close' follows, and closes the port.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        if (portClosed) return;
        port.close();
        onLost();
      });
      // Until it is connected the socket keeps what is written.
      port.on('message', ({ data }) => socket.write(`${JSON.stringify(data)}\n`));
      port.on('close', () => {
        portClosed = true;
        socket.destroySoon();
      });
      port.start();
    },
    stream(port, target) {
      void relay(port, (signal) => openUnixStream(socketPath, target, signal));
    },
  };
}
