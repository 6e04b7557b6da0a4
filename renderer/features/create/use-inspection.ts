import { useEffect, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import { useBridge } from '../../bridge/bridge.ts';
import type { Inspected } from './draft.ts';

export interface Inspection {
  /** The path this is about: what is typed since has not been looked at. */
  readonly path: string;
  readonly found: Inspected | null;
  readonly fault: Fault | null;
}

const NOTHING: Inspection = { path: '', found: null, fault: null };
/** Milliseconds without a key before the file is looked at. */
const SETTLED_MS = 300;

/** What the file at a path is, once the path has stood still for a moment. */
export function useInspection(path: string): Inspection {
  const bridge = useBridge();
  const [seen, setSeen] = useState<Inspection>(NOTHING);
  useEffect(() => {
    if (!path.startsWith('/')) return undefined;
    const leave = new AbortController();
    const timer = setTimeout(() => {
      bridge.request('file.inspect', { path }, leave.signal).then(
        (found) => setSeen({ path, found, fault: null }),
        (thrown: unknown) => {
          if (!leave.signal.aborted) setSeen({ path, found: null, fault: Fault.from(thrown) });
        },
      );
    }, SETTLED_MS);
    return () => {
      clearTimeout(timer);
      leave.abort();
    };
  }, [bridge, path]);
  return seen.path === path ? seen : NOTHING;
}
