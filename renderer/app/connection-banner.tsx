import { CloudOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useBridge } from '../bridge/bridge.ts';
import { text } from '../i18n/en.ts';
import { useConnection } from '../stores/connection.ts';
import { useTold } from '../stores/now.ts';

/** Milliseconds until the banner appears: a restart of the back end shorter than this needs no words. */
const QUIET_MS = 700;
/** Milliseconds after which it says what the person can do. */
const LONG_MS = 12_000;

function lastsAt(ms: number): 'short' | 'long' | null {
  if (ms < QUIET_MS) return null;
  return ms < LONG_MS ? 'short' : 'long';
}

function Banner({ since }: { since: number }): ReactNode {
  const { face } = useBridge();
  const lasts = useTold(500, (now) => lastsAt(now - since));
  if (lasts === null) return null;
  const long = face === 'electron' ? text.connection.lostLongDesktop : text.connection.lostLong;
  return (
    <div className="banner" role="status">
      <CloudOff className="icon" aria-hidden="true" />
      {lasts === 'long' ? long : text.connection.lost}
    </div>
  );
}

/** Over everything while the connection is lost: what shows is the last state. */
export function ConnectionBanner(): ReactNode {
  const { phase, since } = useConnection();
  return phase === 'reconnecting' ? <Banner since={since} /> : null;
}
