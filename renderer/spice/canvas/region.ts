import type { Rect } from '../protocol/geometry.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/**
 * Rectangles looked at while a clip list is turned into bands; beyond it the list is an attack, not a window. The lists
 * of servers come in bands and take thrice their length: a round window of 4,096 rows has 4,096 rectangles. Those that
 * overlap like stairs take half the square of it, and as many boxes, for each drawing anew.
 */
const mostWork = 500_000;

/** Something that can colour a rectangle that lies inside the surface. */
export interface Painter {
  rect(x1: number, y1: number, x2: number, y2: number): void;
}

/**
 * Pixels as rectangles that do not overlap, in bands from the top, from the left within a band. Every pixel of a
 * clip list is so drawn once, however its rectangles overlap, and a copy onto itself can choose its order.
 */
export interface Region {
  /** x1, y1, x2, y2 of each rectangle. */
  readonly boxes: Int32Array;
  readonly count: number;
}

/** The part of `box` that lies in a surface of this size and in the clip list (null: no list). */
export function clipRegion(box: Rect, clip: readonly Rect[] | null, width: number, height: number): Region {
  const x1 = Math.max(box.left, 0);
  const y1 = Math.max(box.top, 0);
  const x2 = Math.min(box.right, width);
  const y2 = Math.min(box.bottom, height);
  if (x1 >= x2 || y1 >= y2) return empty;
  if (clip === null) return { boxes: Int32Array.of(x1, y1, x2, y2), count: 1 };
  const kept: number[] = [];
  for (const rect of clip) {
    const left = Math.max(rect.left, x1);
    const top = Math.max(rect.top, y1);
    const right = Math.min(rect.right, x2);
    const bottom = Math.min(rect.bottom, y2);
    if (left < right && top < bottom) kept.push(left, top, right, bottom);
  }
  if (kept.length === 0) return empty;
  if (kept.length === 4) return { boxes: Int32Array.from(kept), count: 1 };
  return bandsOf(kept);
}

const empty: Region = { boxes: new Int32Array(0), count: 0 };

/** The rectangles of `region` that also lie in the rectangle given. */
export function intersect(region: Region, x1: number, y1: number, x2: number, y2: number): Region {
  const out: number[] = [];
  for (let i = 0; i < region.count * 4; i += 4) {
    const left = Math.max(region.boxes[i] ?? 0, x1);
    const top = Math.max(region.boxes[i + 1] ?? 0, y1);
    const right = Math.min(region.boxes[i + 2] ?? 0, x2);
    const bottom = Math.min(region.boxes[i + 3] ?? 0, y2);
    if (left < right && top < bottom) out.push(left, top, right, bottom);
  }
  return { boxes: Int32Array.from(out), count: out.length / 4 };
}

export function paintRegion(region: Region, painter: Painter): void {
  const { boxes } = region;
  for (let i = 0; i < region.count * 4; i += 4) {
    painter.rect(boxes[i] ?? 0, boxes[i + 1] ?? 0, boxes[i + 2] ?? 0, boxes[i + 3] ?? 0);
  }
}

/** Pixels in a region. */
export function areaOf({ boxes, count }: Region): number {
  let pixels = 0;
  for (let i = 0; i < count * 4; i += 4) {
    pixels += ((boxes[i + 2] ?? 0) - (boxes[i] ?? 0)) * ((boxes[i + 3] ?? 0) - (boxes[i + 1] ?? 0));
  }
  return pixels;
}

/** Where in `boxes` the first is that holds the pixel, or else comes after it: to its right, or in a lower band. */
export function boxFrom({ boxes, count }: Region, x: number, y: number): number {
  let from = 0;
  let to = count;
  while (from < to) {
    const middle = (from + to) >> 1;
    const at = middle * 4;
    const above = (boxes[at + 3] ?? 0) <= y;
    const beside = (boxes[at + 1] ?? 0) <= y && (boxes[at + 2] ?? 0) <= x;
    if (above || beside) from = middle + 1;
    else to = middle;
  }
  return from * 4;
}

