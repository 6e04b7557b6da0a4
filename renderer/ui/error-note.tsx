import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FaultShape } from '../../backend/contract/fault.ts';
import { text } from '../i18n/en.ts';
import { Button } from './button.tsx';
import './card.css';

export interface ErrorNoteProps {
  /** A Fault is one too. */
  fault: Pick<FaultShape, 'message'> & {
    readonly remedy?: string | undefined;
    readonly detail?: string | undefined;
  };
  onRetry?: (() => void) | undefined;
  onDismiss?: (() => void) | undefined;
  /** More buttons. */
  actions?: ReactNode;
}

/** What went wrong, why, and what to do, in the place where it happened. */
export function ErrorNote({ fault, onRetry, onDismiss, actions }: ErrorNoteProps): ReactNode {
  return (
    <div className="error-note" role="alert">
      <CircleAlert className="icon" aria-hidden="true" />
      <div className="error-note-words">
        <p className="error-note-message">{fault.message}</p>
        {fault.remedy === undefined ? null : <p className="error-note-remedy">{fault.remedy}</p>}
        {fault.detail === undefined || fault.detail === '' ? null : (
          <details>
            <summary>{text.common.details}</summary>
            <pre>{fault.detail}</pre>
          </details>
        )}
      </div>
      <div className="error-note-actions">
        {actions}
        {onRetry === undefined ? null : (
          <Button size="s" onPress={onRetry}>
            {text.common.retry}
          </Button>
        )}
        {onDismiss === undefined ? null : (
          <Button size="s" kind="quiet" onPress={onDismiss}>
            {text.common.dismiss}
          </Button>
        )}
      </div>
    </div>
  );
}
