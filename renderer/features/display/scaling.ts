export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How the guest's screen is drawn: `fit` fills the area, `whole` is the largest whole number of device pixels per guest
 * pixel that fits, `actual` is one guest pixel per device pixel.
 */
export const scaleModes = ['fit', 'whole', 'actual'] as const;
export type ScaleMode = (typeof scaleModes)[number];

export interface Placement {
  /** Device pixels per guest pixel. */
  readonly scale: number;
  /** CSS pixels; always a whole number of device pixels, so that no guest pixel is smeared by the layout. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Whole scales show every guest pixel as a square; between them smoothing reads better. */
  readonly pixelated: boolean;
  /** The picture is larger than the area: the area scrolls. */
  readonly overflows: boolean;
}

/** A whole scale this close below the exact fit is taken: crisp beats 8 % larger. */
const SNAP = 0.08;
/** Device pixels; a place this little above a whole one is that one: browsers lay out in 64ths of a CSS pixel. */
const WHOLE = 1 / 16;

function scaleFor(guest: Size, areaDevice: Size, mode: ScaleMode): number {
  if (mode === 'actual') return 1;
  const exact = Math.min(areaDevice.width / guest.width, areaDevice.height / guest.height);
  const whole = Math.floor(exact);
  if (mode === 'whole') return Math.max(1, whole);
  return whole >= 1 && exact / whole - 1 <= SNAP ? whole : exact;
}

/** A rectangle of the page, CSS pixels. */
export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * Where a guest screen goes in `area`, relative to it, on a display of `ratio` device pixels per CSS pixel. The area may
 * begin between two device pixels; the screen never does.
 */
export function place(guest: Size, area: Box, mode: ScaleMode, ratio: number): Placement {
  const areaDevice = { width: Math.floor(area.width * ratio), height: Math.floor(area.height * ratio) };
  const scale = scaleFor(guest, areaDevice, mode);
  const width = Math.max(1, Math.round(guest.width * scale));
  const height = Math.max(1, Math.round(guest.height * scale));
  const start = (edge: number, space: number) =>
    Math.ceil(edge * ratio - WHOLE) - edge * ratio + Math.max(0, Math.floor(space / 2));
  const left = start(area.left, areaDevice.width - width);
  const top = start(area.top, areaDevice.height - height);
  return {
    scale,
    width: width / ratio,
    height: height / ratio,
    left: left / ratio,
    top: top / ratio,
    pixelated: Number.isInteger(scale),
    overflows: width > areaDevice.width || height > areaDevice.height,
  };
}

/** The guest pixel under a place on the page, clamped to the screen's edge. `box` is the picture's client rectangle. */
export function guestPixel(
  clientX: number,
  clientY: number,
  box: Box,
  guest: Size,
): { readonly x: number; readonly y: number } {
  const along = (offset: number, length: number, pixels: number) =>
    length <= 0 ? 0 : Math.min(pixels - 1, Math.max(0, Math.floor((offset * pixels) / length)));
  return {
    x: along(clientX - box.left, box.width, guest.width),
    y: along(clientY - box.top, box.height, guest.height),
  };
}
