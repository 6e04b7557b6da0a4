import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import './card.css';

export type Tone = 'quiet' | 'accent' | 'warn' | 'bad' | 'info';

export interface ChipProps {
  tone?: Tone;
  icon?: ReactNode;
  children: ReactNode;
}

export function Chip({ tone = 'quiet', icon, children }: ChipProps): ReactNode {
  return (
    <span className={`chip chip-${tone}`}>
      {icon}
      {children}
    </span>
  );
}

/** A chip that explains itself: the trigger of a Popover. */
export function ChipButton({ tone = 'quiet', icon, children }: ChipProps): ReactNode {
  return (
    <Button className={`chip chip-${tone}`}>
      {icon}
      {children}
    </Button>
  );
}
