import { once } from 'node:events';
import { connect } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { Transport } from '../../../renderer/spice/link/transport.ts';
import { Fault } from '../../contract/fault.ts';
import { encodePng } from '../../protocols/png/encode.ts';
import { guarded } from './guarded-stream.ts';
import type { ScreenAnswer, ScreenRequest } from './screen-taker.ts';
import { shrink } from './shrink.ts';
import { takeSpiceScreen } from './spice-screen.ts';
import { transportOver } from './spice-transport.ts';

// The thread in which ScreenTaker's pictures are received, decoded and compressed.

const asked = new Map<number, AbortController>();

parentPort?.on('message', (request: ScreenRequest) => {
  if (request.kind === 'stop')
    asked
      .get(request.id)
      ?.abort(new Fault({ code: 'cancelled', message: 'The picture is not wanted any more.' }));
  else void answer(request);
});

async function answer(request: Extract<ScreenRequest, { kind: 'take' }>): Promise<void> {
  const { id } = request;
  const stop = new AbortController();
  asked.set(id, stop);
  try {
    const picture = await take(request, stop.signal);
    tell({ id, picture }, [picture.png.buffer]);
  } catch (error) {
    tell({ id, fault: Fault.from(error).toShape() });
  } finally {
    asked.delete(id);
  }
}

async function take(
  { socket, maxWidth, timeoutMs }: Extract<ScreenRequest, { kind: 'take' }>,
  signal: AbortSignal,
): Promise<NonNullable<ScreenAnswer['picture']>> {
  const { rgb, width, height } = shrink(
    await takeSpiceScreen(() => openTransport(socket, signal), { timeoutMs, signal }),
    maxWidth,
  );
  // A buffer of its own, that can change hands.
  return { png: Uint8Array.from(await encodePng(rgb, width, height)), width, height };
}

async function openTransport(path: string, signal: AbortSignal): Promise<Transport> {
  const socket = connect(path);
  try {
    await once(socket, 'connect', { signal });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return transportOver(guarded(socket));
}

function tell(message: ScreenAnswer, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer);
}
