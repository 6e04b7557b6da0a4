import type { Box } from './scaling.ts';

/** Of the display's lower edge, CSS pixels: where the picture goes down to it, this much of it calls the bar. */
const EDGE = 8;
/** So far above and beside the bar a pointer is still on its way to it, CSS pixels. */
const ABOVE = 12;
const BESIDE = 120;

/** From here down a pointer calls the bar: below the picture, or at the very edge where there is nothing below it. */
export function callingEdge(displayBottom: number, areaBottom: number, pictureBottom: number): number {
  return Math.min(displayBottom - EDGE, areaBottom, pictureBottom);
}

/**
 * Whether the bar shows to a pointer at this place of the page while the guest has the keyboard. What lies under the bar
 * can be reached from above without calling it: all of the guest's screen can be clicked.
 */
export function callsBar(
  pointer: { readonly x: number; readonly y: number },
  edge: number,
  bar: Box,
  isShown: boolean,
): boolean {
  if (pointer.y >= edge) return true;
  const isNear =
    pointer.y >= bar.top - ABOVE &&
    pointer.x >= bar.left - BESIDE &&
    pointer.x <= bar.left + bar.width + BESIDE;
  return isShown && isNear;
}
