import type { ReactNode } from 'react';
import { type Kind, kindStyle } from '../ui/kind.ts';
import { areaPath, ceilingOf, linePath, type Sample } from './path.ts';
import './chart.css';

export interface Series {
  id: string;
  samples: readonly Sample[];
  /** A line, or an area under a line, or an area alone. */
  shape: 'line' | 'area' | 'fill';
  kind?: Kind;
  /** Lighter, for the second of a pair. */
  isQuiet?: boolean;
}

export interface AreaChartProps {
  series: readonly Series[];
  /** The time at the right edge, ms since the epoch. Charts that stand together take the same, so they share one axis. */
  until: number;
  /** How much time it shows, ms; a minute when left out. */
  spanMs?: number;
  /** The value at the top; left out, it fits the largest. */
  ceiling?: number;
  kind?: Kind;
  /** What it shows, for a screen reader. */
  label: string;
  height?: number;
}

const UNITS = 600;

/** How it went over the last minute, 54 px high. */
export function AreaChart(props: AreaChartProps): ReactNode {
  const { series, until, spanMs, ceiling, kind, label, height = 54 } = props;
  const top = ceiling ?? ceilingOf(series.map(({ samples }) => samples));
  const frame = {
    until,
    width: UNITS,
    height: height - 2,
    ceiling: top,
    inset: 1,
    ...(spanMs ? { spanMs } : {}),
  };
  return (
    <svg
      className="area-chart"
      style={{ ...kindStyle(kind), height }}
      viewBox={`0 0 ${UNITS} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <line className="chart-floor" x1={0} x2={UNITS} y1={height - 0.5} y2={height - 0.5} />
      {series.map((one) => (
        <g key={one.id} style={kindStyle(one.kind)} className={one.isQuiet === true ? 'chart-quiet' : ''}>
          {one.shape === 'line' ? null : <path className="chart-fill" d={areaPath(one.samples, frame)} />}
          {one.shape === 'fill' ? null : <path className="chart-line" d={linePath(one.samples, frame)} />}
        </g>
      ))}
    </svg>
  );
}
