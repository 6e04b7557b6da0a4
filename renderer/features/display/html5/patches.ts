import type { Channel, MainChannel, Surface } from '@spice-project/spice-html5/src/spiceconn.js';
import { ByteQueue } from './byte-queue.ts';
import { type DrawCopy, drawCopy, tightRows, withinClip } from './draw-copy.ts';
import type { SpiceLibrary } from './load.ts';

/**
 * spice-html5 0.2.1 as it comes draws wrongly in places, talks to `alert` and `console`, and wires its own keyboard and
 * mouse. Its files stay untouched (LGPL: replaceable); what Innkeeper needs otherwise is replaced here, method by
 * method, once.
 */
export interface SessionHooks {
  /** The screen itself: its canvas has the guest's resolution. */
  primary(canvas: HTMLCanvasElement): void;
  drawn(): void;
  motionAcknowledged(): void;
  failed(error: Error): void;
  note(text: string): void;
}

const sessions = new WeakMap<MainChannel, SessionHooks>();

export function hookSession(main: MainChannel, hooks: SessionHooks): void {
  sessions.set(main, hooks);
}

function hooksOf(channel: Channel): SessionHooks | undefined {
  return sessions.get(channel.parent ?? (channel as MainChannel));
}

interface DisplayChannel extends Channel {
  surfaces?: (Surface | undefined)[] | undefined;
  primary_surface?: number | undefined;
  cache?: Record<string, ImageData>;
  streams?: unknown[];
}

interface WireReader {
  readonly sc: Channel;
  readonly needed: number;
  readonly saved_msg_header?: unknown;
  readonly callback: (this: Channel, message: ArrayBuffer, header: unknown) => void;
  queue?: ByteQueue;
}

interface DataView64 {
  getUint32(at: number, littleEndian?: boolean): number;
  setUint32(at: number, value: number, littleEndian?: boolean): void;
}

interface Message {
  readonly type: number;
  readonly data?: ArrayBuffer;
}

type Method<This, Arguments extends unknown[], Result> = (this: This, ...parameters: Arguments) => Result;

function replace<This, Arguments extends unknown[], Result>(
  prototype: Record<string, unknown>,
  name: string,
  make: (original: Method<This, Arguments, Result>) => Method<This, Arguments, Result>,
): void {
  prototype[name] = make(prototype[name] as Method<This, Arguments, Result>);
}

const DRAW_FILL = 302;
const COPY_BITS = 104;
const FIRST_DRAW = 302;
const LAST_DRAW = 318;
const MOUSE_MOTION_ACK = 111;
const TWO_TO_32 = 0x1_0000_0000;

export function applyPatches(library: SpiceLibrary): void {
  patchWire(library);
  patchReports(library);
  patchBitmap(library);
  patchDisplay(library);
  patchInputs(library);
}

function patchWire({ wire, view }: SpiceLibrary): void {
  // Its own joins pieces byte by byte, again for every piece: quadratic for a screenful that comes in many pieces.
  wire.SpiceWireReader.prototype.inbound = function inbound(this: WireReader, bytes: ArrayBuffer): void {
    this.queue ??= new ByteQueue();
    this.queue.push(bytes);
    try {
      while (this.needed > 0 && this.sc.state !== 'closing') {
        const message = this.queue.take(this.needed);
        if (message === null) return;
        this.callback.call(this.sc, message, this.saved_msg_header || undefined);
      }
    } catch (error) {
      // A message half handled leaves the channel out of step: only a new connection helps.
      const failure = error instanceof Error ? error : new Error(String(error));
      hooksOf(this.sc)?.failed(failure);
    }
  };
  // Its own shift by 32, which JavaScript takes for a shift by 0: image ids then collide in the cache, and the
  // announced cache size comes out as 2^32 times the real one.
  view.SpiceDataView.prototype.getUint64 = function getUint64(this: DataView64, at: number): number {
    return (this.getUint32(at + 4, true) >>> 0) * TWO_TO_32 + (this.getUint32(at, true) >>> 0);
  };
  view.SpiceDataView.prototype.setUint64 = function setUint64(
    this: DataView64,
    at: number,
    value: number,
  ): void {
    this.setUint32(at, value >>> 0, true);
    this.setUint32(at + 4, Math.floor(value / TWO_TO_32), true);
  };
}

/** What it says it cannot do, at every draw, and draw-copy.ts does. */
const HANDLED_HERE = [
  "FIXME: DrawCopy we don't handle clipping",
  'FIXME: DrawCopy src_area is a different size',
] as const;

