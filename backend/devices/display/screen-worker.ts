import { once } from 'node:events';
import { connect } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { Transport } from '../../../renderer/spice/link/transport.ts';
import { Fault } from '../../contract/fault.ts';
import { encodePng } from '../../protocols/png/encode.ts';
import { guarded, LONGEST_LEAVE_MS, within } from './guarded-stream.ts';
import type { ScreenPicture, ScreenRequest, ScreenWord } from './screen-taker.ts';
import { shrink } from './shrink.ts';
import { takeSpiceScreen } from './spice-screen.ts';
import { transportOver } from './spice-transport.ts';

// The thread in which ScreenTaker's pictures are received, decoded and compressed.

interface Asked {
  readonly stop: AbortController;
  /** Of each connection to the server: resolves when it is closed. */
  readonly closed: Promise<void>[];
}

const asked = new Map<number, Asked>();

parentPort?.on('message', (request: ScreenRequest) => {
  if (request.kind === 'stop')
    asked
      .get(request.id)
      ?.stop.abort(new Fault({ code: 'cancelled', message: 'The picture is not wanted any more.' }));
  else void answer(request);
});
tell({ kind: 'ready' });

async function answer(request: Extract<ScreenRequest, { kind: 'take' }>): Promise<void> {
  const { id } = request;
  const stop = new AbortController();
  const closed: Promise<void>[] = [];
  asked.set(id, { stop, closed });
  try {
    const picture = await take(request, stop.signal, closed);
    tell({ kind: 'answer', id, picture }, [picture.png.buffer]);
  } catch (error) {
    const cause = stop.signal.aborted ? stop.signal.reason : error;
    tell({ kind: 'answer', id, fault: Fault.from(cause).toShape() });
  } finally {
    asked.delete(id);
  }
  await within(LONGEST_LEAVE_MS, Promise.all(closed));
  tell({ kind: 'left', id });
}

async function take(
  { socket, maxWidth, timeoutMs }: Extract<ScreenRequest, { kind: 'take' }>,
  signal: AbortSignal,
  closed: Promise<void>[],
): Promise<ScreenPicture> {
  const { rgb, width, height } = shrink(
    await takeSpiceScreen(() => openTransport(socket, signal, closed), { timeoutMs, signal }),
    maxWidth,
  );
  // A buffer of its own, that can change hands.
  return { png: Uint8Array.from(await encodePng(rgb, width, height)), width, height };
}

async function openTransport(path: string, signal: AbortSignal, closed: Promise<void>[]): Promise<Transport> {
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const stream = guarded(socket);
  closed.push(new Promise((resolve) => stream.once('close', resolve)));
  return transportOver(stream);
}

function tell(message: ScreenWord, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
