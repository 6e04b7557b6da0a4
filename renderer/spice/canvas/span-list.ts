import { ProtocolError } from '../protocol/protocol-error.ts';
import { boxFrom, type Painter, type Region } from './region.ts';

/** Runs of one path, and pieces of them in the region's boxes; a picture's worth of them many times over. */
const mostWork = 32_000_000;
/** Runs that are kept at the same time: all of a dashed path's, but only one line's of any other. */
const mostKept = 4_000_000;

/** Horizontal runs of pixels, gathered and then drawn where a region lets them. */
export class SpanList {
  /** x, y, width of each. */
  #spans: number[] = [];
  #workLeft: number;

  constructor(work = mostWork) {
    this.#workLeft = work;
  }

  readonly add = (x: number, y: number, width: number): void => {
    this.#count();
    if (this.#spans.length >= mostKept * 3) throw tooLong();
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
    else this.#paintInPlace(region, painter);
  }

  paint(region: Region, painter: Painter): void {
    const spans = this.#spans;
    const { boxes } = region;
    const ends = region.count * 4;
    for (let at = 0; at < spans.length; at += 3) {
      const x = spans[at] ?? 0;
      const y = spans[at + 1] ?? 0;
      const end = x + (spans[at + 2] ?? 0);
      for (let i = boxFrom(region, x, y); i < ends && meets(boxes, i, y, end); i += 4) {
        this.#count();
        painter.rect(Math.max(x, boxes[i] ?? 0), y, Math.min(end, boxes[i + 2] ?? 0), y + 1);
      }
    }
  }

  /**
   * Draws one line's spans where a region of several boxes lets them, as the reference client does: there the pieces
   * of a span take the places of the spans after it in one list, so a span that two boxes share costs the next one.
   */
  #paintInPlace(region: Region, painter: Painter): void {
    const { boxes } = region;
    const spans = sortedByRow(this.#spans);
    const { length } = spans;
    const ends = region.count * 4;
    let write = 0;
    for (let read = 0; read < length; read += 3) {
      const x = spans[read] ?? 0;
      const y = spans[read + 1] ?? 0;
      const end = x + (spans[read + 2] ?? 0);
      for (let i = boxFrom(region, x, y); i < ends && meets(boxes, i, y, end); i += 4) {
        this.#count();
        const left = Math.max(x, boxes[i] ?? 0);
        const right = Math.min(end, boxes[i + 2] ?? 0);
        spans[write] = left;
        spans[write + 1] = y;
        spans[write + 2] = right - left;
        write += 3;
        painter.rect(left, y, right, y + 1);
      }
    }
  }

  #count(): void {
    this.#workLeft -= 1;
    if (this.#workLeft < 0) throw tooLong();
  }
}

function tooLong(): ProtocolError {
  return new ProtocolError('display.drawStroke', 'the path is too long');
}

/** Whether a box begins before a run in this row ends. */
function meets(boxes: Int32Array, at: number, y: number, end: number): boolean {
  return (boxes[at + 1] ?? 0) <= y && (boxes[at] ?? 0) < end;
}

function sortedByRow(list: readonly number[]): number[] {
  const order = Array.from({ length: list.length / 3 }, (_, i) => i * 3);
  order.sort((a, b) => (list[a + 1] ?? 0) - (list[b + 1] ?? 0));
  return order.flatMap((at) => [list[at] ?? 0, list[at + 1] ?? 0, list[at + 2] ?? 0]);
}
