import { CloudOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { useBridge } from '../bridge/bridge.ts';
import { text } from '../i18n/en.ts';
import { useConnection } from '../stores/connection.ts';
import { useNow } from '../stores/now.ts';

/** Milliseconds until the banner appears: a restart of the back end shorter than this needs no words. */
const QUIET_MS = 700;
/** Milliseconds after which it says what the person can do. */
const LONG_MS = 12_000;

function Banner({ since }: { since: number }): ReactNode {
  const { face } = useBridge();
  const lasted = useNow(500) - since;
  if (lasted < QUIET_MS) return null;
  const long = face === 'electron' ? text.connection.lostLongDesktop : text.connection.lostLong;
  return (
    <div className="banner" role="status">
      <CloudOff className="icon" aria-hidden="true" />
      {lasted < LONG_MS ? text.connection.lost : long}
    </div>
  );
}

/** Over everything while the connection is lost: what shows is the last state. */
export function ConnectionBanner(): ReactNode {
  const { phase, since } = useConnection();
  return phase === 'reconnecting' ? <Banner since={since} /> : null;
}
