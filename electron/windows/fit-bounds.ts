import type { Rectangle } from 'electron';

export const MIN_WIDTH = 900;
export const MIN_HEIGHT = 600;
const WANTED = { width: 1280, height: 840 };
/** So much of the title bar must be on a screen that it can be grabbed, px. */
const GRIP = 100;

type Bounds = { readonly width: number; readonly height: number; readonly x?: number; readonly y?: number };

/**
 * Where the window opens: where it was, if enough of it is still on a screen; else in the middle, which Electron does
 * when x and y are not given. `displays` are work areas, the first the main one.
 */
export function fitBounds(remembered: Rectangle | null, displays: readonly Rectangle[]): Bounds {
  const main = displays[0];
  if (remembered === null) return shrink(WANTED, main);
  const home = displays.find((area) => holdsGrip(area, remembered));
  const size = shrink(remembered, home ?? main);
  return home === undefined ? size : { ...size, x: remembered.x, y: remembered.y };
}

function shrink(size: { width: number; height: number }, area: Rectangle | undefined) {
  return {
    width: Math.max(MIN_WIDTH, Math.min(size.width, area?.width ?? size.width)),
    height: Math.max(MIN_HEIGHT, Math.min(size.height, area?.height ?? size.height)),
  };
}

function holdsGrip(area: Rectangle, window: Rectangle): boolean {
  const visible = Math.min(area.x + area.width, window.x + window.width) - Math.max(area.x, window.x);
  return visible >= GRIP && window.y >= area.y && window.y <= area.y + area.height - GRIP;
}
