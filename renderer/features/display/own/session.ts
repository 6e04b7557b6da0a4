import type { StreamWay } from '../../../bridge/bridge.ts';
import { KEY_MODIFIER } from '../../../spice/protocol/constants.ts';
import type { Point, Rect } from '../../../spice/protocol/geometry.ts';
import type { SessionAgent } from '../agent-state.ts';
import type {
  GuestSession,
  OpenSession,
  SessionEnd,
  SessionFigures,
  SessionListener,
} from '../guest-session.ts';
import type { Locks } from '../keyboard.ts';
import type { MonitorChoice } from '../monitors.ts';
import type { MouseButton } from '../mouse-buttons.ts';
import type { Size } from '../scaling.ts';
import { GuestCursor } from './guest-cursor.ts';
import type { AgentRequest, Begin, FromWorker, Hand, ToWorker } from './messages.ts';
import { openPort } from './open-port.ts';
import { SessionWorkers } from './session-workers.ts';

/** How long the Worker may take to let go of keys and channels before it is ended, ms. */
const CLOSE_TIMEOUT_MS = 1000;

/** Opens a session of Innkeeper's own SPICE client. */
export const openOwnSession: OpenSession = (screen, streams, listener) =>
  new OwnSession(screen, streams.way, listener);

const workers = new SessionWorkers(
  () => new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module', name: 'spice-viewer' }),
);

const IN_ORDER: SessionEnd = { kind: 'closed', reason: null };

interface Picture {
  readonly number: number;
  readonly canvas: HTMLCanvasElement;
  readonly size: Size;
  /** The surface's pixel at its upper left; the guest counts from the surface's. */
  readonly origin: Point;
}

/** The page's half: streams, the canvas in its place, the pointer's looks. A Worker speaks SPICE and draws. */
class OwnSession implements GuestSession {
  readonly agent: SessionAgent = {
    resize: (size) => this.#ask({ ask: 'resize', size }),
    allowClipboard: (allowed) => this.#ask({ ask: 'allow', allowed }),
    offerText: (text) => this.#ask({ ask: 'offer', text }),
    takeText: () => this.#ask({ ask: 'take' }),
    pasteText: () => this.#ask({ ask: 'paste' }),
  };
  readonly #screen: HTMLElement;
  readonly #listener: SessionListener;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #way: StreamWay;
  readonly #cursor: GuestCursor;
  /** The canvas that is being drawn on for the first time. */
  #next: Picture | null = null;
  #shown: Picture | null = null;
  #takes: 'places' | 'movements' = 'places';
  #phase: 'open' | 'closing' | 'ended' = 'open';
  #closeTimer: ReturnType<typeof setTimeout> | null = null;
  #asked: PromiseWithResolvers<SessionFigures> | null = null;

