import type { Point } from '../../../spice/protocol/geometry.ts';
import { type CursorPicture, cursorScale, type Trail } from './cursor-picture.ts';

export interface TrailPicture extends Pick<CursorPicture, 'width' | 'height' | 'hotspot'> {
  readonly canvas: HTMLCanvasElement;
}

/** A guest may ask for 65,535 of each. */
const LONGEST = 32;
const QUICKEST_MS = 16;
const SLOWEST_MS = 500;
/** A pointer with a longer side leaves no trail: so many copies of it would be much to draw. */
const LARGEST = 256;
/** Of the newest; the others fade. */
const OPACITY = 0.6;

interface Copy {
  readonly canvas: HTMLCanvasElement;
  of: TrailPicture | null;
}

/**
 * Fading copies of the guest's pointer where it was, while it moves over the picture. They are canvases that are used again,
 * and nothing is done for guests without a trail nor for people who want little motion.
 */
export class CursorTrail implements Disposable {
  readonly #screen: HTMLElement;
  #trail: Trail = { length: 0, frequency: 0 };
  #calm: MediaQueryList | null = null;
  /** Ends the watching for movements; null while there is no trail. */
  #watching: AbortController | null = null;
  #canvas: HTMLCanvasElement | null = null;
  #picture: TrailPicture | null = null;
  #isFloating = false;
  #layer: { readonly host: HTMLElement; readonly root: ShadowRoot } | null = null;
  /** Oldest first. */
  readonly #shown: Copy[] = [];
  readonly #spare: Copy[] = [];
  /** Where the pointer is now: pixels of the canvas if it floats, else of the page. */
  #place: Point | null = null;
  /** Where it was at the last step. */
  #before: Point | null = null;
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(screen: HTMLElement) {
    this.#screen = screen;
  }

  setCanvas(canvas: HTMLCanvasElement): void {
    this.#clear();
    this.#canvas = canvas;
  }

  /** @param isFloating the guest moves the pointer, and `moved` is told; else the person's own is watched */
  setPicture(picture: TrailPicture | null, isFloating: boolean): void {
    const isSmall = picture !== null && Math.max(picture.width, picture.height) <= LARGEST;
    this.#picture = isSmall ? picture : null;
    if (this.#picture === null || isFloating !== this.#isFloating) this.#clear();
    this.#isFloating = isFloating;
  }

  set(trail: Trail): void {
    const length = Math.min(LONGEST, trail.length);
    const frequency = Math.min(SLOWEST_MS, Math.max(QUICKEST_MS, trail.frequency));
    if (length === this.#trail.length && frequency === this.#trail.frequency) return;
    this.#trail = { length, frequency };
    this.#clear();
    if (length === 0) this.#stopWatching();
    else this.#watch();
  }

  /** The guest has its pointer there now, pixels of the canvas. */
  moved(place: Point): void {
    if (this.#watching !== null && this.#isFloating) this.#follow(place);
  }

  [Symbol.dispose](): void {
    this.#stopWatching();
    this.#clear();
    this.#canvas = null;
    this.#picture = null;
  }

  /** Takes away what shows now. */
  #clear(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    this.#rest();
    while (this.#shown.length > 0) this.#dropOldest();
  }

  #watch(): void {
    if (this.#watching !== null) return;
    const watching = new AbortController();
    const { signal } = watching;
    this.#watching = watching;
    this.#calm ??= matchMedia('(prefers-reduced-motion: reduce)');
    this.#calm.addEventListener('change', () => this.#clear(), { signal });
    // While a button is down, the browser tells the host of the screen alone (setPointerCapture).
    const host = this.#screen.parentElement ?? this.#screen;
    const follow = ({ clientX, clientY }: PointerEvent) => {
      if (!this.#isFloating) this.#follow({ x: clientX, y: clientY });
    };
    const leave = () => {
      if (!this.#isFloating) this.#rest();
    };
    host.addEventListener('pointermove', follow, { signal, passive: true });
    host.addEventListener('pointerleave', leave, { signal });
  }

  #stopWatching(): void {
    this.#watching?.abort();
    this.#watching = null;
  }

  #follow(place: Point): void {
    if (this.#picture === null || this.#calm?.matches !== false) return;
    if (isSame(place, this.#place)) return;
    this.#place = place;
    this.#before ??= place;
    this.#timer ??= setInterval(() => this.#step(), this.#trail.frequency);
  }

  /** It comes from elsewhere the next time. */
  #rest(): void {
    this.#place = null;
    this.#before = null;
  }

  #step(): void {
    const hasMoved = !isSame(this.#place, this.#before);
    if (hasMoved && this.#before !== null) this.#add(this.#before);
    if (!hasMoved || this.#shown.length > this.#trail.length) this.#dropOldest();
    this.#before = this.#place;
    this.#fade();
    if (hasMoved || this.#shown.length > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #add(place: Point): void {
    const canvas = this.#canvas;
    const picture = this.#picture;
    if (canvas === null || picture === null || canvas.width === 0 || canvas.height === 0) return;
    this.#layer ??= createLayer();
    if (this.#layer.host.parentNode === null) canvas.after(this.#layer.host);
    const copy = this.#spare.pop() ?? { canvas: document.createElement('canvas'), of: null };
    drawCopy(copy, picture);
    const { x, y, size } = this.#isFloating ? { ...place, size: 1 } : onCanvas(place, canvas, picture);
    const { width, height, hotspot } = picture;
    const { style } = copy.canvas;
    style.position = 'absolute';
    style.left = percent(x - hotspot.x * size, canvas.width);
    style.top = percent(y - hotspot.y * size, canvas.height);
    style.width = percent(width * size, canvas.width);
    style.height = percent(height * size, canvas.height);
    this.#layer.root.append(copy.canvas);
    this.#shown.push(copy);
  }

  #dropOldest(): void {
    const oldest = this.#shown.shift();
    if (oldest === undefined) return;
    oldest.canvas.remove();
    this.#spare.push(oldest);
    if (this.#shown.length === 0) this.#layer?.host.remove();
  }

  #fade(): void {
    const newest = this.#shown.length - 1;
    for (const [index, { canvas }] of this.#shown.entries())
      canvas.style.opacity = String(OPACITY * (1 - (newest - index) / this.#trail.length));
  }
}

function isSame(one: Point | null, other: Point | null): boolean {
  return one?.x === other?.x && one?.y === other?.y;
}

function percent(value: number, of: number): string {
  return `${(100 * value) / of}%`;
}

/** A place on the page in pixels of the canvas, and how many of them a pixel of the person's own pointer takes. */
function onCanvas(
  place: Point,
  canvas: HTMLCanvasElement,
  { width, height }: TrailPicture,
): Point & { readonly size: number } {
  const box = canvas.getBoundingClientRect();
  const scale = box.width > 0 ? box.width / canvas.width : 1;
  return {
    x: (place.x - box.left) / scale,
    y: (place.y - box.top) / scale,
    size: cursorScale(width, height, scale) / scale,
  };
}

function drawCopy(copy: Copy, picture: TrailPicture): void {
  if (copy.of === picture) return;
  copy.of = picture;
  copy.canvas.width = picture.width;
  copy.canvas.height = picture.height;
  copy.canvas.getContext('2d')?.drawImage(picture.canvas, 0, 0);
}

/** In a root of its own: the page's rules for canvases are for the guest's screen. */
function createLayer(): { readonly host: HTMLElement; readonly root: ShadowRoot } {
  const host = document.createElement('div');
  host.className = 'display-trail';
  host.ariaHidden = 'true';
  return { host, root: host.attachShadow({ mode: 'open' }) };
}
