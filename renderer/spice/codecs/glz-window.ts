import { ProtocolError } from '../protocol/protocol-error.ts';

const where = 'glz window';

/** An image that later ones may refer to. */
export interface GlzImage {
  /** How the pixels were sent: a reference must be to an image of its own kind. */
  readonly kind: string;
  /** Pixels in the order they were sent in, which for bottom-up images is not the order they are shown in. */
  readonly words: Int32Array;
  /** How many ids before this one the server's window began then. */
  readonly reach: number;
}

/** Beside its pixels, what an image costs us, in pixels. */
const pixelsPerEntry = 64;

/**
 * The dictionary of GLZ: the latest images of all display channels of a session, by id. The server gives the ids in order over all
 * channels and says with each image how many ids back its own window begins; what is before that is let go as soon as no
 * image with a lower id is still to come. Channels overtake each other, so an image may arrive before one it refers to.
 */
export class GlzWindow {
  readonly #images = new Map<number, GlzImage>();
  readonly #limit: number;
  #held = 0;
  /** Nothing before this id is kept. */
  #oldest = 0;
  /** The first id that has not arrived. */
  #missing = 0;
  #newest = 0;

  /** @param pixels the window size that was announced to the server; up to twice as much is held while channels overtake */
  constructor(pixels: number) {
    this.#limit = pixels * 2;
  }

  /** How many pixels are held, with what their bookkeeping costs. */
  get heldPixels(): number {
    return this.#held;
  }

  /** The image, or null while it has not arrived; throws for one that was let go. */
  find(id: number): GlzImage | null {
    const image = this.#images.get(id);
    if (image !== undefined) return image;
    if (id < this.#oldest) throw new ProtocolError(where, `image ${id} is not in the window any more`);
    return null;
  }

  /** Keeps an image and lets go what nothing will refer to any more. */
  add(id: number, image: GlzImage): void {
    const { reach } = image;
    if (this.#images.has(id)) throw new ProtocolError(where, `image ${id} came twice`);
    if (reach > id) throw new ProtocolError(where, `image ${id} reaches ${reach} images back`);
    if (id >= this.#oldest) {
      this.#images.set(id, image);
      this.#held += image.words.length + pixelsPerEntry;
    }
    this.#newest = Math.max(this.#newest, id);
    while (this.#images.has(this.#missing)) this.#missing++;
    this.#releaseBefore(this.#missing - 1);
    if (this.#held > this.#limit) {
      // What is missing for so long never comes: its channel is gone, or the ids did not begin with 0 after a migration.
      this.#missing = this.#newest + 1;
      this.#releaseBefore(this.#newest);
    }
    if (this.#held > this.#limit) {
      throw new ProtocolError(where, `${this.#held} pixels are more than the window of ${this.#limit / 2}`);
    }
  }

  clear(): void {
    this.#images.clear();
    this.#held = 0;
    this.#oldest = 0;
    this.#missing = 0;
    this.#newest = 0;
  }

  /** Lets go what the server's window did not have any more when it sent this image. */
  #releaseBefore(id: number): void {
    const oldest = id - (this.#images.get(id)?.reach ?? Number.POSITIVE_INFINITY);
    if (oldest <= this.#oldest) return;
    // The ids may jump by billions, the images are few: walk whichever is shorter.
    if (oldest - this.#oldest <= this.#images.size) {
      for (let id = this.#oldest; id < oldest; id++) this.#drop(id);
    } else {
      for (const id of this.#images.keys()) if (id < oldest) this.#drop(id);
    }
    this.#oldest = oldest;
  }

  #drop(id: number): void {
    const image = this.#images.get(id);
    if (image === undefined) return;
    this.#held -= image.words.length + pixelsPerEntry;
    this.#images.delete(id);
  }
}
