import type { ReactElement, ReactNode } from 'react';
import { Popover as AriaPopover, Dialog, DialogTrigger, Heading } from 'react-aria-components';
import './overlay.css';

export interface PopoverProps {
  /** The button that opens it. */
  trigger: ReactElement;
  /** Its heading, also its name for a screen reader. */
  title: string;
  hideTitle?: boolean;
  children: ReactNode | ((close: () => void) => ReactNode);
  placement?: 'bottom start' | 'bottom end' | 'bottom' | 'top' | 'top start' | 'top end';
  width?: number;
  isOpen?: boolean;
  onOpenChange?: (isOpen: boolean) => void;
}

/** A small panel by its button: explanations, confirmations, short lists. */
export function Popover(props: PopoverProps): ReactNode {
  const { trigger, title, hideTitle = false, children, placement = 'bottom start', width = 320 } = props;
  return (
    <DialogTrigger
      {...(props.isOpen === undefined ? {} : { isOpen: props.isOpen })}
      {...(props.onOpenChange === undefined ? {} : { onOpenChange: props.onOpenChange })}
    >
      {trigger}
      <AriaPopover className="popover" placement={placement} offset={6} style={{ width }}>
        <Dialog className="popover-dialog">
          {({ close }) => (
            <>
              <Heading slot="title" className={hideTitle ? 'visually-hidden' : 'popover-title'}>
                {title}
              </Heading>
              {typeof children === 'function' ? children(close) : children}
            </>
          )}
        </Dialog>
      </AriaPopover>
    </DialogTrigger>
  );
}

/** The row of buttons at the end of a popover. */
export function PopoverActions({ children }: { children: ReactNode }): ReactNode {
  return <div className="popover-actions">{children}</div>;
}
