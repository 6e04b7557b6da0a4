import type { Rect } from '../protocol/geometry.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** Rectangles looked at while a clip list is turned into bands; beyond it the list is an attack, not a window. */
const mostWork = 16_000_000;

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
  const order = Array.from({ length: total }, (_, i) => i * 4);
  order.sort((a, b) => (rects[a + 1] ?? 0) - (rects[b + 1] ?? 0));
  const edges = [...new Set(rects.filter((_, i) => i % 2 === 1))].sort((a, b) => a - b);
  const out: number[] = [];
  let active: number[] = [];
  let next = 0;
  let work = 0;
  let bandStart = -1;
  for (let e = 0; e + 1 < edges.length; e++) {
    const y1 = edges[e] ?? 0;
    const y2 = edges[e + 1] ?? 0;
    active = active.filter((at) => (rects[at + 3] ?? 0) > y1);
    let added = false;
    while (next < total && (rects[(order[next] ?? 0) + 1] ?? 0) <= y1) {
      active.push(order[next++] ?? 0);
      added = true;
    }
    if (added) active.sort((a, b) => (rects[a] ?? 0) - (rects[b] ?? 0));
    work += active.length + 1;
    if (work > mostWork) throw new ProtocolError('clip', 'The clip list is too complex.');
    const from = out.length;
    for (const at of active) {
      const left = rects[at] ?? 0;
      const right = rects[at + 2] ?? 0;
      const last = out.length - 4;
      if (last >= from && (out[last + 2] ?? 0) >= left) {
        if (right > (out[last + 2] ?? 0)) out[last + 2] = right;
      } else {
        out.push(left, y1, right, y2);
      }
    }
    if (bandStart >= 0 && continues(out, bandStart, from)) {
      for (let i = bandStart; i < from; i += 4) out[i + 3] = y2;
      out.length = from;
    } else {
      bandStart = out.length > from ? from : -1;
    }
  }
  return { boxes: Int32Array.from(out), count: out.length / 4 };
}

/** Whether the band from `second` on has the columns of the band at `first` and follows it without a gap. */
function continues(out: readonly number[], first: number, second: number): boolean {
  const length = second - first;
  if (out.length - second !== length || length === 0) return false;
  if (out[first + 3] !== out[second + 1]) return false;
  for (let i = 0; i < length; i += 4) {
    if (out[first + i] !== out[second + i] || out[first + i + 2] !== out[second + i + 2]) return false;
  }
  return true;
}
