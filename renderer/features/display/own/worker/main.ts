import { DisplayChannel, displayCapabilities } from '../../../../spice/channels/display.ts';
import { SharedImages } from '../../../../spice/images/shared-images.ts';
import { SpiceSession } from '../../../../spice/session.ts';
import type { FromWorker, ToWorker } from '../messages.ts';
import { Hands } from './hands.ts';
import { Painter } from './painter.ts';
import { browserVideo, decodeJpegBytes } from './pictures.ts';
import { Transports } from './transports.ts';

/** One session with one guest; the page starts a Worker for each and ends it. */
function run(port: MessagePort): void {
  const post = (message: FromWorker, transfer: Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const abort = new AbortController();
  const transports = new Transports(post);
  const painter = new Painter({
    wanted: (screen, width, height) => post({ kind: 'screen', screen, width, height }),
    drawn: (screen) => post({ kind: 'drawn', screen }),
  });
  const images = new SharedImages(decodeJpegBytes);
  let session: SpiceSession<DisplayChannel> | null = null;
  const hands = new Hands(() => session?.inputs ?? null);
  const video = browserVideo(() => session?.main.multiMediaTime ?? 0);
  /** The display channel that is shown: the first that comes. */
  let shownDisplay: number | null = null;
  let ended = false;

  const end = (reason: string | null): void => {
    if (ended) return;
    ended = true;
    painter[Symbol.dispose]();
    post({ kind: 'end', reason });
  };

  port.onmessage = ({ data: message }: MessageEvent<ToWorker>) => {
    switch (message.kind) {
      case 'data':
      case 'ended':
        transports.handle(message);
        return;
      case 'canvas':
        painter.setCanvas(message.screen, message.canvas);
        return;
      case 'hand':
        hands.handle(message.hand);
        return;
      case 'figures':
        post({ kind: 'figures', figures: { frames: painter.frames } });
        return;
      case 'close':
        hands.letGo();
        abort.abort();
        session?.close();
        end(null);
        return;
    }
  };

  SpiceSession.connect<DisplayChannel>(
    {
      openTransport: async () => transports.open(),
      mouseMode: (mode) => post({ kind: 'mouse', takes: mode === 'client' ? 'places' : 'movements' }),
      agent: () => {},
      agentData: () => {},
      cursor: (displayId, state) => {
        if (displayId === (shownDisplay ?? 0)) post({ kind: 'cursor', state });
      },
      modifiers: () => {},
      guest: () => {},
      notice: (channel, { text }) => console.debug(`spice ${channel}: ${text}`),
      closed: (error) => end(error?.message ?? null),
    },
    {
      signal: abort.signal,
      display: {
        capabilities: displayCapabilities(video.codecs),
        create: (sender, serials) => {
          shownDisplay ??= sender.id;
          const isShown = sender.id === shownDisplay;
          return new DisplayChannel(sender, {
            images,
            serials,
            video,
            events: {
              surfaceCreated: (surface) => {
                if (isShown && surface.primary) painter.show(surface);
              },
              surfaceDestroyed: (surface) => {
                if (isShown && surface.primary) painter.show(null);
              },
              dirty: (surface, rect) => painter.changed(surface, rect),
              marked: () => {},
              monitors: () => {},
            },
          });
        },
      },
    },
  ).then(
    (connected) => {
      session = connected;
      if (ended) connected.close();
    },
    (error: unknown) => end(error instanceof Error ? error.message : String(error)),
  );
}

addEventListener(
  'message',
  ({ ports: [port] }) => {
    if (port !== undefined) run(port);
  },
  { once: true },
);
