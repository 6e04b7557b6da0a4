import type { ReactNode } from 'react';
import { ProgressBar } from 'react-aria-components';
import './card.css';

export interface ProgressProps {
  /** What it is doing now. */
  label: string;
  /** 0 to 1; null where it cannot be known. */
  value: number | null;
  hideLabel?: boolean;
}

export function Progress({ label, value, hideLabel = false }: ProgressProps): ReactNode {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100);
  return (
    <ProgressBar
      className="progress"
      aria-label={label}
      isIndeterminate={percent === null}
      {...(percent === null ? {} : { value: percent })}
    >
      {hideLabel ? null : (
        <span className="progress-words">
          <span>{label}</span>
          {percent === null ? null : <span>{percent} %</span>}
        </span>
      )}
      <span className="progress-track">
        {percent === null ? (
          <span className="progress-fill progress-unknown" style={{ display: 'block' }} />
        ) : (
          <span className="progress-fill" style={{ display: 'block', width: `${percent}%` }} />
        )}
      </span>
    </ProgressBar>
  );
}
