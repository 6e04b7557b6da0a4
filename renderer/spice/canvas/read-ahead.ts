import { areaOf, boxFrom, type Region } from './region.ts';
import type { FetchRow } from './sampler.ts';

/** Fills `out` with what a row of the surface is drawn from: `count` pixels from (x, y) on, `size` numbers each. */
type Rows<Row> = (x: number, y: number, count: number, out: Row) => void;

/** Numbers of a row: words, or channels in single precision. */
interface Numbers<Row> {
  readonly length: number;
  subarray(from: number, to?: number): Row;
  set(numbers: Row, at?: number): void;
}

/** `readAhead` for rows of words. */
export function readWordsAhead(region: Region, rows: FetchRow): FetchRow {
  return readAhead<Uint32Array>(region, rows, 1, (length) => new Uint32Array(length));
}

/**
 * Rows of a region that are all read now, before the first pixel is drawn: so a surface that is drawn onto itself is
 * read as it was. What is asked for later has to lie in one box of the region. `create` makes room for so many numbers.
 */
export function readAhead<Row extends Numbers<Row>>(
  region: Region,
  rows: Rows<Row>,
  size: number,
  create: (length: number) => Row,
): Rows<Row> {
  const { boxes, count } = region;
  const all = create(areaOf(region) * size);
  const starts = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.subarray(i * 4, i * 4 + 4);
    starts[i] = at;
    for (let y = y1; y < y2; y++, at += x2 - x1) rows(x1, y, x2 - x1, all.subarray(at * size));
  }
  return (x, y, length, out) => {
    const box = boxFrom(region, x, y);
    const [x1 = 0, y1 = 0, x2 = 0] = boxes.subarray(box, box + 3);
    const from = ((starts[box / 4] ?? 0) + (y - y1) * (x2 - x1) + x - x1) * size;
    out.set(all.subarray(from, from + length * size));
  };
}
