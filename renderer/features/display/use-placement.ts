import { type RefObject, useEffect, useState } from 'react';
import { type Placement, place, type ScaleMode, type Size } from './scaling.ts';

/** Tells when the window moves to a display of another pixel density. */
export function onRatioChange(listener: () => void, signal: AbortSignal): void {
  const watch = () => {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    query.addEventListener(
      'change',
      () => {
        listener();
        watch();
      },
      { once: true, signal },
    );
  };
  watch();
}

/** Whether `element` is narrower than so many CSS pixels. */
export function useIsNarrow(element: RefObject<HTMLElement | null>, width: number): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useEffect(() => {
    const box = element.current;
    if (box === null) return;
    const observer = new ResizeObserver(() => setNarrow(box.clientWidth < width));
    observer.observe(box);
    return () => observer.disconnect();
  }, [element, width]);
  return isNarrow;
}

/** Where the picture goes in `area`, kept true while the area, the guest's resolution or the display changes. */
export function usePlacement(
  area: RefObject<HTMLElement | null>,
  size: Size | null,
  mode: ScaleMode,
): Placement | null {
  const [placement, setPlacement] = useState<Placement | null>(null);
  useEffect(() => {
    const element = area.current;
    if (element === null || size === null) {
      setPlacement(null);
      return;
    }
    const stop = new AbortController();
    const measure = () => {
      const box = element.getBoundingClientRect();
      if (box.width > 0 && box.height > 0) setPlacement(place(size, box, mode, window.devicePixelRatio));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    onRatioChange(measure, stop.signal);
    measure();
    return () => {
      stop.abort();
      observer.disconnect();
    };
  }, [area, size, mode]);
  return placement;
}
