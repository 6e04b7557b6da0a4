import { type RefObject, useEffect, useMemo } from 'react';

export interface WayBack {
  /** The guest's screen lost the focus to this. */
  left(next: EventTarget | null): void;
  /** Something was chosen in a menu of the bar that asks for nothing more. */
  take(): void;
}

/** Who goes from the guest to the bar to choose something is back in the guest afterwards. */
export function useWayBack(bar: RefObject<HTMLElement | null>, host: RefObject<HTMLElement | null>): WayBack {
  const way = useMemo(() => {
    let cameFromGuest = false;
    let goesBack = false;
    return {
      left: (next: EventTarget | null) => {
        cameFromGuest = next instanceof Node && bar.current?.contains(next) === true;
      },
      take: () => {
        goesBack = cameFromGuest;
      },
      /** A menu that closes gives the focus to its button, after what was chosen in it. */
      given: (target: EventTarget | null) => {
        if (!goesBack || !(target instanceof Node) || bar.current?.contains(target) !== true) return;
        goesBack = false;
        host.current?.focus({ preventScroll: true });
      },
      /** The person goes on by themselves. */
      forget: () => {
        goesBack = false;
      },
    };
  }, [bar, host]);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    document.addEventListener('focusin', ({ target }) => way.given(target), { signal });
    for (const kind of ['pointerdown', 'keydown'] as const)
      document.addEventListener(kind, way.forget, { signal, capture: true });
    return () => stop.abort();
  }, [way]);
  return way;
}
