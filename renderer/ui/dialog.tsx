import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { text } from '../i18n/en.ts';
import { IconButton } from './button.tsx';
import './overlay.css';

export interface DialogProps {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons, right-aligned under a line. */
  footer?: ReactNode;
  /** Pixels; it shrinks with the window. */
  width?: number;
  /** A click beside it closes it; off where something was typed. */
  isDismissable?: boolean;
  /** No head and no padding: the command palette draws itself. */
  bare?: boolean;
}

/** A modal dialog. Escape closes it; focus returns where it was. */
export function Dialog(props: DialogProps): ReactNode {
  const {
    isOpen,
    onClose,
    title,
    children,
    footer,
    width = 520,
    isDismissable = false,
    bare = false,
  } = props;
  return (
    <ModalOverlay
      className="dialog-shade"
      isOpen={isOpen}
      isDismissable={isDismissable}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Modal className="dialog-frame" style={{ maxWidth: width }}>
        <AriaDialog className="dialog" {...(bare ? { 'aria-label': title } : {})}>
          {bare ? (
            children
          ) : (
            <>
              <div className="dialog-head">
                <Heading slot="title" className="dialog-title">
                  {title}
                </Heading>
                <IconButton label={text.common.close} icon={<X className="icon" />} onPress={onClose} />
              </div>
              <div className="dialog-body">{children}</div>
              {footer === undefined ? null : <div className="dialog-foot">{footer}</div>}
            </>
          )}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
