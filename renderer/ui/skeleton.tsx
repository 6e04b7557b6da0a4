import type { ReactNode } from 'react';
import './card.css';

export interface SkeletonProps {
  /** CSS lengths. */
  width?: number | string;
  height?: number | string;
}

/** The shape of what comes. Hidden from screen readers: the region that waits says `aria-busy`. */
export function Skeleton({ width = '100%', height = 14 }: SkeletonProps): ReactNode {
  return <span className="skeleton" style={{ width, height }} aria-hidden="true" />;
}
