import { type GlzImage, GlzWindow } from '../codecs/glz-window.ts';
import type { JpegDecoder } from '../codecs/jpeg-alpha.ts';
import { PixelLimit } from './pixel-limit.ts';
import { PixmapCache } from './pixmap-cache.ts';

/** 80 MiB of decoded images. */
const cachePixels = 20 * 1024 * 1024;
/** 64 MiB; a window of 0 would make the server's automatic mode do without GLZ. */
const windowPixels = 16 * 1024 * 1024;
/** 512 MiB of surfaces. */
const surfacePixels = 128 * 1024 * 1024;

/** The GLZ window, which also tells when an image came in that somebody waits for. */
class SharedWindow extends GlzWindow {
  readonly #waiting = new Map<number, (() => void)[]>();

  override add(id: number, image: GlzImage): void {
    super.add(id, image);
    for (const awaited of this.#waiting.keys()) if (this.#isSettled(awaited)) this.#wake(awaited);
  }

  override clear(): void {
    super.clear();
    for (const awaited of this.#waiting.keys()) this.#wake(awaited);
  }

  /** Resolves when an image of this id is there, or cannot come any more: `find` tells which. */
  whenAdded(id: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) this.#waiting.set(id, [resolve]);
      else waiting.push(resolve);
    });
  }

  #isSettled(id: number): boolean {
    try {
      return this.find(id) !== null;
    } catch {
      // Let go: whoever waits has the same error as soon as it looks.
      return true;
    }
  }

  #wake(id: number): void {
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    for (const wake of waiting) wake();
  }
}

/** The surfaces of a display channel. */
export interface SharedSurfaces {
  /** From now on their pixels are of that limit; dispose what it gets when the channel ends. */
  share(limit: PixelLimit): Disposable;
}

/** What all display channels of a session have in common: the server sees one image cache and one GLZ dictionary. */
export class SharedImages {
  /** Offered to the server in DISPLAY_INIT. */
  readonly cachePixels = cachePixels;
  readonly windowPixels = windowPixels;
  readonly cache = new PixmapCache(cachePixels);
  readonly window = new SharedWindow(windowPixels);
  readonly decodeJpeg: JpegDecoder;
  readonly #surfaceLimit = new PixelLimit(surfacePixels);
  #channels = 0;

  constructor(decodeJpeg: JpegDecoder) {
    this.decodeJpeg = decodeJpeg;
  }

  /** Whether an image that is missing may still come, over another channel. */
  get several(): boolean {
    return this.#channels > 1;
  }

  /** A display channel with these surfaces begins to use the caches; dispose what it gets when it ends. */
  join(surfaces: SharedSurfaces): Disposable {
    this.#channels += 1;
    const share = surfaces.share(this.#surfaceLimit);
    let joined = true;
    return {
      [Symbol.dispose]: () => {
        if (!joined) return;
        joined = false;
        this.#channels -= 1;
        share[Symbol.dispose]();
      },
    };
  }
}
