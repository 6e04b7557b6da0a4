import type { ReactNode } from 'react';
import './page.css';

export interface PageProps {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page of the main column that is not a machine: its name, its actions, what it holds. */
export function Page({ title, actions, children }: PageProps): ReactNode {
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="page-title">{title}</h1>
        <div className="page-actions">{actions}</div>
      </header>
      <div className="page-body">{children}</div>
    </div>
  );
}
