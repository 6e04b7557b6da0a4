import type { ReactNode } from 'react';
import { type Kind, kindStyle } from './kind.ts';
import './card.css';

export interface CardProps {
  title: string;
  /** A lucide icon, drawn in the kind's colour. */
  icon?: ReactNode;
  kind?: Kind;
  /** The exact term in small mono at the right: 'virtio-balloon'. */
  term?: ReactNode;
  /** A control at the far right of the title, after the term. */
  action?: ReactNode;
  /** Of twelve columns in a CardGrid; narrower windows give every card a full row or a half. */
  span?: 3 | 4 | 5 | 6 | 7 | 8 | 12;
  children: ReactNode;
  className?: string;
  id?: string;
}

export function Card({
  title,
  icon,
  kind,
  term,
  action,
  span = 6,
  children,
  className,
  id,
}: CardProps): ReactNode {
  return (
    <section
      className={`card card-${span} ${className ?? ''}`}
      style={kindStyle(kind)}
      aria-label={title}
      {...(id === undefined ? {} : { id })}
    >
      <h2 className="card-title">
        {icon === undefined ? null : (
          <span className="card-icon" aria-hidden="true">
            {icon}
          </span>
        )}
        {title}
        {term === undefined ? null : <code className="card-term">{term}</code>}
        {action === undefined ? null : <span className="card-action">{action}</span>}
      </h2>
      {children}
    </section>
  );
}

/** Twelve columns of cards, as the Devices tab and the Host page have them. It scrolls by itself. */
export function CardGrid({ children }: { children: ReactNode }): ReactNode {
  return (
    <div className="card-scroll">
      <div className="card-grid">{children}</div>
    </div>
  );
}

/** Cards one under the other in one place of a CardGrid. */
export function CardColumn({ span, children }: { span: 5 | 6 | 7; children: ReactNode }): ReactNode {
  return <div className={`card-column card-${span}`}>{children}</div>;
}
