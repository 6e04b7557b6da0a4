import type { Size } from './scaling.ts';

/**
 * Whether the guest's screen follows the window. sharp: a guest pixel for each pixel of the display. large: one for as many
 * as make a CSS pixel, so that a guest that knows nothing of dense displays stays readable on one.
 */
export const followModes = ['sharp', 'large', 'off'] as const;
export type FollowMode = (typeof followModes)[number];

/** Below this, installers and login screens of many guests lose their buttons. */
const LEAST: Size = { width: 640, height: 480 };
/** As much as Xorg takes. */
const MOST = 8192;
/** The formula that guests make modes with (VESA CVT) has its widths in such steps. */
const WIDTH_STEP = 8;

/** The screen for a guest that is shown in `area`, CSS pixels on a display of `ratio` pixels each; null where nothing shows. */
export function guestSizeFor(area: Size, ratio: number, mode: Exclude<FollowMode, 'off'>): Size | null {
  if (area.width <= 0 || area.height <= 0) return null;
  const each = mode === 'large' ? Math.max(1, Math.floor(ratio)) : 1;
  const fitting = (length: number, least: number) =>
    Math.min(MOST, Math.max(least, Math.floor(Math.floor(length * ratio) / each)));
  const width = fitting(area.width, LEAST.width);
  return { width: width - (width % WIDTH_STEP), height: fitting(area.height, LEAST.height) };
}
