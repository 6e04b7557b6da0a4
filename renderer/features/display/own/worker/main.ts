import type { Surface } from '../../../../spice/canvas/surface.ts';
import {
  compressionNearby,
  DisplayChannel,
  displayCapabilities,
} from '../../../../spice/channels/display.ts';
import { Pulse } from '../../../../spice/channels/pulse.ts';
import { SharedImages } from '../../../../spice/images/shared-images.ts';
import { LinkError } from '../../../../spice/link/link-error.ts';
import type { VideoCodec } from '../../../../spice/protocol/constants.ts';
import { SpiceSession } from '../../../../spice/session.ts';
import type { SessionEnd } from '../../guest-session.ts';
import type { Begin, FromWorker, ToWorker } from '../messages.ts';
import { AgentTalk } from './agent-talk.ts';
import { CursorNews } from './cursor-news.ts';
import { Hands } from './hands.ts';
import { Meter } from './meter.ts';
import { Painter } from './painter.ts';
import { browserVideo, decodeJpegBytes, videoCodecs } from './pictures.ts';
import { ShownPart } from './shown-part.ts';
import { Transports } from './transports.ts';
import { Ways } from './ways.ts';

/** Whatever is not about the connection is about what came over it. */
function endOf(error: unknown): SessionEnd {
  if (error === null) return { kind: 'closed', reason: null };
  if (!(error instanceof LinkError)) {
    return { kind: 'garbled', reason: error instanceof Error ? error.message : String(error) };
  }
  return { kind: error.kind === 'ok' ? 'closed' : 'lost', reason: error.message };
}

/** QEMU counts its graphics devices from 0, and our machines have one. */
const SHOWN_DISPLAY = 0;
/** How long the channels may take to end in order when the page closes the session, ms. */
const CLOSING_MS = 500;

/** One session with one guest; the page has a Worker do one after another. */
function run(port: MessagePort, { way }: Begin, codecs: readonly VideoCodec[]): void {
  const post = (message: FromWorker, transfer: Transferable[] = []): void =>
    port.postMessage(message, transfer);
  const abort = new AbortController();
  const ways = new Ways(way, post);
  const transports = new Transports(
    () => ways.dial(),
    () => pulse?.heard(),
  );
  const meter = new Meter();
  const painter = new Painter({
    wanted: (screen, area) => post({ kind: 'screen', screen, area }),
    drawn: (screen) => post({ kind: 'drawn', screen }),
    painted: () => {
      if (shown !== null) meter.drawn(shown.statistics);
    },
  });
  const part = new ShownPart<Surface>({
    show: (surface, area) => painter.show(surface, area),
    gone: () => painter.leave(),
    monitors: (monitors) => post({ kind: 'monitors', monitors }),
  });
  const images = new SharedImages(decodeJpegBytes);
  let session: SpiceSession<DisplayChannel> | null = null;
  const hands = new Hands(
    () => session?.inputs ?? null,
    () => meter.asked(),
  );
  const agent = new AgentTalk(post);
  const cursor = new CursorNews(post);
  const video = browserVideo(codecs, () => session?.main.multiMediaTime ?? 0);
  let shown: DisplayChannel | null = null;
  let ended = false;
  let closing = false;
  let pulse: Pulse | null = null;

  const end = (error: unknown): void => {
    if (ended) return;
    ended = true;
    pulse?.[Symbol.dispose]();
    painter[Symbol.dispose]();
    post({ kind: 'end', end: endOf(error) });
  };
  /** The session's own end; one that the page asked for is told when all is closed. */
  const over = (error: unknown): void => {
    if (!closing) end(error);
  };
  const silent = (since: number | null): void =>
    post({ kind: 'silent', since: since === null ? null : performance.timeOrigin + since });

  port.onmessage = ({ data: message }: MessageEvent<ToWorker>) => {
    switch (message.kind) {
      case 'port':
      case 'noPort':
        ways.handle(message);
        return;
      case 'canvas':
        painter.setCanvas(message.screen, message.canvas);
        return;
      case 'cursorDrawn':
        cursor.drawn();
        return;
      case 'monitor':
        part.choose(message.choice);
        return;
      case 'hand':
        hands.handle(message.hand);
        return;
      case 'agent':
        agent.handle(message.request);
        return;
      case 'figures':
        post({
          kind: 'figures',
          figures: {
            frames: painter.frames,
            bytesIn: transports.bytesIn,
            drawing: shown === null ? undefined : meter.figures(shown.statistics),
          },
        });
        return;
      case 'close':
        closing = true;
        hands.letGo();
        abort.abort();
        session?.close();
        // What was let go has to be out before the page ends this Worker.
        setTimeout(() => end(null), CLOSING_MS);
        void transports.closed().then(() => end(null));
        return;
    }
  };

  SpiceSession.connect<DisplayChannel>(
    {
      openTransport: async () => transports.open(),
      mouseMode: (mode) => post({ kind: 'mouse', takes: mode === 'client' ? 'places' : 'movements' }),
      agent: (isThere, send) => agent.connected(isThere, send),
      agentData: (bytes) => agent.data(bytes),
      cursor: (displayId, state) => {
        if (displayId === SHOWN_DISPLAY) cursor.changed(state);
      },
      modifiers: () => {},
      guest: () => {},
      notice: (channel, { text }) => console.debug(`spice ${channel}: ${text}`),
      closed: over,
    },
    {
      signal: abort.signal,
      display: {
        capabilities: displayCapabilities(video.codecs),
        create: (sender, serials) => {
          const isShown = sender.id === SHOWN_DISPLAY;
          const channel = new DisplayChannel(sender, {
            images,
            serials,
            video,
            compression: compressionNearby,
            events: {
              surfaceCreated: (surface) => {
                if (isShown && surface.primary) part.setSurface(surface);
              },
              surfaceDestroyed: (surface) => {
                if (isShown && surface.primary) part.setSurface(null);
              },
              dirty: (surface, rect) => painter.changed(surface, rect),
              marked: () => {},
              monitors: (heads) => {
                if (isShown) part.setHeads(heads);
              },
            },
          });
          if (isShown) shown = channel;
          return channel;
        },
      },
    },
  ).then((connected) => {
    session = connected;
    if (ended || closing) connected.close();
    else pulse = new Pulse({ ask: () => connected.main.askForSign(), silent });
  }, over);
}

addEventListener('message', ({ data, ports: [port] }: MessageEvent<Begin>) => {
  if (port !== undefined) void videoCodecs().then((codecs) => run(port, data, codecs));
});
