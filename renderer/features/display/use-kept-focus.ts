import { type RefObject, useEffect, useRef } from 'react';

/** What had the focus last is gone, and nothing else took it. */
function isLost(last: Element | null): boolean {
  return document.activeElement === document.body && last?.isConnected === false;
}

/**
 * A button that is pressed and then gone leaves the focus nowhere. The screen gets it once it is live again, and what
 * stands over a paused screen meanwhile. Who went elsewhere by themselves stay there.
 */
export function useKeptFocus(
  section: RefObject<HTMLElement | null>,
  host: RefObject<HTMLElement | null>,
  isLive: boolean,
  isHalted: boolean,
): void {
  /** Of this machine's page, what had the focus last; null: the person has left it. */
  const last = useRef<Element | null>(null);

  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    const page = section.current?.closest('.machine-page');
    document.addEventListener(
      'focusin',
      ({ target }) => {
        last.current = target instanceof Element && page?.contains(target) === true ? target : null;
      },
      { signal },
    );
    document.addEventListener(
      'pointerdown',
      ({ target }) => {
        if (target instanceof Node && last.current?.contains(target) !== true) last.current = null;
      },
      { signal, capture: true },
    );
    return () => stop.abort();
  }, [section]);

  useEffect(() => {
    if (isLive && isLost(last.current)) host.current?.focus({ preventScroll: true });
  }, [isLive, host]);

  useEffect(() => {
    if (!isHalted || !(isLost(last.current) || document.activeElement === host.current)) return;
    section.current?.querySelector<HTMLElement>('.display-notice button')?.focus();
  }, [isHalted, host, section]);
}
