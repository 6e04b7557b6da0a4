import { LINE_FLAG, PATH_FLAG } from '../protocol/constants.ts';
import type { LineAttributes, PathSegment } from '../protocol/draw.ts';
import type { Rect } from '../protocol/geometry.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { type Curve, halves, isFlat } from './curve.ts';
import { type DashBudget, walkDashes } from './dash.ts';
import { brushPainter, regionOf } from './draw.ts';
import type { Brush, Target } from './draw-types.ts';
import { walkLine } from './line.ts';
import { boundsOf, type Painter, type Region } from './region.ts';
import { isCareful, ropOfDescriptor } from './rop.ts';
import { SpanList } from './span-list.ts';
import type { Surface } from './surface.ts';

/** Points of one path, after which the path is refused: each took 8 bytes of the message, or is a curve's piece. */
const mostPoints = 1_000_000;
/**
 * Pieces that its curves are cut into, and as many more for each of them. The reference client has no limit, but a curve
 * as wide as a screen has some tens, and one of 48 bytes that leaves every screen behind would have millions.
 */
const mostPieces = 100_000;
const piecesOfCurve = 32;
/** Dashes of one path. */
const mostDashes = 200_000;

/** DRAW_STROKE: a path in lines one pixel wide. The background mode and its gaps are drawn by no client. */
export function drawStroke(
  surface: Surface,
  target: Target,
  path: readonly PathSegment[],
  line: LineAttributes,
  brush: Brush,
  descriptor: number,
): void {
  const region = regionOf(surface, target);
  if (region.count === 0) return;
  const rop = ropOfDescriptor(descriptor, 'brush', 'dest');
  const painter = brushPainter(surface, brush, rop, region);
  const dashes = line.style === null ? null : dashesOf(line.flags, line.style);
  const stroker = new Stroker(surface, region, painter, dashes, isCareful(rop));
  for (const segment of path) stroker.segment(segment);
  stroker.finish();
}

interface Dashes {
  readonly lengths: readonly number[];
  readonly start: number;
}

/** Lengths are kept in a byte each. A list that starts with a gap is turned by one, and entered at its end. */
function dashesOf(flags: number, style: Int32Array): Dashes {
  const lengths = Array.from(style, (length) => wholeOf(length) & 255);
  if ((flags & LINE_FLAG.startWithGap) === 0) return { lengths, start: 0 };
  const turned = [...lengths.slice(1), ...lengths.slice(0, 1)];
  return { lengths: turned, start: turned[0] ?? 0 };
}

/** 28.4 fixed point to whole pixels; a half goes down. */
function wholeOf(fixed: number): number {
  return (fixed >> 4) + ((fixed & 15) > 8 ? 1 : 0);
}

class Stroker {
  readonly #surface: Surface;
  readonly #region: Region;
  readonly #bounds: Rect;
  readonly #painter: Painter;
  readonly #dashes: Dashes | null;
  readonly #careful: boolean;
  readonly #spans = new SpanList();
  readonly #budget: DashBudget = { left: mostDashes };
  #points: number[] = [];
  #count = 0;
  #piecesLeft = mostPieces;

  constructor(surface: Surface, region: Region, painter: Painter, dashes: Dashes | null, careful: boolean) {
    this.#surface = surface;
    this.#region = region;
    this.#bounds = boundsOf(region);
    this.#painter = painter;
    this.#dashes = dashes;
    this.#careful = careful;
  }

  segment({ flags, points }: PathSegment): void {
    let at = 0;
    if ((flags & PATH_FLAG.begin) !== 0) {
      this.finish();
      if (points.length >= 2) this.#append(points[0] ?? 0, points[1] ?? 0);
      at = 2;
    }
    if ((flags & PATH_FLAG.bezier) !== 0) {
      if ((points.length - at) % 6 !== 0 || this.#points.length === 0) {
        throw new ProtocolError('display.drawStroke', 'a curve lacks points');
      }
      for (; at < points.length; at += 6) this.#curve(points, at);
    } else {
      for (; at < points.length; at += 2) this.#append(points[at] ?? 0, points[at + 1] ?? 0);
    }
    if ((flags & PATH_FLAG.end) !== 0) {
      const [x, y] = this.#points;
      if ((flags & PATH_FLAG.close) !== 0 && x !== undefined && y !== undefined) this.#points.push(x, y);
      this.finish();
    }
  }

  /** Draws what has been gathered. */
  finish(): void {
    const points = this.#points;
    if (points.length === 0) return;
    this.#points = [];
    if (this.#dashes === null) this.#solid(points);
    else this.#dashed(points, this.#dashes);
  }

  #solid(points: readonly number[]): void {
    const { width, height } = this.#surface;
    const spans = this.#spans;
    for (let i = 2; i < points.length; i += 2) {
      spans.clear();
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.slice(i - 2, i + 2);
      walkLine(x1, y1, x2, y2, width, height, spans.add);
      spans.paintLine(this.#region, this.#painter);
    }
  }

  #dashed(points: readonly number[], dashes: Dashes): void {
    const spans = this.#spans;
    spans.clear();
    // Operations that undo themselves need each pixel once over the whole polyline.
    const gather = this.#careful && points.length >= 6;
    walkDashes(points, dashes.lengths, dashes.start, this.#surface, gather, this.#budget, spans.add);
    if (gather) spans.merge();
    spans.paint(this.#region, this.#painter);
  }

  #append(x: number, y: number): void {
    this.#count += 1;
    if (this.#count > mostPoints) throw tooManyPoints();
    this.#points.push(wholeOf(x), wholeOf(y));
  }

  /** A Bézier curve from the last point, cut in halves until each piece is within half a pixel of its chord. */
  #curve(points: Int32Array, at: number): void {
    const startX = (this.#points.at(-2) ?? 0) << 4;
    const startY = (this.#points.at(-1) ?? 0) << 4;
    this.#piecesLeft += piecesOfCurve;
    this.#halve([startX, startY, ...points.subarray(at, at + 6)], 0);
  }

  #halve(curve: Curve, depth: number): void {
    if (depth >= 24 || this.#isUnseen(curve) || isFlat(curve)) {
      this.#piecesLeft -= 1;
      if (this.#piecesLeft < 0) throw tooManyPoints();
      this.#append(curve[6] ?? 0, curve[7] ?? 0);
      return;
    }
    const [first, second] = halves(curve);
    this.#halve(first, depth + 1);
    this.#halve(second, depth + 1);
  }

  /**
   * Whether a piece lies wholly to one side of what is drawn: its chord does as well, as no point of it leaves the
   * rectangle around its four. Dashes count the pixels of what is not seen too, so there every piece is wanted.
   */
  #isUnseen(curve: Curve): boolean {
    if (this.#dashes !== null) return false;
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = curve;
    // The line comes from here; rounded up beyond 2^31, the curve begins elsewhere.
    const x = this.#points.at(-2) ?? 0;
    const y = this.#points.at(-1) ?? 0;
    const { left, top, right, bottom } = this.#bounds;
    return (
      Math.max(x, wholeOf(Math.max(x0, x1, x2, x3))) < left ||
      Math.max(y, wholeOf(Math.max(y0, y1, y2, y3))) < top ||
      Math.min(x, wholeOf(Math.min(x0, x1, x2, x3))) >= right ||
      Math.min(y, wholeOf(Math.min(y0, y1, y2, y3))) >= bottom
    );
  }
}

function tooManyPoints(): ProtocolError {
  return new ProtocolError('display.drawStroke', 'the path has too many points');
}
