import type { ReactElement, ReactNode } from 'react';
import { Tooltip as AriaTooltip, TooltipTrigger } from 'react-aria-components';
import './overlay.css';

export interface TooltipProps {
  /** What it says; null draws the child alone. */
  text: string | null | undefined;
  /** Keys that do the same, drawn after the text: 'Ctrl K'. */
  keys?: string | undefined;
  placement?: 'top' | 'bottom' | 'left' | 'right';
  /** Anything React Aria can focus: our buttons, switches, links. */
  children: ReactElement;
}

/** A few words about a control, on hover and on keyboard focus. Never the only place for something important. */
export function Tooltip({ text, keys, placement = 'bottom', children }: TooltipProps): ReactNode {
  if (text === null || text === undefined) return children;
  return (
    <TooltipTrigger delay={500} closeDelay={100}>
      {children}
      <AriaTooltip className="tooltip" placement={placement} offset={8}>
        {text}
        {keys === undefined ? null : <kbd className="keys">{keys}</kbd>}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
