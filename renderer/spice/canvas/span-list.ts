import { ProtocolError } from '../protocol/protocol-error.ts';
import type { Painter, Region } from './region.ts';

/** Runs of one path; a picture's worth of them many times over. */
const mostSpans = 16_000_000;

/** Horizontal runs of pixels, gathered and then drawn where a region lets them. */
export class SpanList {
  /** x, y, width of each. */
  #spans: number[] = [];
  #added = 0;

  readonly add = (x: number, y: number, width: number): void => {
    this.#added += 1;
    if (this.#added > mostSpans) throw new ProtocolError('display.drawStroke', 'the path is too long');
    this.#spans.push(x, y, width);
  };

  clear(): void {
    this.#spans.length = 0;
  }

  /** Every pixel once: rows in order, overlapping and touching runs made one. */
  merge(): void {
    const spans = this.#spans;
    const order = Array.from({ length: spans.length / 3 }, (_, i) => i * 3);
    order.sort((a, b) => (spans[a + 1] ?? 0) - (spans[b + 1] ?? 0) || (spans[a] ?? 0) - (spans[b] ?? 0));
    const merged: number[] = [];
    for (const at of order) {
      const x = spans[at] ?? 0;
      const y = spans[at + 1] ?? 0;
      const width = spans[at + 2] ?? 0;
      const last = merged.length - 3;
      const lastX = merged[last] ?? 0;
      const lastWidth = merged[last + 2] ?? 0;
      if (last >= 0 && merged[last + 1] === y && x <= lastX + lastWidth) {
        merged[last + 2] = Math.max(lastWidth, x + width - lastX);
      } else {
        merged.push(x, y, width);
      }
    }
    this.#spans = merged;
  }

  /** The spans of a single line, of which no two are in one row. */
  paintLine(region: Region, painter: Painter): void {
    if (region.count < 2) this.paint(region, painter);
    else paintInPlace(this.#spans, region, painter);
  }

  paint(region: Region, painter: Painter): void {
    const spans = this.#spans;
    const { boxes } = region;
    const ends = region.count * 4;
    for (let at = 0; at < spans.length; at += 3) {
      const x = spans[at] ?? 0;
      const y = spans[at + 1] ?? 0;
      const end = x + (spans[at + 2] ?? 0);
      for (let i = firstBoxOf(region, y); i < ends && (boxes[i + 1] ?? 0) <= y; i += 4) {
        const left = Math.max(x, boxes[i] ?? 0);
        const right = Math.min(end, boxes[i + 2] ?? 0);
        if (left < right) painter.rect(left, y, right, y + 1);
      }
    }
  }
}

/**
 * Draws one line's spans where a region of several boxes lets them, as the reference client does: there the pieces
 * of a span take the places of the spans after it in one list, so a span that two boxes share costs the next one.
 */
function paintInPlace(list: readonly number[], region: Region, painter: Painter): void {
  const { boxes } = region;
  const spans = sortedByRow(list);
  const ends = region.count * 4;
  let write = 0;
  for (let read = 0; read < list.length; read += 3) {
    const x = spans[read] ?? 0;
    const y = spans[read + 1] ?? 0;
    const end = x + (spans[read + 2] ?? 0);
    for (let i = firstBoxOf(region, y); i < ends && (boxes[i + 1] ?? 0) <= y; i += 4) {
      const left = Math.max(x, boxes[i] ?? 0);
      const right = Math.min(end, boxes[i + 2] ?? 0);
      if (left >= right) continue;
      spans[write] = left;
      spans[write + 1] = y;
      spans[write + 2] = right - left;
      write += 3;
      painter.rect(left, y, right, y + 1);
    }
  }
}

function sortedByRow(list: readonly number[]): number[] {
  const order = Array.from({ length: list.length / 3 }, (_, i) => i * 3);
  order.sort((a, b) => (list[a + 1] ?? 0) - (list[b + 1] ?? 0));
  return order.flatMap((at) => [list[at] ?? 0, list[at + 1] ?? 0, list[at + 2] ?? 0]);
}

/** Where the boxes of the band begin that holds this row, or comes after it. */
function firstBoxOf(region: Region, y: number): number {
  let from = 0;
  let to = region.count;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((region.boxes[middle * 4 + 3] ?? 0) > y) to = middle;
    else from = middle + 1;
  }
  return from * 4;
}
