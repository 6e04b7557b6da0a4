import { z } from 'zod';
import { Fault } from '../contract/fault.ts';
import { type StreamTarget, streamTarget } from '../contract/wire.ts';
import type { Dispatcher } from './dispatcher.ts';
import { type PortLike, PortStream } from './port-stream.ts';
import { joinStreams, type OpenStream } from './streams.ts';

/** `process.parentPort` of an Electron utility process. */
export interface ParentPort {
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports: PortLike[] }) => void,
  ): unknown;
  postMessage(message: unknown): void;
}

/** What Electron's main process sends, each with one port: a request port, or a guest's byte stream. */
const portRequest = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('connect') }),
  z.strictObject({ type: z.literal('stream'), target: streamTarget }),
]);

export interface PortHandlers {
  connect(port: PortLike): void;
  stream(port: PortLike, target: StreamTarget): void;
}

/** Takes the ports that main hands over, for as long as the process lives. Anything else it sends is a mistake and throws. */
export function acceptPorts(parent: ParentPort, handlers: PortHandlers): void {
  parent.on('message', ({ data, ports }) => {
    const request = portRequest.safeParse(data);
    const port = ports[0];
    if (!request.success || port === undefined) {
      throw new Error('The back end got a message without a port, or one it does not know, from Electron.');
    }
    if (request.data.type === 'connect') handlers.connect(port);
    else handlers.stream(port, request.data.target);
  });
}

/** Serves the contract on ports: messages are the JSON-RPC objects themselves. */
export function serveOnPorts(dispatcher: Dispatcher, openStream: OpenStream): PortHandlers {
  return {
    connect(port) {
      const connection = dispatcher.connect((message) => port.postMessage(message));
      port.on('message', ({ data }) => connection.receive(data));
      port.on('close', () => connection.close());
      port.start();
    },
    stream(port, target) {
      void relay(port, (signal) => openStream(target, signal));
    },
  };
}

/** Joins a stream port with what `open` gives; the port just closes when that fails, as its face sees in the machine's state why. */
export async function relay(
  port: PortLike,
  open: (signal: AbortSignal) => ReturnType<OpenStream>,
): Promise<void> {
  const near = new PortStream(port);
  const gone = new AbortController();
  near.once('close', () => gone.abort(new Fault({ code: 'cancelled', message: 'The stream was closed.' })));
  try {
    const far = await open(gone.signal);
    if (near.destroyed) far.destroy();
    else await joinStreams(near, far);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    near.destroy();
  }
}
