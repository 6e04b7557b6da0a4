/** One value at a time (ms since the epoch); null is a gap: not known then. */
export interface Sample {
  at: number;
  value: number | null;
}

export interface Frame {
  /** The time at the right edge, ms since the epoch. */
  until: number;
  /** Milliseconds from left to right. */
  spanMs?: number;
  width: number;
  height: number;
  /** The value at the top. */
  ceiling: number;
  /** Kept free above and below, so that a line at the edge is not cut. */
  inset: number;
}

export const MINUTE_MS = 60_000;

/** The largest value over all samples; 0 where there is none. */
export function ceilingOf(series: readonly (readonly Sample[])[]): number {
  let top = 0;
  for (const samples of series)
    for (const { value } of samples) if (value !== null && value > top) top = value;
  return top;
}

interface Point {
  x: number;
  y: number;
}

/** Runs of points without a gap; the one sample left of the edge stays, so that the line enters from outside. */
function runs(samples: readonly Sample[], frame: Frame): Point[][] {
  const { until, spanMs = MINUTE_MS, width, height, inset } = frame;
  const from = until - spanMs;
  const top = Math.max(frame.ceiling, ceilingOf([samples]), Number.EPSILON);
  const found: Point[][] = [];
  let run: Point[] = [];
  samples.forEach((sample, index) => {
    const next = samples[index + 1];
    if (sample.at < from && next !== undefined && next.at < from) return;
    if (sample.value === null) {
      if (run.length > 0) found.push(run);
      run = [];
      return;
    }
    run.push({
      x: ((sample.at - from) / spanMs) * width,
      y: inset + (1 - Math.max(0, sample.value) / top) * (height - inset),
    });
  });
  if (run.length > 0) found.push(run);
  return found;
}

function draw(points: readonly Point[]): string {
  return points
    .map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join('');
}

/** An SVG path through the samples, broken at gaps. A lone point becomes a short dash. */
export function linePath(samples: readonly Sample[], frame: Frame): string {
  return runs(samples, frame)
    .map((run) => (run.length === 1 ? `${draw(run)}h1` : draw(run)))
    .join('');
}

/** The closed shape under the same line. */
export function areaPath(samples: readonly Sample[], frame: Frame): string {
  return runs(samples, frame)
    .map((run) => {
      const first = run[0];
      const last = run.at(-1);
      if (first === undefined || last === undefined || run.length === 1) return '';
      const floor = (frame.height + frame.inset).toFixed(1);
      return `${draw(run)}L${last.x.toFixed(1)} ${floor}L${first.x.toFixed(1)} ${floor}Z`;
    })
    .join('');
}
