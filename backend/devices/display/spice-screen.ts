import {
  compressionNearby,
  DisplayChannel,
  type DisplayEvents,
  displayCapabilities,
} from '../../../renderer/spice/channels/display.ts';
import type { VideoHost } from '../../../renderer/spice/channels/video-streams.ts';
import { SharedImages } from '../../../renderer/spice/images/shared-images.ts';
import { LinkError } from '../../../renderer/spice/link/link-error.ts';
import type { Transport } from '../../../renderer/spice/link/transport.ts';
import { ProtocolError } from '../../../renderer/spice/protocol/protocol-error.ts';
import { DEAF_HOST, SpiceSession } from '../../../renderer/spice/session.ts';
import { Fault } from '../../contract/fault.ts';

/** Pixels as R, G, B and a byte that means nothing, in memory, rows from the top. */
export interface Screen {
  readonly words: Uint32Array;
  readonly width: number;
  readonly height: number;
}

export interface SpiceScreenOptions {
  /** For the connection, and then for the first whole picture, ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * The screen as our own viewer draws it, without a window: connects as a viewer does and takes the first whole picture. Nothing stays
 * open, whatever comes of it. Throws a Fault, or what `openTransport` threw.
 */
export async function takeSpiceScreen(
  openTransport: () => Promise<Transport>,
  options: SpiceScreenOptions,
): Promise<Screen> {
  try {
    return await firstPicture(openTransport, options);
  } catch (error) {
    throw error instanceof LinkError || error instanceof ProtocolError ? faultOf(error) : error;
  }
}

async function firstPicture(
  openTransport: () => Promise<Transport>,
  { timeoutMs, signal }: SpiceScreenOptions,
): Promise<Screen> {
  const marked = Promise.withResolvers<void>();
  const images = new SharedImages(() => Promise.reject(noJpeg()));
  using session = await SpiceSession.connect(
    {
      openTransport,
      ...DEAF_HOST,
      closed: (error) => marked.reject(error ?? new LinkError('lost', 'The guest’s screen went away.')),
    },
    {
      interactive: false,
      connectTimeoutMs: timeoutMs,
      signal,
      display: {
        capabilities: displayCapabilities([]),
        create: (sender, serials) =>
          new DisplayChannel(sender, {
            images,
            serials,
            compression: compressionNearby,
            events: {
              ...noEvents,
              // The server sends the surface, its picture, then the mark (spice-server, dcc_start).
              marked: (shown) => {
                if (shown) marked.resolve();
              },
            },
            video: noVideo,
          }),
      },
    },
  );
  const stop = (): void => marked.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(
    () => marked.reject(new LinkError('timeout', 'The guest shows no picture on its screen.')),
    timeoutMs,
  );
  try {
    await marked.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
  const surface = session.display?.primary;
  if (surface === undefined || surface === null) {
    throw new LinkError('channelNotAvailable', 'The guest has no screen.');
  }
  const { data: words, width, height } = surface;
  return { words, width, height };
}

/** For who looks at the whole picture in the end. */
export const noEvents: DisplayEvents = {
  surfaceCreated: nothing,
  surfaceDestroyed: nothing,
  dirty: nothing,
  marked: nothing,
  monitors: nothing,
};

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

function faultOf(error: LinkError | ProtocolError): Fault {
  const kind = error instanceof LinkError ? error.kind : null;
  return new Fault(
    {
      code: kind === 'timeout' ? 'timeout' : kind === 'unsupported' ? 'not-supported' : 'qemu-unreachable',
      message:
        error instanceof LinkError ? error.message : 'What the guest’s screen sent makes no sense as SPICE.',
      remedy: 'Take it via qmp, which asks QEMU itself for the picture.',
      ...(error instanceof LinkError ? {} : { detail: error.message }),
    },
    { cause: error },
  );
}
