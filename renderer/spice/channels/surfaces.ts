import { Surface, surfaceFormat } from '../canvas/surface.ts';
import type { SurfaceLookup } from '../images/image-loader.ts';
import { PixelLimit } from '../images/pixel-limit.ts';
import { SURFACE_FLAG, SURFACE_FORMAT } from '../protocol/constants.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** red_worker's own bound is 1024 (NUM_SURFACES). */
const mostSurfaces = 4096;

export interface SurfaceEvents {
  surfaceCreated(surface: Surface): void;
  surfaceDestroyed(surface: Surface): void;
}

/** The surfaces of one display channel. */
export class Surfaces implements SurfaceLookup {
  readonly #events: SurfaceEvents;
  readonly #surfaces = new Map<number, Surface>();
  /** None before it is shared. */
  #limit = new PixelLimit(0);
  /** Taken of that. */
  #pixels = 0;
  #primary: Surface | null = null;

  constructor(events: SurfaceEvents) {
    this.#events = events;
  }

  get primary(): Surface | null {
    return this.#primary;
  }

  /** @throws ProtocolError for a surface that does not exist. */
  get(id: number): Surface {
    const surface = this.#surfaces.get(id);
    if (surface === undefined) throw new ProtocolError('display', `surface ${id} does not exist`);
    return surface;
  }

  find(id: number): Surface | null {
    return this.#surfaces.get(id) ?? null;
  }

  share(limit: PixelLimit): Disposable {
    this.#limit = limit;
    return {
      [Symbol.dispose]: () => {
        this.#limit = new PixelLimit(0);
        limit.giveBack(this.#pixels);
        this.#pixels = 0;
      },
    };
  }

  /** SURFACE_CREATE. A primary surface of the size of the one before keeps its picture. */
  create(id: number, width: number, height: number, format: number, flags: number): void {
    const pixelFormat = surfaceFormat(format);
    const primary = (flags & SURFACE_FLAG.primary) !== 0;
    const before = primary ? this.#primary : null;
    if (
      before?.id === id &&
      before.width === width &&
      before.height === height &&
      before.format === pixelFormat
    ) {
      return;
    }
    if (before !== null) this.destroy(before.id);
    this.destroy(id);
    if (this.#surfaces.size >= mostSurfaces || !this.#take(width * height)) {
      throw new ProtocolError('display.surfaceCreate', 'the server makes more surfaces than we accept');
    }
    const surface = new Surface(id, width, height, pixelFormat, primary);
    this.#surfaces.set(id, surface);
    if (primary) this.#primary = surface;
    this.#events.surfaceCreated(surface);
  }

  /** MODE, which servers sent before there were surfaces: a primary surface 0. */
  setMode(width: number, height: number, bits: number): void {
    this.create(
      0,
      width,
      height,
      bits === 32 ? SURFACE_FORMAT.xrgb32 : SURFACE_FORMAT.rgb555,
      SURFACE_FLAG.primary,
    );
  }

  /** SURFACE_DESTROY; a surface that does not exist is no error, servers do send that. */
  destroy(id: number): void {
    const surface = this.#surfaces.get(id);
    if (surface === undefined) return;
    this.#surfaces.delete(id);
    const pixels = surface.width * surface.height;
    this.#pixels -= pixels;
    this.#limit.giveBack(pixels);
    if (this.#primary === surface) this.#primary = null;
    this.#events.surfaceDestroyed(surface);
  }

  #take(pixels: number): boolean {
    if (!this.#limit.take(pixels)) return false;
    this.#pixels += pixels;
    return true;
  }
}
