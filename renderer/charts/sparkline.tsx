import type { ReactNode } from 'react';
import { type Kind, kindStyle } from '../ui/kind.ts';
import { linePath, type Sample } from './path.ts';
import './chart.css';

export interface SparklineProps {
  samples: readonly Sample[];
  /** The time at the right edge, ms since the epoch. */
  until: number;
  /** What it shows, for a screen reader: 'CPU over the last minute, 4 % now'. */
  label: string;
  kind?: Kind;
  /** The value at the top; smaller values than this never fill the height. */
  ceiling?: number;
  width?: number;
  height?: number;
}

/** One line, no axes: how it went over the last minute. */
export function Sparkline(props: SparklineProps): ReactNode {
  const { samples, until, label, kind = 'cpu', ceiling = 0, width = 40, height = 18 } = props;
  return (
    <svg
      className="sparkline"
      style={kindStyle(kind)}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <path d={linePath(samples, { until, width, height: height - 2, ceiling, inset: 1 })} />
    </svg>
  );
}
