import type { Surface } from '../canvas/surface.ts';
import type { Rect } from '../protocol/geometry.ts';

/** Rectangles kept apart on one surface; more become one. */
const mostRects = 12;

/** What changed on which surface since it was last told, in few rectangles. */
export class DirtyAreas {
  readonly #rects = new Map<Surface, Rect[]>();

  get empty(): boolean {
    return this.#rects.size === 0;
  }

  /** Adds a rectangle, cut to the surface. It joins one that it touches: their bounds cost less than two uploads. */
  add(surface: Surface, rect: Rect): void {
    let left = Math.max(0, rect.left);
    let top = Math.max(0, rect.top);
    let right = Math.min(surface.width, rect.right);
    let bottom = Math.min(surface.height, rect.bottom);
    if (left >= right || top >= bottom) return;
    let rects = this.#rects.get(surface);
    if (rects === undefined) {
      rects = [];
      this.#rects.set(surface, rects);
    }
    for (let i = rects.length - 1; i >= 0; i--) {
      const other = rects[i];
      if (other === undefined) continue;
      const apart = other.left > right || other.right < left || other.top > bottom || other.bottom < top;
      if (apart && rects.length < mostRects) continue;
      left = Math.min(left, other.left);
      top = Math.min(top, other.top);
      right = Math.max(right, other.right);
      bottom = Math.max(bottom, other.bottom);
      rects.splice(i, 1);
    }
    rects.push({ left, top, right, bottom });
  }

  forget(surface: Surface): void {
    this.#rects.delete(surface);
  }

  /** Hands out everything and starts anew. */
  take(use: (surface: Surface, rect: Rect) => void): void {
    const all = [...this.#rects];
    this.#rects.clear();
    for (const [surface, rects] of all) for (const rect of rects) use(surface, rect);
  }
}
