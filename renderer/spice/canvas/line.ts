/**
 * Lines one pixel wide, pixel for pixel as X servers draw them (the sample server's "zero width" lines): Bresenham
 * with a fixed choice at ties, the last point not drawn. Only what lies on the surface is walked, so a line of any
 * length costs no more than the surface's longer side.
 */

/** Takes one horizontal run of pixels. */
export type Span = (x: number, y: number, width: number) => void;

/** Octants, as bits x-decreasing 4, y-decreasing 2, y-major 1, in which a tie steps straight on. */
const tieStraight = (1 << 3) | (1 << 4) | (1 << 6) | (1 << 7);

/** The pixels of the line from (x1, y1) up to, without, (x2, y2) that lie in width × height. */
export function walkLine(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  width: number,
  height: number,
  span: Span,
): void {
  const stepX = x2 < x1 ? -1 : 1;
  const stepY = y2 < y1 ? -1 : 1;
  const dx = Math.abs(x2 - x1);
  const dy = Math.abs(y2 - y1);
  const yMajor = dx <= dy;
  const octant = (stepX < 0 ? 4 : 0) | (stepY < 0 ? 2 : 0) | (yMajor ? 1 : 0);
  const bias = (tieStraight >> octant) & 1;
  if (yMajor) {
    const steps = visibleSteps(dy, dx, bias, y1, stepY, height, x1, stepX, width);
    for (let k = steps.from; k < steps.to; k++) {
      span(x1 + stepX * minorSteps(dy, dx, bias, k), y1 + stepY * k, 1);
    }
    return;
  }
  const steps = visibleSteps(dx, dy, bias, x1, stepX, width, y1, stepY, height);
  let start = steps.from;
  while (start < steps.to) {
    const minor = minorSteps(dx, dy, bias, start);
    let end = start + 1;
    while (end < steps.to && minorSteps(dx, dy, bias, end) === minor) end++;
    const x = stepX > 0 ? x1 + start : x1 - end + 1;
    span(x, y1 + stepY * minor, end - start);
    start = end;
  }
}

/** How far the line has moved along its lesser axis after k steps along the greater one. */
function minorSteps(major: number, minor: number, bias: number, k: number): number {
  const doubled = 2 * minor * k + major - bias;
  // Beyond 2^53 the quotient could be off by one.
  if (doubled > Number.MAX_SAFE_INTEGER) {
    return Number((2n * BigInt(minor) * BigInt(k) + BigInt(major - bias)) / (2n * BigInt(major)));
  }
  return Math.floor(doubled / (2 * major));
}

interface Steps {
  readonly from: number;
  readonly to: number;
}

/** The steps at which both coordinates are on the surface; both only grow or only shrink along the line. */
function visibleSteps(
  major: number,
  minor: number,
  bias: number,
  majorStart: number,
  majorStep: number,
  majorSize: number,
  minorStart: number,
  minorStep: number,
  minorSize: number,
): Steps {
  // Steps from the start that reach the first and leave the last coordinate of the surface, on each axis.
  const enterMajor = majorStep > 0 ? -majorStart : majorStart - majorSize + 1;
  const leaveMajor = majorStep > 0 ? majorSize - majorStart : majorStart + 1;
  const enterMinor = minorStep > 0 ? -minorStart : minorStart - minorSize + 1;
  const leaveMinor = minorStep > 0 ? minorSize - minorStart : minorStart + 1;
  const first = Math.max(0, enterMajor);
  const last = Math.min(major, leaveMajor);
  const atLeast = (steps: number): number => firstStepWith(major, minor, bias, steps, first, last);
  return { from: atLeast(enterMinor), to: atLeast(leaveMinor) };
}

/** The first k in [low, high] at which the lesser axis has moved at least this far; high when none has. */
function firstStepWith(
  major: number,
  minor: number,
  bias: number,
  moved: number,
  low: number,
  high: number,
): number {
  let from = low;
  let to = Math.max(low, high);
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (minorSteps(major, minor, bias, middle) >= moved) to = middle;
    else from = middle + 1;
  }
  return from;
}
