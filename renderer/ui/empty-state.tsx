import type { ReactNode } from 'react';
import './card.css';

export interface EmptyStateProps {
  icon?: ReactNode;
  title?: string;
  /** Its title is the page's heading. */
  isPage?: boolean;
  /** One sentence. */
  children?: ReactNode;
  /** One button, two at most. */
  actions?: ReactNode;
  /** Progress or an error, under the buttons. */
  below?: ReactNode;
  /** Inside a card or a list instead of a whole page. */
  isSmall?: boolean;
}

export function EmptyState({
  icon,
  title,
  children,
  actions,
  below,
  isSmall = false,
  isPage = false,
}: EmptyStateProps): ReactNode {
  return (
    <div className={`empty ${isSmall ? 'empty-small' : ''}`}>
      {icon === undefined ? null : (
        <span className="empty-icon" aria-hidden="true">
          {icon}
        </span>
      )}
      {title === undefined ? null : isPage ? (
        <h1 className="empty-title">{title}</h1>
      ) : (
        <p className="empty-title">{title}</p>
      )}
      {children === undefined ? null : <p className="empty-text">{children}</p>}
      {actions === undefined ? null : <div className="empty-actions">{actions}</div>}
      {below}
    </div>
  );
}
