import { DisplayChannel, displayCapabilities } from '../../renderer/spice/channels/display.ts';
import type { VideoHost } from '../../renderer/spice/channels/video-streams.ts';
import { SharedImages } from '../../renderer/spice/images/shared-images.ts';
import { LinkError } from '../../renderer/spice/link/link-error.ts';
import { ProtocolError } from '../../renderer/spice/protocol/protocol-error.ts';
import { DEAF_HOST, SpiceSession } from '../../renderer/spice/session.ts';
import { Fault } from '../contract/fault.ts';
import { transportOver } from '../devices/display/spice-transport.ts';
import type { UnixClient } from '../rpc/unix-client.ts';

/** Pixels of a screen as 8-bit RGB, rows from the top. */
export interface Screen {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** How long the server may take to send the first whole picture, ms. */
const PICTURE_TIMEOUT_MS = 10_000;

/** The screen as our own viewer draws it, without a window: it connects as a viewer does and takes the first whole picture. */
export async function takeSpiceScreen(client: UnixClient, machine: string): Promise<Screen> {
  try {
    return await firstPicture(client, machine);
  } catch (error) {
    throw error instanceof LinkError || error instanceof ProtocolError ? faultOf(error) : error;
  }
}

async function firstPicture(client: UnixClient, machine: string): Promise<Screen> {
  const marked = Promise.withResolvers<void>();
  const images = new SharedImages(() => Promise.reject(noJpeg()));
  using session = await SpiceSession.connect(
    {
      openTransport: async () => transportOver(await client.openStream({ kind: 'spice', machine })),
      ...DEAF_HOST,
      closed: (error) => marked.reject(error ?? new LinkError('lost', 'The guest’s screen went away.')),
    },
    {
      interactive: false,
      display: {
        capabilities: displayCapabilities([]),
        create: (sender, serials) =>
          new DisplayChannel(sender, {
            images,
            serials,
            events: {
              surfaceCreated: nothing,
              surfaceDestroyed: nothing,
              dirty: nothing,
              // The server sends the surface, its picture, then the mark (spice-server, dcc_start).
              marked: (shown) => {
                if (shown) marked.resolve();
              },
              monitors: nothing,
            },
            video: noVideo,
          }),
      },
    },
  );
  const timer = setTimeout(
    () => marked.reject(new LinkError('timeout', 'The guest shows no picture on its screen.')),
    PICTURE_TIMEOUT_MS,
  );
  try {
    await marked.promise;
  } finally {
    clearTimeout(timer);
  }
  const surface = session.display?.primary;
  if (surface === undefined || surface === null) {
    throw new LinkError('channelNotAvailable', 'The guest has no screen.');
  }
  const { width, height } = surface;
  const rgba = new Uint32Array(width * height);
  surface.readOpaque({ left: 0, top: 0, right: width, bottom: height }, rgba);
  return { rgb: rgbOf(rgba), width, height };
}

/** Without codecs a server sends images instead of video. */
export const noVideo: VideoHost = {
  codecs: [],
  open: () => {
    throw new Error('no video codec was announced');
  },
  multiMediaTime: () => 0,
  later: (ms: number, then: () => void) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  },
};

function nothing(): void {
  // Only the picture counts here.
}

function noJpeg(): LinkError {
  return new LinkError('unsupported', 'The screen comes as JPEG, which only the viewer’s window decodes.');
}

function rgbOf(rgba: Uint32Array): Uint8Array {
  const rgb = new Uint8Array(rgba.length * 3);
  for (let index = 0, at = 0; index < rgba.length; index += 1, at += 3) {
    const pixel = rgba[index] ?? 0;
    rgb[at] = pixel;
    rgb[at + 1] = pixel >>> 8;
    rgb[at + 2] = pixel >>> 16;
  }
  return rgb;
}

function faultOf(error: LinkError | ProtocolError): Fault {
  const kind = error instanceof LinkError ? error.kind : null;
  return new Fault(
    {
      code: kind === 'timeout' ? 'timeout' : kind === 'unsupported' ? 'not-supported' : 'qemu-unreachable',
      message:
        error instanceof LinkError ? error.message : 'What the guest’s screen sent makes no sense as SPICE.',
      remedy: 'Give --via qmp, which asks QEMU itself for the picture.',
      ...(error instanceof LinkError ? {} : { detail: error.message }),
    },
    { cause: error },
  );
}
