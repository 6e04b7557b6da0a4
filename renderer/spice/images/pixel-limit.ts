/** How many pixels may be held at once, by all who hold some together. */
export class PixelLimit {
  #left: number;

  constructor(pixels: number) {
    this.#left = pixels;
  }

  /** False: there is no room for so many, and none is taken. */
  take(pixels: number): boolean {
    if (pixels > this.#left) return false;
    this.#left -= pixels;
    return true;
  }

  /** Of those that were taken. */
  giveBack(pixels: number): void {
    this.#left += pixels;
  }
}
