import type { Duplex } from 'node:stream';
import type { Transport } from '../../../renderer/spice/link/transport.ts';

/** A connected stream as the viewer's core wants it. */
export function transportOver(stream: Duplex): Transport {
  const transport: Transport = {
    send: (bytes) => {
      stream.write(bytes);
    },
    close: () => {
      stream.destroy();
    },
    onData: nothing,
    onClose: nothing,
  };
  let cause: Error | null = null;
  stream.on('error', (error) => {
    cause = error;
  });
  stream.on('data', (chunk: Buffer) => {
    // As a plain array: the core must not meet Buffer's own ways.
    transport.onData(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  });
  stream.on('end', () => stream.end());
  stream.on('close', () => transport.onClose(cause));
  return transport;
}

function nothing(): void {
  // Until the channel sets its own: the server speaks only after we did.
}
