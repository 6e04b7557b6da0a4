import type { ReactNode } from 'react';
import './card.css';

export interface FigureProps {
  label: string;
  /** The figure without its unit; null draws a dash: not known now. */
  value: string | null;
  unit?: string | undefined;
  /** Width planned for the longest value, in characters of figure and unit, so that nothing jumps. */
  width?: number;
}

export function Figure({ label, value, unit, width }: FigureProps): ReactNode {
  return (
    <div style={width === undefined ? {} : { minWidth: `${width}ch` }}>
      <span className="figure-label">{label}</span>
      {value === null ? (
        <span className="figure-value figure-none">–</span>
      ) : (
        <span className="figure-value">
          {value}
          {unit === undefined || unit === '' ? null : <span className="figure-unit"> {unit}</span>}
        </span>
      )}
    </div>
  );
}

/** Three figures at most, in a row. */
export function Figures({ children }: { children: ReactNode }): ReactNode {
  return <div className="figures">{children}</div>;
}
