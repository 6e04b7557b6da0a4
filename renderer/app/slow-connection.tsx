import type { ReactNode } from 'react';
import { text } from '../i18n/en.ts';
import { useConnection } from '../stores/connection.ts';
import { useTold } from '../stores/now.ts';
import { EmptyState } from '../ui/empty-state.tsx';

/** Milliseconds without an answer after which it is worth a word. */
const SLOW_MS = 2500;

/** Instead of an empty page where the back end does not answer at first. */
export function SlowConnection(): ReactNode {
  const { since } = useConnection();
  const isSlow = useTold(500, (now) => now - since >= SLOW_MS);
  if (!isSlow) return null;
  return (
    <EmptyState isPage title={text.connection.slowTitle}>
      {text.connection.slow}
    </EmptyState>
  );
}
