import { noEvents, noVideo } from '../../backend/devices/display/spice-screen.ts';
import type { Surface } from '../../renderer/spice/canvas/surface.ts';
import type { CursorState } from '../../renderer/spice/channels/cursor.ts';
import { DisplayChannel, displayCapabilities } from '../../renderer/spice/channels/display.ts';
import { SharedImages } from '../../renderer/spice/images/shared-images.ts';
import { IMAGE_TYPE, type ImageCompression } from '../../renderer/spice/protocol/constants.ts';
import { readDisplayMessage } from '../../renderer/spice/protocol/messages.ts';
import { DEAF_HOST, SpiceSession } from '../../renderer/spice/session.ts';
import { unixTransport } from '../fixtures/unix-transport.ts';
import type { Picture } from './picture.ts';

const FIRST_PICTURE_MS = 20_000;

const imageNames = new Map<number, string>(Object.entries(IMAGE_TYPE).map(([name, type]) => [type, name]));

/** Counts what it is sent: that pixels agree says little of a codec that was never used. */
class CountingDisplay extends DisplayChannel {
  /** Draw messages by kind, with the type of their image: `drawCopy quic`. */
  counts = new Map<string, number>();

  override receive(type: number, body: Uint8Array): Promise<void> | undefined {
    const { kind, body: message } = readDisplayMessage(type, body);
    if (kind.startsWith('draw') || kind === 'copyBits') {
      const image = message !== null && 'image' in message ? ` ${imageNames.get(message.image.type)}` : '';
      this.counts.set(kind + image, (this.counts.get(kind + image) ?? 0) + 1);
    }
    return super.receive(type, body);
  }
}

interface ViewerState {
  failed: Error | null;
  cursor: CursorState | null;
}

/** Our own viewer's core, without a window, on a SPICE server's unix socket. */
export class Viewer implements Disposable {
  readonly #session: SpiceSession<CountingDisplay>;
  readonly #state: ViewerState;

  private constructor(session: SpiceSession<CountingDisplay>, state: ViewerState) {
    this.#session = session;
    this.#state = state;
  }

  /** Resolves with the first whole picture drawn. `compression`: what it asks the server for; null leaves that to the server. */
  static async connect(path: string, compression: ImageCompression | null): Promise<Viewer> {
    const marked = Promise.withResolvers<void>();
    const state: ViewerState = { failed: null, cursor: null };
    const images = new SharedImages(() => Promise.reject(new Error('no lossy picture is wanted here')));
    const session = await SpiceSession.connect(
      {
        openTransport: () => unixTransport(path),
        ...DEAF_HOST,
        cursor: (_display, cursor) => {
          state.cursor = cursor;
        },
        closed: (error) => {
          state.failed = error ?? new Error('the session ended');
          marked.reject(state.failed);
        },
      },
      {
        display: {
          capabilities: displayCapabilities([]),
          create: (sender, serials) =>
            new CountingDisplay(sender, {
              images,
              serials,
              compression: compression ?? undefined,
              events: {
                ...noEvents,
                marked: (shown) => {
                  if (shown) marked.resolve();
                },
              },
              video: noVideo,
            }),
        },
      },
    );
    const timer = setTimeout(
      () => marked.reject(new Error('the server sent no whole picture')),
      FIRST_PICTURE_MS,
    );
    try {
      await marked.promise;
    } catch (error) {
      session.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
    return new Viewer(session, state);
  }

  /** What it shows now. Throws when the session has failed. */
  picture(): Picture {
    if (this.#state.failed !== null) throw this.#state.failed;
    const surface = this.#session.display?.primary;
    if (surface === undefined || surface === null) return { width: 0, height: 0, rgb: new Uint8Array(0) };
    const { width, height } = surface;
    const rgba = new Uint32Array(width * height);
    surface.readOpaque({ left: 0, top: 0, right: width, bottom: height }, rgba);
    const rgb = new Uint8Array(rgba.length * 3);
    for (let index = 0, at = 0; index < rgba.length; index += 1, at += 3) {
      const pixel = rgba[index] ?? 0;
      rgb[at] = pixel;
      rgb[at + 1] = pixel >>> 8;
      rgb[at + 2] = pixel >>> 16;
    }
    return { width, height, rgb };
  }

  /** The primary surface itself, spare bytes and all; null for none. Throws when the session has failed. */
  get surface(): Surface | null {
    if (this.#state.failed !== null) throw this.#state.failed;
    return this.#session.display?.primary ?? null;
  }

  /** The guest's pointer; null before anything was said of it. */
  get cursor(): CursorState | null {
    if (this.#state.failed !== null) throw this.#state.failed;
    return this.#state.cursor;
  }

  /** What was drawn since the last call, as text: `drawCopy quic 12, copyBits 3`. */
  takeCounts(): string {
    const { display } = this.#session;
    const counts = display === null ? [] : [...display.counts];
    display?.counts.clear();
    return counts
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  }

  /** Types small letters, digits, spaces and line ends. */
  type(text: string): void {
    const { inputs } = this.#session;
    if (inputs === null) throw new Error('the server has no inputs channel');
    for (const character of text) {
      const code = SCANCODES[character];
      if (code === undefined) throw new Error(`no scancode is known for ${JSON.stringify(character)}`);
      inputs.keyDown(code);
      inputs.keyUp(code);
    }
  }

  [Symbol.dispose](): void {
    this.#session.close();
  }
}

/** PC scancodes of set 1 on a US keyboard. */
const SCANCODES: Readonly<Record<string, number>> = {
  ...row('1234567890', 0x02),
  ...row('qwertyuiop', 0x10),
  ...row('asdfghjkl', 0x1e),
  ...row('zxcvbnm', 0x2c),
  ' ': 0x39,
  '\n': 0x1c,
};

function row(keys: string, first: number): Record<string, number> {
  return Object.fromEntries([...keys].map((key, index) => [key, first + index]));
}
