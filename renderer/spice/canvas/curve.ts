/** A cubic Bézier curve: x, y of its start, its two control points and its end, in 28.4 fixed point. */
export type Curve = readonly number[];

/** The two halves of a curve, cut in the middle of its parameter; each middle is cut off toward 0. */
export function halves(curve: Curve): readonly [Curve, Curve] {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = curve;
  const [ax, ay] = [middle(x0, x1), middle(y0, y1)];
  const [bx, by] = [middle(x1, x2), middle(y1, y2)];
  const [cx, cy] = [middle(x2, x3), middle(y2, y3)];
  const [dx, dy, ex, ey] = [middle(ax, bx), middle(ay, by), middle(bx, cx), middle(by, cy)];
  const [fx, fy] = [middle(dx, ex), middle(dy, ey)];
  return [
    [x0, y0, ax, ay, dx, dy, fx, fy],
    [fx, fy, ex, ey, cx, cy, x3, y3],
  ];
}

function middle(a: number, b: number): number {
  return Math.trunc((a + b) / 2);
}

/** Below this, the sum of two products of coordinates is exact in a double. */
const mostExact = 2 ** 26;

/** Whether both control points are, squared, less than half a pixel from the chord. */
export function isFlat(curve: Curve): boolean {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = curve;
  const [chordX, chordY] = [x3 - x0, y3 - y0];
  return isNear(x1 - x0, y1 - y0, chordX, chordY) && isNear(x2 - x3, y2 - y3, -chordX, -chordY);
}

/** Whether a control point is near a chord, both counted from the same end of it. */
function isNear(x: number, y: number, chordX: number, chordY: number): boolean {
  const longest = Math.max(Math.abs(x), Math.abs(y), Math.abs(chordX), Math.abs(chordY));
  if (longest >= mostExact) return isNearExactly(x, y, chordX, chordY);
  const length = dot(x, y, x, y);
  const chord = dot(chordX, chordY, chordX, chordY);
  const along = dot(x, y, chordX, chordY);
  const [product, square] = [length * chord, along * along];
  const over = product - square - 8 * chord;
  // Beyond 2^53 each product is off by up to 2^-53 of itself, and so is each difference.
  const doubt = (product + square + 8 * chord) * 2 ** -51;
  if (product + square > Number.MAX_SAFE_INTEGER && Math.abs(over) <= doubt) {
    return isNearExactly(x, y, chordX, chordY);
  }
  return over < 0;
}

function dot(ax: number, ay: number, bx: number, by: number): number {
  return Math.floor((ax * bx + ay * by) / 16);
}

function isNearExactly(x: number, y: number, chordX: number, chordY: number): boolean {
  const exactDot = (ax: number, ay: number, bx: number, by: number): bigint =>
    (BigInt(ax) * BigInt(bx) + BigInt(ay) * BigInt(by)) >> 4n;
  const chord = exactDot(chordX, chordY, chordX, chordY);
  const along = exactDot(x, y, chordX, chordY);
  return (exactDot(x, y, x, y) * chord - along * along) >> 3n < chord;
}
