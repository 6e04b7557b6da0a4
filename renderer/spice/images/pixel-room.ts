import { checkImageSize, type Pixels } from '../protocol/pixels.ts';

/** Up to this many pixels are kept for the next drawing; what more it needs is the collector's. */
const KEPT_PIXELS = 4 * 1024 * 1024;

/** Room for the images of one drawing, which are gone when it is done: most are small and many, and making each anew costs more. */
export class PixelRoom {
  #words = new Uint32Array(0);
  #used = 0;

  /** All that was taken is free again. */
  clear(): void {
    this.#used = 0;
  }

  /** Pixels with whatever was in them before; the size is checked first. @throws ProtocolError. */
  take(where: string, width: number, height: number): Pixels {
    checkImageSize(where, width, height);
    const count = width * height;
    if (this.#used + count > this.#words.length) {
      if (count > KEPT_PIXELS) return { width, height, data: new Uint32Array(count) };
      // What was taken before keeps the buffer it is in.
      this.#words = new Uint32Array(Math.min(KEPT_PIXELS, Math.max(count, this.#words.length * 2)));
      this.#used = 0;
    }
    const data = this.#words.subarray(this.#used, this.#used + count);
    this.#used += count;
    return { width, height, data };
  }
}
