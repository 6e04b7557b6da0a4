// A page with nothing but a viewer on it, for measurements and comparisons: not part of what is shipped.

import { STREAM_PATH } from '../../backend/contract/streams.ts';
import { webSocketStream } from '../bridge/web-socket-stream.ts';
import type { GuestSession, OpenSession, SessionFigures } from '../features/display/guest-session.ts';
import { loadHtml5 } from '../features/display/html5/open.ts';
import { openOwnSession } from '../features/display/own/session.ts';

const clients: Readonly<Record<string, () => Promise<OpenSession>>> = {
  own: () => Promise.resolve(openOwnSession),
  html5: loadHtml5,
};

interface Shown {
  readonly session: GuestSession;
  canvas: HTMLCanvasElement | null;
  ended: string | null;
}

let shown: Shown | null = null;
/** Tasks of the page's own thread that took longer than 50 ms (Long Tasks API), ms. */
let longTasks: number[] = [];

new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) longTasks.push(duration);
}).observe({ type: 'longtask' });

/** What whoever drives the page calls. */
const stage = {
  /** Connects; resolves when the guest's screen is on the page. */
  async open(client: string): Promise<void> {
    stage.close();
    const open = await clients[client]?.();
    if (open === undefined) throw new Error(`there is no client ${client}`);
    // Its own, because a client may name and fill it as it likes.
    const screen = document.createElement('div');
    document.body.replaceChildren(screen);
    const live = Promise.withResolvers<void>();
    const { href: url } = new URL(`${STREAM_PATH}/spice/stage`, location.href.replace(/^http/, 'ws'));
    const session = open(
      screen,
      { open: () => webSocketStream(url), way: { kind: 'webSocket', url } },
      {
        onScreen: (canvas) => {
          if (now !== null) now.canvas = canvas;
          else first = canvas;
        },
        onLive: () => live.resolve(),
        onPointer: () => {},
        onEnd: ({ reason }) => {
          if (now !== null) now.ended = reason ?? 'in order';
          live.reject(new Error(reason ?? 'the session ended'));
        },
      },
    );
    let first: HTMLCanvasElement | null = null;
    let now: Shown | null = null;
    now = { session, canvas: first, ended: null };
    shown = now;
    await live.promise;
  },

  close(): void {
    shown?.session[Symbol.dispose]();
    shown = null;
    document.body.replaceChildren();
  },

  /** Why the session is over; null while it lives. */
  get ended(): string | null {
    return shown?.ended ?? null;
  },

  /** What is on the canvas now, or on a part of it: RGBA, rows from the top, sent to `url`. */
  async sendPicture(url: string, part: DOMRectInit | null): Promise<{ width: number; height: number }> {
    const canvas = shown?.canvas;
    if (canvas === undefined || canvas === null) return { width: 0, height: 0 };
    const { x = 0, y = 0, width = canvas.width, height = canvas.height } = part ?? {};
    const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    if (copy === null) throw new Error('the browser gives no 2d context');
    copy.drawImage(canvas, -x, -y);
    await fetch(url, { method: 'POST', body: copy.getImageData(0, 0, width, height).data });
    return { width, height };
  },

  figures(): Promise<SessionFigures> | null {
    return shown?.session.figures?.() ?? null;
  },

  takeLongTasks(): number[] {
    const taken = longTasks;
    longTasks = [];
    return taken;
  },
};

Object.assign(window, { stage });