function patchReports({ conn }: SpiceLibrary): void {
  const prototype = conn.SpiceConn.prototype;
  for (const name of ['log_info', 'log_warn', 'log_err']) {
    prototype[name] = function note(this: Channel, ...parts: unknown[]): void {
      const text = parts.join(' ');
      if (!HANDLED_HERE.some((start) => text.startsWith(start))) hooksOf(this)?.note(text);
    };
  }
  prototype.report_error = function reportError(this: Channel, error: unknown): void {
    hooksOf(this)?.failed(error instanceof Error ? error : new Error('A channel of the display broke off'));
  };
}

interface Bitmap {
  readonly format: number;
  readonly x: number;
  readonly y: number;
  stride: number;
  data: ArrayBuffer;
}

/** SPICE_BITMAP_FMT_32BIT and SPICE_BITMAP_FMT_RGBA, the two it draws. */
const FOUR_BYTES: ReadonlySet<number> = new Set([8, 9]);

function patchBitmap({ types }: SpiceLibrary): void {
  // Its conversion takes the stride for the width: what Linux' qxl driver sends comes out slanted.
  replace<Bitmap, [unknown, number, ArrayBuffer], number>(
    types.SpiceBitmap.prototype,
    'from_dv',
    (original) => {
      return function readBitmap(this: Bitmap, view, at, buffer) {
        const end = original.call(this, view, at, buffer);
        const row = this.x * 4;
        if (FOUR_BYTES.has(this.format) && this.stride > row) {
          this.data = tightRows(this.data, this.stride, row, this.y);
          this.stride = row;
        }
        return end;
      };
    },
  );
}

function patchDisplay({ display, view, messages }: SpiceLibrary): void {
  const prototype = display.SpiceDisplayConn.prototype;
  replace<DisplayChannel, [Message], boolean>(prototype, 'process_channel_message', (original) => {
    return function processDisplayMessage(this: DisplayChannel, message) {
      // Both are read before anything was ever put in them.
      this.cache ??= {};
      this.streams ??= [];
      const handled = runClipped.call(this, message, () => original.call(this, message));
      if (message.type === COPY_BITS || (message.type >= FIRST_DRAW && message.type <= LAST_DRAW)) {
        hooksOf(this)?.drawn();
      }
      return handled;
    };
  });

  function runClipped(this: DisplayChannel, message: Message, run: () => boolean): boolean {
    if ((message.type !== DRAW_FILL && message.type !== COPY_BITS) || message.data === undefined)
      return run();
    const base = new messages.SpiceMsgDisplayBase();
    base.from_dv(new view.SpiceDataView(message.data), 0, message.data);
    const surface = this.surfaces?.[base.surface_id];
    if (surface === undefined) return run();
    return withinClip(surface.canvas.context, base.clip, base.box, run);
  }

  prototype.draw_copy_helper = function drawCopyHelper(
    this: DisplayChannel,
    draw: DrawCopy & { readonly descriptor?: { readonly flags: number; readonly id: number } },
  ): boolean {
    const surface = this.surfaces?.[draw.base.surface_id];
    if (surface === undefined) return false;
    drawCopy(surface, draw);
    surface.draw_count += 1;
    // SPICE_IMAGE_FLAGS_CACHE_ME
    if (draw.descriptor !== undefined && (draw.descriptor.flags & 1) !== 0 && this.cache !== undefined) {
      this.cache[draw.descriptor.id] = draw.image_data;
    }
    return true;
  };

  // Called when the primary surface appeared. Innkeeper has its own hands (pointer.ts, keyboard.ts).
  prototype.hook_events = function hookEvents(this: DisplayChannel): void {
    const canvas = this.surfaces?.[this.primary_surface ?? -1]?.canvas;
    if (canvas === undefined) return;
    canvas.removeAttribute('id');
    canvas.removeAttribute('tabindex');
    hooksOf(this)?.primary(canvas);
  };
  prototype.unhook_events = function unhookEvents(): void {};
  // Its own finds canvases by an id that two viewers share.
  prototype.delete_surface = function deleteSurface(this: DisplayChannel, id: number): void {
    if (this.primary_surface === id) {
      this.primary_surface = undefined;
      this.surfaces?.[id]?.canvas.remove();
    }
    if (this.surfaces !== undefined) delete this.surfaces[id];
  };
}

function patchInputs({ inputs }: SpiceLibrary): void {
  replace<Channel, [Message], boolean>(
    inputs.SpiceInputsConn.prototype,
    'process_channel_message',
    (original) => {
      return function processInputsMessage(this: Channel, message) {
        const handled = original.call(this, message);
        if (message.type === MOUSE_MOTION_ACK) hooksOf(this)?.motionAcknowledged();
        return handled;
      };
    },
  );
}