/** The smallest rectangle around a region that is not empty. */
export function boundsOf(region: Region): Rect {
  const { boxes } = region;
  let left = boxes[0] ?? 0;
  let right = boxes[2] ?? 0;
  for (let i = 4; i < region.count * 4; i += 4) {
    left = Math.min(left, boxes[i] ?? 0);
    right = Math.max(right, boxes[i + 2] ?? 0);
  }
  return { left, top: boxes[1] ?? 0, right, bottom: boxes[region.count * 4 - 1] ?? 0 };
}

/** Union of rectangles (four numbers each), as bands. */
function bandsOf(rects: readonly number[]): Region {
  const total = rects.length / 4;
  let work = total;
  if (work > mostWork) throw tooComplex();
  const order = Array.from({ length: total }, (_, i) => i * 4);
  order.sort((a, b) => at(rects, a + 1) - at(rects, b + 1) || at(rects, a) - at(rects, b));
  const edges = [...new Set(rects.filter((_, i) => i % 2 === 1))].sort((a, b) => a - b);
  const bands = new Bands(rects);
  let active = new Int32Array(total);
  let before = new Int32Array(total);
  let count = 0;
  let next = 0;
  for (let e = 0; e + 1 < edges.length; e++) {
    const y1 = edges[e] ?? 0;
    const y2 = edges[e + 1] ?? 0;
    // Those that go on and those that begin here, both in the order of their left sides.
    [active, before] = [before, active];
    const old = count;
    count = 0;
    let end = next;
    while (end < total && at(rects, at(order, end) + 1) <= y1) end++;
    for (let i = 0; i < old; i++) {
      const rect = at(before, i);
      if (at(rects, rect + 3) <= y1) continue;
      while (next < end && at(rects, at(order, next)) < at(rects, rect)) active[count++] = at(order, next++);
      active[count++] = rect;
    }
    while (next < end) active[count++] = at(order, next++);
    work += count + 1;
    if (work > mostWork) throw tooComplex();
    bands.add(active, count, y1, y2);
  }
  return bands.region();
}

/** Bands in the making. */
class Bands {
  readonly #rects: readonly number[];
  #boxes: Int32Array<ArrayBuffer>;
  #length = 0;
  /** Where the lowest band begins; -1 where the rows above are empty. */
  #last = -1;

  constructor(rects: readonly number[]) {
    this.#rects = rects;
    this.#boxes = new Int32Array(rects.length * 2);
  }

  /** A band of the union of rectangles in the order of their left sides; it may go on with the one above. */
  add(active: Int32Array, count: number, y1: number, y2: number): void {
    const rects = this.#rects;
    const out = this.#roomFor(count);
    const from = this.#length;
    let end = from;
    for (let i = 0; i < count; i++) {
      const left = at(rects, at(active, i));
      const right = at(rects, at(active, i) + 2);
      if (end > from && at(out, end - 2) >= left) {
        if (right > at(out, end - 2)) out[end - 2] = right;
      } else {
        out[end++] = left;
        out[end++] = y1;
        out[end++] = right;
        out[end++] = y2;
      }
    }
    if (this.#last >= 0 && continues(out, this.#last, from, end)) {
      for (let i = this.#last; i < from; i += 4) out[i + 3] = y2;
    } else {
      this.#last = end > from ? from : -1;
      this.#length = end;
    }
  }

  region(): Region {
    return { boxes: this.#boxes.slice(0, this.#length), count: this.#length / 4 };
  }

  #roomFor(count: number): Int32Array {
    if (this.#length + count * 4 > this.#boxes.length) {
      const larger = new Int32Array(this.#boxes.length * 2);
      larger.set(this.#boxes);
      this.#boxes = larger;
    }
    return this.#boxes;
  }
}

function at(numbers: ArrayLike<number>, index: number): number {
  return numbers[index] ?? 0;
}

function tooComplex(): ProtocolError {
  return new ProtocolError('clip', 'The clip list is too complex.');
}

/** Whether the band from `second` to `end` has the columns of the band at `first` and follows it without a gap. */
function continues(out: Int32Array, first: number, second: number, end: number): boolean {
  const length = second - first;
  if (end - second !== length || length === 0) return false;
  if (out[first + 3] !== out[second + 1]) return false;
  for (let i = 0; i < length; i += 4) {
    if (out[first + i] !== out[second + i] || out[first + i + 2] !== out[second + i + 2]) return false;
  }
  return true;
}
