import type { Span } from './line.ts';

/**
 * Dashed lines. The X sample server, whose pixels the reference client shows, draws each dash as a rectangle one
 * pixel wide along the line and joins dashes at corners by a mitre: a pixel is drawn where its centre is inside,
 * left and top edges included.
 */

/** Where in the dash list a polyline is. */
interface Phase {
  index: number;
  /** Pixels of that dash that are gone. */
  offset: number;
}

/** An edge: the points with x·dy − y·dx = k, from `a` to the next corner. Relative to the polygon's origin. */
interface Edge {
  readonly dx: number;
  readonly dy: number;
  readonly k: number;
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** One end of a segment: the way it points, and where its side leaves it. */
interface Face {
  readonly x: number;
  readonly y: number;
  dx: number;
  dy: number;
  xa: number;
  ya: number;
  readonly k: number;
}

/** What to draw on: dashes wholly outside are stepped over. */
interface Bounds {
  readonly width: number;
  readonly height: number;
}

/** How many more dashes may be looked at; a line far beyond the surface would have millions. When they are used up, no more is drawn. */
export interface DashBudget {
  left: number;
}

/**
 * Draws a polyline (x, y pairs). `dashes` are lengths in pixels, on and off in turn; `start` is how far into the
 * list it begins. `joinAlways` says that the spans of a join may be reported twice (they are gathered afterwards);
 * otherwise a join is left to a line that covers its pixel anyway.
 */
export function walkDashes(
  points: readonly number[],
  dashes: readonly number[],
  start: number,
  bounds: Bounds,
  joinAlways: boolean,
  budget: DashBudget,
  span: Span,
): void {
  const total = dashes.reduce((sum, dash) => sum + dash, 0);
  if (points.length < 4 || total <= 0) return;
  const phase: Phase = { index: 0, offset: 0 };
  stepDash(phase, dashes, total, start);
  const last = points.length - 2;
  const closed = points[0] === points[last] && points[1] === points[last + 1];
  let firstFace: Face | null = null;
  let firstOn = false;
  let previous: Face | null = null;
  let previousOn = false;
  let drawn = false;
  let endOn = false;
  for (let i = 2; i < points.length; i += 2) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = points.slice(i - 2, i + 2);
    if (x1 !== x2 || y1 !== y2) {
      const startOn = (phase.index & 1) === 0;
      const faces = dashSegment(x1, y1, x2, y2, dashes, phase, bounds, budget, span);
      if (budget.left < 0) return;
      endOn = ((phase.index & 1) === 1) !== (phase.offset !== 0);
      if (startOn) {
        if (!drawn && closed) {
          firstFace = faces.left;
          firstOn = true;
        } else if (drawn && previousOn && previous !== null) {
          join({ ...faces.left }, { ...previous }, joinAlways, span);
        }
      }
      previous = faces.right;
      previousOn = endOn;
      drawn = true;
    }
    if (i === last && drawn && endOn && closed && firstOn && firstFace !== null && previous !== null) {
      join(firstFace, previous, joinAlways, span);
    }
  }
}

function stepDash(phase: Phase, dashes: readonly number[], total: number, distance: number): void {
  let rest = distance % total;
  while (rest >= (dashes[phase.index] ?? 0) - phase.offset) {
    rest -= (dashes[phase.index] ?? 0) - phase.offset;
    phase.offset = 0;
    phase.index = phase.index + 1 === dashes.length ? 0 : phase.index + 1;
  }
  phase.offset += rest;
}

function dashSegment(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  dashes: readonly number[],
  phase: Phase,
  bounds: Bounds,
  budget: DashBudget,
  span: Span,
): { left: Face; right: Face } {
  const dx = x2 - x1;
  const dy = y2 - y1;
  const straight = dx === 0 || dy === 0;
  const length = straight ? Math.abs(dx + dy) : Math.hypot(dx, dy);
  const half = 0.5;
  const scale = half / length;
  const rdx = straight ? half * Math.sign(dx) : scale * dx;
  const rdy = straight ? half * Math.sign(dy) : scale * dy;
  const k = half * length;
  let { index } = phase;
  let remain = (dashes[index] ?? 0) - phase.offset;
  let left = length;
  let endX = rdy;
  let endY = -rdx;
  let baseX = -rdy;
  let baseY = rdx;
  let leftK = 0;
  let top: Corner = { x: endX, y: endY };
  let bottom: Corner = { x: baseX, y: baseY };
  budget.left -= 1;
  while (left > remain) {
    budget.left -= 1;
    if (budget.left < 0) return facesOf(x1, y1, x2, y2, rdx, rdy, k);
    const alongX = (remain * dx) / length;
    const alongY = (remain * dy) / length;
    endX += alongX;
    endY += alongY;
    baseX += alongX;
    baseY += alongY;
    const rightK = endX * dx + endY * dy;
    if ((index & 1) === 0) {
      const corners = [top, { x: endX, y: endY }, { x: baseX, y: baseY }, bottom];
      const edges = [
        { dx, dy, k },
        { dx: -dy, dy: dx, k: rightK },
        { dx: -dx, dy: -dy, k },
        { dx: dy, dy: -dx, k: leftK },
      ];
      fillPolygon(corners, edges, x1, y1, bounds, span);
    }
    left -= remain;
    index = index + 1 === dashes.length ? 0 : index + 1;
    remain = dashes[index] ?? 0;
    top = { x: endX, y: endY };
    bottom = { x: baseX, y: baseY };
    leftK = -rightK;
  }
  if ((index & 1) === 0) {
    // The last dash is measured from the segment's other end.
    const corners = [
      { x: top.x - dx, y: top.y - dy },
      { x: rdy, y: -rdx },
      { x: -rdy, y: rdx },
      { x: bottom.x - dx, y: bottom.y - dy },
    ];
    const edges = [
      { dx, dy, k },
      { dx: -dy, dy: dx, k: 0 },
      { dx: -dx, dy: -dy, k },
      { dx: dy, dy: -dx, k: leftK + dx * dx + dy * dy },
    ];
    fillPolygon(corners, edges, x2, y2, bounds, span);
  }
  remain = Math.trunc(remain - left);
  if (remain === 0) {
    index = index + 1 === dashes.length ? 0 : index + 1;
    remain = dashes[index] ?? 0;
  }
  phase.index = index;
  phase.offset = (dashes[index] ?? 0) - remain;
  return facesOf(x1, y1, x2, y2, rdx, rdy, k);
}

