export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * How the guest's screen is drawn: `fit` fills the area, `whole` is the largest whole number of device pixels per guest
 * pixel that fits, `actual` is one guest pixel per device pixel (as many as make a CSS pixel).
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

function scaleFor(guest: Size, areaDevice: Size, mode: ScaleMode, ratio: number): number {
  if (mode === 'actual') return Math.max(1, Math.floor(ratio));
  const exact = Math.min(areaDevice.width / guest.width, areaDevice.height / guest.height);
  const whole = Math.floor(exact);
  if (mode === 'whole') return Math.max(1, whole);
  return whole >= 1 && exact / whole - 1 <= SNAP ? whole : exact;
}

/** Where a guest screen goes in an area of `area` CSS pixels on a display of `ratio` device pixels per CSS pixel. */
export function place(guest: Size, area: Size, mode: ScaleMode, ratio: number): Placement {
  const areaDevice = { width: Math.floor(area.width * ratio), height: Math.floor(area.height * ratio) };
  const scale = scaleFor(guest, areaDevice, mode, ratio);
  const width = Math.max(1, Math.round(guest.width * scale));
  const height = Math.max(1, Math.round(guest.height * scale));
  const left = Math.max(0, Math.floor((areaDevice.width - width) / 2));
  const top = Math.max(0, Math.floor((areaDevice.height - height) / 2));
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

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
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
