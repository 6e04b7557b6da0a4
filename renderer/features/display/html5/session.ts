import type { Channel, MainChannel } from '@spice-project/spice-html5/src/spiceconn.js';
import type { ByteStream } from '../../../bridge/bridge.ts';
import type { GuestSession, SessionEnd, SessionListener } from '../guest-session.ts';
import { type MouseButton, mouseButtons } from '../mouse-buttons.ts';
import { KEY_GAP_MS, PacedSender } from '../paced-sender.ts';
import type { Size } from '../scaling.ts';
import * as inputMessages from './input-messages.ts';
import type { SpiceLibrary } from './load.ts';
import { hookSession } from './patches.ts';
import { type ServedUri, serveUri } from './socket-scheme.ts';

/** SPICE_MOUSE_MODE_CLIENT: absolute places. */
const CLIENT_MODE = 2;
/** The server acknowledges every 4 movements (SPICE_INPUT_MOTION_ACK_BUNCH); two bunches may be on their way. */
const ACK_BUNCH = 4;
const MOTION_WINDOW = 2 * ACK_BUNCH;
/** spice-html5 would wait for ever for a server that takes the connection and says nothing. */
const ANSWER_MS = 10_000;

let serial = 0;

/** One connection of the viewer to a guest's SPICE server: its channels, its picture, and the way in for hands. */
export class SpiceSession implements GuestSession {
  /** `moveTo` makes movements of places where the guest takes only those. */
  readonly moveBy = null;
  readonly #listener: SessionListener;
  readonly #served: ServedUri;
  readonly #main: MainChannel;
  readonly #keys = new PacedSender<ArrayBuffer>((bytes) => this.#send(bytes), KEY_GAP_MS);
  readonly #unanswered = setTimeout(
    () => this.#end({ kind: 'lost', reason: 'The SPICE server did not answer in time.' }),
    ANSWER_MS,
  );
  #ended = false;
  #live = false;
  #size: Size | null = null;
  #unacknowledged = 0;
  #waiting: { x: number; y: number } | null = null;
  #last: { x: number; y: number } | null = null;
  #buttons = 0;

  /** `screen` must be in the document: spice-html5 looks it up by its id. */
  constructor(
    library: SpiceLibrary,
    screen: HTMLElement,
    openStream: () => ByteStream,
    listener: SessionListener,
  ) {
    this.#listener = listener;
    serial += 1;
    screen.id = `spice-screen-${serial}`;
    this.#served = serveUri(() => this.#watchedStream(openStream()));
    try {
      this.#main = new library.main.SpiceMainConn({
        uri: this.#served.uri,
        // The socket lies in a folder only this user can enter; no ticket is set on it.
        password: '',
        screen_id: screen.id,
        onerror: (error) =>
          this.#end({ kind: 'garbled', reason: error instanceof Error ? error.message : String(error) }),
      });
    } catch (error) {
      clearTimeout(this.#unanswered);
      this.#served[Symbol.dispose]();
      throw error;
    }
    hookSession(this.#main, {
      primary: (canvas) => {
        this.#size = { width: canvas.width, height: canvas.height };
        listener.onScreen(canvas, this.#size);
      },
      drawn: () => {
        if (this.#live) return;
        this.#live = true;
        listener.onLive();
      },
      motionAcknowledged: () => {
        this.#unacknowledged = Math.max(0, this.#unacknowledged - ACK_BUNCH);
        if (this.#waiting !== null) this.#sendPlace(this.#waiting);
      },
      failed: (error) => this.#end({ kind: 'garbled', reason: error.message }),
      note: (text) => console.debug(`spice: ${text}`),
    });
  }

  get size(): Size | null {
    return this.#size;
  }

  get live(): boolean {
    return this.#live && !this.#ended;
  }

  keyDown(scanCode: readonly number[]): void {
    this.#keys.push(inputMessages.keyDown(scanCode));
  }

  keyUp(scanCode: readonly number[]): void {
    this.#keys.push(inputMessages.keyUp(scanCode));
  }

  /** Moves the pointer to a guest pixel. Only the newest place waits when the guest is slow to take them. */
  moveTo(x: number, y: number): void {
    if (this.#unacknowledged >= MOTION_WINDOW) {
      this.#waiting = { x, y };
      return;
    }
    this.#sendPlace({ x, y });
  }

  button(button: MouseButton, pressed: boolean): void {
    // A press lands where the pointer is, so a place that waits goes first.
    if (this.#waiting !== null) this.#sendPlace(this.#waiting);
    const mask = button <= mouseButtons.right ? 1 << (button - 1) : 0;
    this.#buttons = pressed ? this.#buttons | mask : this.#buttons & ~mask;
    const message = inputMessages.mouseButton(button, pressed, this.#buttons);
    // Ctrl and a click: the click must not overtake the key.
    if (this.#keys.isIdle) this.#send(message);
    else this.#keys.push(message);
  }

  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#keys.flush();
    this.#ended = true;
    this.#close();
  }

  /** The same stream, which also ends the session when it ends: a SPICE session is of use only whole. */
  #watchedStream(stream: ByteStream): ByteStream {
    const watched: ByteStream = {
      onOpen: null,
      onData: null,
      onClose: null,
      send: (bytes) => stream.send(bytes),
      close: () => stream.close(),
    };
    stream.onOpen = () => watched.onOpen?.();
    stream.onData = (bytes) => {
      clearTimeout(this.#unanswered);
      watched.onData?.(bytes);
    };
    stream.onClose = (reason) => {
      watched.onClose?.(reason);
      this.#end({ kind: reason === '' ? 'closed' : 'lost', reason });
    };
    return watched;
  }

  #sendPlace(place: { x: number; y: number }): void {
    this.#waiting = null;
    if (this.#main.mouse_mode === CLIENT_MODE) {
      if (this.#send(inputMessages.mousePosition(place.x, place.y, this.#buttons))) this.#unacknowledged += 1;
    } else if (this.#last !== null) {
      const [dx, dy] = [place.x - this.#last.x, place.y - this.#last.y];
      if (this.#send(inputMessages.mouseMotion(dx, dy, this.#buttons))) this.#unacknowledged += 1;
    }
    this.#last = place;
  }

  #send(bytes: ArrayBuffer): boolean {
    const inputs = this.#main.inputs;
    if (this.#ended || inputs?.state !== 'ready' || inputs.ws === undefined) return false;
    inputs.ws.send(bytes);
    return true;
  }

  #end(end: SessionEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#close();
    this.#listener.onEnd(end);
  }

  /** Closes every channel but leaves the surfaces: the last picture stays on screen. */
  #close(): void {
    clearTimeout(this.#unanswered);
    const main = this.#main;
    const channels: (Channel | undefined)[] = [
      main.inputs,
      main.cursor,
      main.display,
      ...main.ports,
      ...(main.extra_channels ?? []),
      main,
    ];
    for (const channel of channels) {
      if (channel === undefined) continue;
      channel.state = 'closing';
      channel.cleanup();
    }
    this.#served[Symbol.dispose]();
  }
}
