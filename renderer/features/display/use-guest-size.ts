import { type RefObject, useEffect } from 'react';
import { type FollowMode, guestSizeFor } from './guest-size.ts';
import { sizeProblem } from './guest-size-entries.tsx';
import type { Size } from './scaling.ts';
import { onRatioChange } from './use-placement.ts';
import type { Hands } from './use-viewer.ts';

/** A window that is still being drawn larger makes no sizes, ms. */
const SETTLE_MS = 250;

function isSame(one: Size | null, other: Size | null): boolean {
  return one?.width === other?.width && one?.height === other?.height;
}

/**
 * Asks the guest for a screen as large as `area` whenever that changes. What the guest makes of it is the guest's: a size is
 * asked for once, and never because the guest's own changed.
 */
export function useGuestSize(area: RefObject<HTMLElement | null>, mode: FollowMode, hands: Hands): void {
  const { viewer, state } = hands;
  const { phase } = state;
  const canResize = phase === 'live' && sizeProblem(state) === null;
  useEffect(() => {
    const element = area.current;
    if (!canResize || mode === 'off' || element === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let asked: Size | null = viewer.current?.session?.size ?? null;
    const ask = () => {
      timer = null;
      if (document.hidden) return;
      const size = guestSizeFor(element.getBoundingClientRect(), window.devicePixelRatio, mode);
      if (size === null || isSame(size, asked)) return;
      asked = size;
      viewer.current?.session?.agent?.resize(size);
    };
    const askSoon = () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(ask, SETTLE_MS);
    };
    const observer = new ResizeObserver(askSoon);
    observer.observe(element);
    onRatioChange(askSoon, stop.signal);
    document.addEventListener('visibilitychange', askSoon, { signal: stop.signal });
    return () => {
      stop.abort();
      observer.disconnect();
      if (timer !== null) clearTimeout(timer);
    };
  }, [area, canResize, mode, viewer]);
}