function facesOf(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  rdx: number,
  rdy: number,
  k: number,
): { left: Face; right: Face } {
  const dx = x2 - x1;
  const dy = y2 - y1;
  return {
    left: { x: x1, y: y1, dx, dy, xa: rdy, ya: -rdx, k },
    right: { x: x2, y: y2, dx: -dx, dy: -dy, xa: -rdy, ya: rdx, k },
  };
}

/** Corners and edges in the same order: edge i goes from corner i to corner i + 1. */
function fillPolygon(
  corners: readonly Corner[],
  edges: readonly Edge[],
  originX: number,
  originY: number,
  bounds: Bounds,
  span: Span,
): void {
  let minY = Infinity;
  let maxY = -Infinity;
  for (const corner of corners) {
    minY = Math.min(minY, corner.y);
    maxY = Math.max(maxY, corner.y);
  }
  const from = Math.max(Math.ceil(minY), -originY);
  const to = Math.min(Math.ceil(maxY), bounds.height - originY);
  for (let y = from; y < to; y++) {
    let left = Infinity;
    let right = -Infinity;
    edges.forEach((edge, i) => {
      const a = corners[i]?.y ?? 0;
      const b = corners[(i + 1) % corners.length]?.y ?? 0;
      if (edge.dy === 0 || y < Math.ceil(Math.min(a, b)) || y >= Math.ceil(Math.max(a, b))) return;
      const x = edgeAt(edge, y);
      left = Math.min(left, x);
      right = Math.max(right, x);
    });
    const x1 = Math.max(left + originX, 0);
    const x2 = Math.min(right + originX, bounds.width);
    if (x1 < x2) span(x1, y + originY, x2 - x1);
  }
}

/** The first whole x on or right of the edge, in a row. */
function edgeAt(edge: Edge, y: number): number {
  const sign = edge.dy < 0 ? -1 : 1;
  return Math.ceil((Math.ceil(edge.k * sign) + y * edge.dx * sign) / (edge.dy * sign));
}

/** A mitre is cut off where the lines meet at less than 11°: 1 / sin²(5.5°). */
const mitreLimit = 108.856472512142;

function join(leftFace: Face, rightFace: Face, always: boolean, span: Span): void {
  const a = leftFace;
  const b = rightFace;
  if (!always) {
    if (a.dx > 0 || (a.dx === 0 && a.dy > 0)) return;
    if (b.dx > 0 || (b.dx === 0 && b.dy > 0)) return;
  }
  const denominator = -a.dx * b.dy + b.dx * a.dy;
  if (denominator === 0) return;
  const turned = denominator > 0 ? a : b;
  turned.xa = -turned.xa;
  turned.ya = -turned.ya;
  turned.dx = -turned.dx;
  turned.dy = -turned.dy;
  const swap = denominator > 0 ? 1 : -1;
  const my = (a.dy * (b.xa * b.dy - b.ya * b.dx) - b.dy * (a.xa * a.dy - a.ya * a.dx)) / denominator;
  const mx = a.dy !== 0 ? a.xa + ((my - a.ya) * a.dx) / a.dy : b.xa + ((my - b.ya) * b.dx) / b.dy;
  const everywhere = { width: Infinity, height: Infinity };
  const corners: Corner[] = [
    { x: b.xa, y: b.ya },
    { x: 0, y: 0 },
    { x: a.xa, y: a.ya },
  ];
  const edges: Edge[] = [
    { dx: -b.dy, dy: b.dx, k: 0 },
    { dx: a.dy, dy: -a.dx, k: 0 },
  ];
  if ((mx * mx + my * my) * 4 > mitreLimit) {
    const sideX = b.xa - a.xa;
    const sideY = b.ya - a.ya;
    const longest = Math.max(Math.abs(sideX), Math.abs(sideY));
    const dx = Math.trunc((sideX * 65_536) / longest);
    const dy = Math.trunc((sideY * 65_536) / longest);
    edges.push({ dx, dy, k: ((a.xa + b.xa) * dy - (a.ya + b.ya) * dx) / 2 });
  } else {
    corners.push({ x: mx, y: my });
    edges.push({ dx: a.dx * swap, dy: a.dy * swap, k: a.k * swap });
    edges.push({ dx: b.dx * swap, dy: b.dy * swap, k: b.k * swap });
  }
  fillPolygon(corners, edges, a.x, a.y, everywhere, span);
}
