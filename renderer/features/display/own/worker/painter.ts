import type { Surface } from '../../../../spice/canvas/surface.ts';
import { DirtyAreas } from '../../../../spice/channels/dirty-areas.ts';
import type { Rect } from '../../../../spice/protocol/geometry.ts';

/** A page in the background has no animation frames; its canvas is kept up to date all the same, every so many ms. */
const LONGEST_WAIT_MS = 250;

export interface PainterEvents {
  /** Asks for a canvas of that part's size, to be given to `setCanvas` with the same number. */
  wanted(screen: number, area: Rect): void;
  drawn(screen: number): void;
  /** What had changed is on the canvas. */
  painted(): void;
}

const NOWHERE: Rect = { left: 0, top: 0, right: 0, bottom: 0 };

/**
 * Brings what changed on the shown part of the guest's screen to a canvas of that part's size, once a frame. So what is not shown
 * costs nothing, and whoever scales the canvas or takes a picture of it has no edge to mind.
 */
export class Painter implements Disposable {
  readonly #events: PainterEvents;
  readonly #dirty = new DirtyAreas();
  #surface: Surface | null = null;
  #area = NOWHERE;
  /** Something was drawn on it. */
  #hasPicture = false;
  #screen = 0;
  #context: OffscreenCanvasRenderingContext2D | null = null;
  #scratch = new Uint32Array(0);
  #hasDrawn = false;
  #cancel: (() => void) | null = null;
  #frames = 0;

  constructor(events: PainterEvents) {
    this.#events = events;
  }

  get frames(): number {
    return this.#frames;
  }

  /** Shows this part of this surface from now on; `area` lies inside. */
  show(surface: Surface, area: Rect): void {
    const hadPicture = this.#surface === surface && this.#hasPicture;
    this.leave();
    this.#surface = surface;
    this.#area = area;
    this.#hasPicture = hadPicture;
    if (hadPicture) this.#dirty.add(surface, area);
    this.#screen += 1;
    this.#events.wanted(this.#screen, area);
  }

  /** The guest is between two modes: its last picture stays. */
  leave(): void {
    if (this.#surface !== null) this.#dirty.forget(this.#surface);
    this.#surface = null;
    this.#context = null;
    this.#hasDrawn = false;
  }

  setCanvas(screen: number, canvas: OffscreenCanvas): void {
    if (screen !== this.#screen || this.#surface === null) return;
    this.#context = canvas.getContext('2d', { alpha: false });
    if (!this.#dirty.empty) this.#schedule();
  }

  changed(surface: Surface, rect: Rect): void {
    if (surface !== this.#surface) return;
    this.#hasPicture = true;
    const { left, top, right, bottom } = this.#area;
    this.#dirty.add(surface, {
      left: Math.max(left, rect.left),
      top: Math.max(top, rect.top),
      right: Math.min(right, rect.right),
      bottom: Math.min(bottom, rect.bottom),
    });
    if (this.#context !== null && !this.#dirty.empty) this.#schedule();
  }

  [Symbol.dispose](): void {
    this.#cancel?.();
    this.#surface = null;
    this.#context = null;
  }

  #schedule(): void {
    if (this.#cancel !== null) return;
    const frame = requestAnimationFrame(() => this.#paint());
    const timer = setTimeout(() => this.#paint(), LONGEST_WAIT_MS);
    this.#cancel = () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
      this.#cancel = null;
    };
  }

  #paint(): void {
    this.#cancel?.();
    const context = this.#context;
    if (context === null || this.#dirty.empty) return;
    this.#dirty.take((surface, rect) => this.#upload(context, surface, rect));
    this.#frames += 1;
    this.#events.painted();
    if (this.#hasDrawn) return;
    this.#hasDrawn = true;
    this.#events.drawn(this.#screen);
  }

  #upload(context: OffscreenCanvasRenderingContext2D, surface: Surface, rect: Rect): void {
    const area = this.#area;
    const width = rect.right - rect.left;
    const height = rect.bottom - rect.top;
    if (this.#scratch.length < width * height) {
      this.#scratch = new Uint32Array((area.right - area.left) * (area.bottom - area.top));
    }
    surface.readOpaque(rect, this.#scratch);
    const bytes = new Uint8ClampedArray(this.#scratch.buffer, 0, width * height * 4);
    context.putImageData(new ImageData(bytes, width, height), rect.left - area.left, rect.top - area.top);
  }
}
