import type { CursorState } from '../../../../spice/channels/cursor.ts';
import type { CursorShape } from '../../../../spice/channels/cursor-shape.ts';
import { cursorPixels } from '../cursor-picture.ts';
import type { FromWorker } from '../messages.ts';

/**
 * Tells the page of the guest's pointer. A guest may change it thousands of times in a second, so the page hears of it
 * again only when it has drawn what it heard before, once a frame at most; and then of the latest alone. A shape's
 * pixels go over once.
 */
export class CursorNews {
  readonly #post: (message: FromWorker, transfer: Transferable[]) => void;
  /** The latest, while the page has not heard of it. */
  #latest: CursorState | null = null;
  #isDrawing = false;
  /** The shape that the page has, and its number. */
  #told: CursorShape | null = null;
  #number = 0;

  constructor(post: (message: FromWorker, transfer: Transferable[]) => void) {
    this.#post = post;
  }

  changed(state: CursorState): void {
    this.#latest = state;
    if (!this.#isDrawing) this.#tell();
  }

  /** The page has drawn what it was told. */
  drawn(): void {
    this.#isDrawing = false;
    this.#tell();
  }

  #tell(): void {
    if (this.#latest === null) return;
    const { shape, visible, position, trail } = this.#latest;
    this.#latest = null;
    this.#isDrawing = true;
    const picture = visible && shape !== null ? this.#numberOf(shape) : null;
    this.#post({ kind: 'cursor', cursor: { picture, position, trail } }, []);
  }

  /** Tells the page of a shape that it does not have. */
  #numberOf(shape: CursorShape): number {
    if (shape === this.#told) return this.#number;
    this.#told = shape;
    this.#number += 1;
    const { width, height } = shape.pixels;
    const data = cursorPixels(shape);
    const picture = { number: this.#number, width, height, hotspot: shape.hotspot, data };
    this.#post({ kind: 'cursorPicture', picture }, [data.buffer]);
    return this.#number;
  }
}
