import type { Raster } from '../canvas/draw-types.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

interface Entry {
  readonly raster: Raster;
  readonly lossy: boolean;
}

/** The server counts pixels alone, we also pay for each image: so many take some 200 MB beside their pixels. */
const mostEntries = 512 * 1024;

/**
 * Images that the server may draw again by their id. It knows the cache's size (DISPLAY_INIT) and says what to drop,
 * so nothing is dropped of our own accord: a server that keeps more than we offered breaks the protocol.
 */
export class PixmapCache {
  readonly #mostPixels: number;
  readonly #entries = new Map<bigint, Entry>();
  readonly #waiting = new Map<bigint, (() => void)[]>();
  #pixels = 0;

  /** @param mostPixels as announced; twice as much is tolerated, as invalidations may trail behind. */
  constructor(mostPixels: number) {
    this.#mostPixels = mostPixels * 2;
  }

  /** Keeps an image, in place of one of the same id. @throws ProtocolError when the cache is over its size. */
  put(id: bigint, raster: Raster, lossy: boolean): void {
    this.remove(id);
    this.#pixels += raster.width * raster.height;
    if (this.#pixels > this.#mostPixels) {
      throw new ProtocolError('images', `the image cache has ${this.#pixels} pixels, more than was offered`);
    }
    this.#entries.set(id, { raster, lossy });
    if (this.#entries.size > mostEntries) {
      throw new ProtocolError('images', `the image cache has more than ${mostEntries} images`);
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    for (const wake of waiting ?? []) wake();
  }

  /** An image kept earlier, or null. Without `lossyToo`, one whose exact pixels are not here yet counts as absent. */
  get(id: bigint, lossyToo: boolean): Raster | null {
    const entry = this.#entries.get(id);
    return entry === undefined || (entry.lossy && !lossyToo) ? null : entry.raster;
  }

  /** Resolves when an image of this id is put. */
  whenPut(id: bigint): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id);
      if (waiting === undefined) this.#waiting.set(id, [resolve]);
      else waiting.push(resolve);
    });
  }

  remove(id: bigint): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#pixels -= entry.raster.width * entry.raster.height;
    this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
    this.#pixels = 0;
  }
}
