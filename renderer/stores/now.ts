import { useCallback, useSyncExternalStore } from 'react';

/** Calls every `everyMs` while the page is in sight, and when it comes in sight again; until what it returns is called. */
export function whileInSight(everyMs: number, act: () => void): () => void {
  let timer: ReturnType<typeof setInterval> | undefined;
  const start = (): void => {
    timer = document.visibilityState === 'visible' ? setInterval(act, everyMs) : undefined;
  };
  const turned = (): void => {
    clearInterval(timer);
    start();
    if (timer !== undefined) act();
  };
  start();
  document.addEventListener('visibilitychange', turned);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', turned);
  };
}

/**
 * What `tell` makes of the time of now (ms since the epoch), asked again every `everyMs`. Whoever uses it is drawn again only when that is
 * something else.
 */
export function useTold<T extends string | number | boolean | null>(
  everyMs: number,
  tell: (now: number) => T,
): T {
  const ask = useCallback((changed: () => void) => whileInSight(everyMs, changed), [everyMs]);
  return useSyncExternalStore(ask, () => tell(Date.now()));
}
