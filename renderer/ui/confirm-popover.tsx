import type { ReactNode, RefObject } from 'react';
import { Dialog, Heading, Popover } from 'react-aria-components';
import { text } from '../i18n/en.ts';
import { Button } from './button.tsx';
import { PopoverActions } from './popover.tsx';
import './overlay.css';

export interface ConfirmPopoverProps {
  /** What it points at. */
  anchor: RefObject<HTMLElement | null>;
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  confirm: string;
  onConfirm: () => void;
  placement?: 'bottom end' | 'top start';
  /** Of the button that confirms. */
  kind?: 'danger' | 'primary';
}

/** Asks once more before something that cannot be undone, or may do more than was meant. */
export function ConfirmPopover(props: ConfirmPopoverProps): ReactNode {
  const { anchor, isOpen, onClose, title, children, confirm, onConfirm } = props;
  const { placement = 'bottom end', kind = 'danger' } = props;
  return (
    <Popover
      className="popover"
      triggerRef={anchor}
      placement={placement}
      offset={6}
      style={{ width: 320 }}
      isOpen={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Dialog className="popover-dialog">
        <Heading slot="title" className="popover-title">
          {title}
        </Heading>
        <p className="note">{children}</p>
        <PopoverActions>
          <Button onPress={onClose}>{text.common.cancel}</Button>
          <Button
            kind={kind}
            onPress={() => {
              onClose();
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </PopoverActions>
      </Dialog>
    </Popover>
  );
}
