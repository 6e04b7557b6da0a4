// What a display channel has around it while it is fuzzed.
import type { DisplayEvents } from '../../renderer/spice/channels/display.ts';
import type { VideoHost } from '../../renderer/spice/channels/video-streams.ts';
import { createPixels } from '../../renderer/spice/protocol/pixels.ts';
import { ProtocolError } from '../../renderer/spice/protocol/protocol-error.ts';
import { ScriptedServer } from '../../renderer/spice/testing/server.ts';

function nothing(): void {
  // Nobody looks.
}

export const displayEvents: DisplayEvents = {
  surfaceCreated: nothing,
  surfaceDestroyed: nothing,
  dirty: nothing,
  marked: nothing,
  monitors: nothing,
};

export function nextTurn(): Promise<false> {
  return new Promise((resolve) => setImmediate(() => resolve(false)));
}

const MODE = 101;
const SURFACE_CREATE = 314;

/** Surfaces may be huge, and filling them takes its time; here they stay small. Sizes out of bounds stay what they are. */
export function smallSurface(type: number, body: Uint8Array): Uint8Array {
  if (type !== MODE && type !== SURFACE_CREATE) return body;
  const at = type === MODE ? 0 : 4;
  if (body.length < at + 8) return body;
  const view = new DataView(body.buffer, body.byteOffset);
  for (const side of [at, at + 4]) {
    const length = view.getUint32(side, true);
    if (length <= 16_384) view.setUint32(side, length % 64, true);
  }
  return body;
}

export const fuzzVideo: VideoHost = {
  codecs: ['mjpeg', 'vp8'],
  open: (_codec, width, height) => ({
    decode: (data) =>
      data.length % 5 === 0
        ? Promise.reject(new ProtocolError('video', 'no picture'))
        : Promise.resolve(createPixels('video', Math.min(width, 64) || 1, Math.min(height, 64) || 1)),
    close: nothing,
  }),
  multiMediaTime: () => 1000,
  later: () => nothing,
};

/** Makes the key that linking needs, and does without RSA from then on: it is not what is fuzzed, and would be most of the time. */
export async function linkWithoutRsa(): Promise<void> {
  await ScriptedServer.create();
  const value = () => Promise.resolve(new ArrayBuffer(128));
  Object.defineProperty(crypto.subtle, 'encrypt', { value, configurable: true });
}