  constructor(screen: HTMLElement, way: StreamWay, listener: SessionListener) {
    this.#screen = screen;
    this.#listener = listener;
    this.#cursor = new GuestCursor(screen, () => this.#post({ kind: 'cursorDrawn' }));
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#way = way;
    port1.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    this.#worker = workers.take();
    this.#worker.onerror = ({ message }) =>
      this.#endWithWorker({
        kind: 'failed',
        reason: message || 'The viewer’s Worker could not be started.',
      });
    const begin: Begin = { way: way.kind === 'port' ? { kind: 'port' } : way };
    this.#worker.postMessage(begin, [port2]);
  }

  get size(): Size | null {
    return this.#shown?.size ?? null;
  }

  get screen(): number {
    return this.#shown?.number ?? 0;
  }

  get moveBy(): ((dx: number, dy: number) => void) | null {
    if (this.#takes === 'places') return null;
    return (x, y) => this.#hand({ kind: 'moveBy', x, y });
  }

  keyDown(scanCode: readonly number[]): void {
    this.#hand({ kind: 'keyDown', scanCode });
  }

  keyUp(scanCode: readonly number[]): void {
    this.#hand({ kind: 'keyUp', scanCode });
  }

  setLocks({ scroll, num, caps }: Locks): void {
    const flags =
      (scroll ? KEY_MODIFIER.scrollLock : 0) |
      (num ? KEY_MODIFIER.numLock : 0) |
      (caps ? KEY_MODIFIER.capsLock : 0);
    this.#hand({ kind: 'locks', flags });
  }

  moveTo(x: number, y: number): void {
    const { x: left, y: top } = this.#shown?.origin ?? { x: 0, y: 0 };
    this.#hand({ kind: 'moveTo', x: left + x, y: top + y });
  }

  button(button: MouseButton, pressed: boolean): void {
    this.#hand({ kind: 'button', button, pressed });
  }

  showMonitor(choice: MonitorChoice): void {
    if (this.#phase === 'open') this.#post({ kind: 'monitor', choice });
  }

  figures(): Promise<SessionFigures> {
    this.#asked ??= Promise.withResolvers();
    this.#post({ kind: 'figures' });
    return this.#asked.promise;
  }

  [Symbol.dispose](): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'closing';
    this.#keepPicture();
    // Held keys are let go over the streams, which the Worker closes before it says that it is done.
    this.#post({ kind: 'close' });
    this.#closeTimer = setTimeout(() => this.#endWithWorker(IN_ORDER), CLOSE_TIMEOUT_MS);
  }

  #hand(hand: Hand): void {
    if (this.#phase === 'open') this.#post({ kind: 'hand', hand });
  }

  #ask(request: AgentRequest): void {
    if (this.#phase === 'open') this.#post({ kind: 'agent', request });
  }

  #openPort(stream: number): void {
    const way = this.#way;
    if (way.kind !== 'port') return;
    void openPort(
      stream,
      () => way.open(),
      () => this.#phase !== 'open',
      (message, transfer) => this.#post(message, transfer),
    );
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'open':
        this.#openPort(message.stream);
        return;
      case 'screen':
        if (this.#phase === 'open') this.#addCanvas(message.screen, message.area);
        return;
      case 'monitors':
        if (this.#phase === 'open') this.#listener.onMonitors?.(message.monitors);
        return;
      case 'drawn':
        if (this.#phase === 'open') this.#show(message.screen);
        return;
      case 'cursorPicture':
        if (this.#phase === 'open') this.#cursor.setPicture(message.picture);
        return;
      case 'cursor':
        if (this.#phase === 'open') this.#cursor.set(message.cursor);
        return;
      case 'agent':
        if (this.#phase === 'open') this.#listener.onAgent?.(message.state);
        return;
      case 'clipboard':
        if (this.#phase === 'open') this.#listener.onClipboard?.(message.news);
        return;
      case 'mouse':
        this.#takes = message.takes;
        this.#cursor.setFloating(message.takes === 'movements');
        if (this.#phase === 'open') this.#listener.onPointer(message.takes);
        return;
      case 'figures':
        this.#asked?.resolve(message.figures);
        this.#asked = null;
        return;
      case 'silent':
        if (this.#phase === 'open') this.#listener.onSilent?.(message.since);
        return;
      case 'end':
        if (this.#end(message.end)) workers.giveBack(this.#worker);
        return;
    }
  }

  /** A canvas whose control was given away keeps its size for good, so each screen has its own. */
  #addCanvas(number: number, { left, top, right, bottom }: Rect): void {
    this.#next?.canvas.remove();
    const [width, height] = [right - left, bottom - top];
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    this.#screen.append(canvas);
    this.#next = { number, canvas, size: { width, height }, origin: { x: left, y: top } };
    const offscreen = canvas.transferControlToOffscreen();
    this.#post({ kind: 'canvas', screen: number, canvas: offscreen }, [offscreen]);
  }

  #show(number: number): void {
    const picture = this.#next;
    if (picture === null || picture.number !== number) return;
    const isFirst = this.#shown === null;
    this.#shown?.canvas.remove();
    this.#next = null;
    this.#shown = picture;
    this.#cursor.setCanvas(picture.canvas, picture.origin);
    this.#listener.onScreen(picture.canvas, picture.size);
    if (isFirst) this.#listener.onLive();
  }

  /** A canvas that a Worker draws on may lose its picture with the Worker: a plain one takes its place. */
  #keepPicture(): void {
    this.#next?.canvas.remove();
    this.#next = null;
    const shown = this.#shown;
    this.#cursor[Symbol.dispose]();
    if (shown === null) return;
    const still = document.createElement('canvas');
    still.width = shown.size.width;
    still.height = shown.size.height;
    still.getContext('2d')?.drawImage(shown.canvas, 0, 0);
    shown.canvas.replaceWith(still);
    this.#shown = { ...shown, canvas: still };
    this.#listener.onScreen(still, shown.size);
  }

  /** The Worker does not answer, or has failed: what it still does is nobody's. */
  #endWithWorker(end: SessionEnd): void {
    if (this.#end(end)) this.#worker.terminate();
  }

  /** @returns false when it has ended already. */
  #end(end: SessionEnd): boolean {
    if (this.#phase === 'ended') return false;
    const wasOpen = this.#phase === 'open';
    if (wasOpen) this.#keepPicture();
    this.#phase = 'ended';
    if (this.#closeTimer !== null) clearTimeout(this.#closeTimer);
    this.#port.close();
    this.#asked?.reject(new Error('The session has ended.'));
    if (wasOpen) this.#listener.onEnd(end);
    return true;
  }
}
