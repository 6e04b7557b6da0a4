import { Component, type ErrorInfo, type ReactNode } from 'react';
import { text } from '../i18n/en.ts';
import { ErrorNote } from '../ui/error-note.tsx';

interface TabBoundaryProps {
  /** A change of it forgets the failure: another tab, another machine. */
  resetKey: string;
  children: ReactNode;
}

interface TabBoundaryState {
  readonly error: Error | null;
  readonly key: string;
}

/** A tab that fails says so in its own place; the rest of the window goes on. */
export class TabBoundary extends Component<TabBoundaryProps, TabBoundaryState> {
  override state: TabBoundaryState = { error: null, key: this.props.resetKey };

  static getDerivedStateFromError(thrown: unknown): Partial<TabBoundaryState> {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  static getDerivedStateFromProps(
    { resetKey }: TabBoundaryProps,
    { key }: TabBoundaryState,
  ): Partial<TabBoundaryState> | null {
    return resetKey === key ? null : { key: resetKey, error: null };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return (
      <div className="tab-fault">
        <ErrorNote
          fault={{
            message: text.machine.tabFault,
            remedy: text.machine.tabFaultRemedy,
            detail: error.stack ?? error.message,
          }}
          onRetry={() => this.setState({ error: null })}
        />
      </div>
    );
  }
}
