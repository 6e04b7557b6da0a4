import type { Point } from '../../../spice/protocol/geometry.ts';
import { type CursorPicture, type CursorPlace, cursorScale } from './cursor-picture.ts';
import { CursorTrail } from './cursor-trail.ts';

/** For so many times as long as a pointer took to draw, the page does not ask for the next: a guest may send large ones without end. */
const REST = 4;

/**
 * The guest's pointer over its picture: as the person's own pointer where that is what moves it, else (the pointer is
 * caught) as a picture where the guest has it. What is made of a picture is kept for as long as it is shown.
 */
export class GuestCursor implements Disposable {
  readonly #screen: HTMLElement;
  readonly #drawn: () => void;
  readonly #observer = new ResizeObserver(() => this.#draw());
  readonly #trail: CursorTrail;
  #canvas: HTMLCanvasElement | null = null;
  #origin: Point = { x: 0, y: 0 };
  #cursor: CursorPlace | null = null;
  #isFloating = false;
  #picture: Picture | null = null;
  /** The last picture's PNG at the last scale. */
  #png: { readonly of: Picture; readonly scale: number; readonly url: string } | null = null;
  #css = '';
  #floating: Floating | null = null;
  /** What `setPicture` took since the last `set`, ms. */
  #took = 0;
  #stopRest: (() => void) | null = null;

  /** @param drawn called after each `set`, when another may come */
  constructor(screen: HTMLElement, drawn: () => void) {
    this.#screen = screen;
    this.#drawn = drawn;
    this.#trail = new CursorTrail(screen);
  }

  /** @param origin the guest's pixel at the canvas's upper left */
  setCanvas(canvas: HTMLCanvasElement, origin: Point): void {
    this.#observer.disconnect();
    this.#canvas = canvas;
    this.#origin = origin;
    this.#trail.setCanvas(canvas);
    this.#css = '';
    // It goes over the new canvas again.
    this.#floating?.host.remove();
    this.#observer.observe(canvas);
    this.#draw();
  }

  /** The picture that `set` refers to from now on. */
  setPicture(picture: CursorPicture): void {
    const began = performance.now();
    this.#picture = { ...picture, canvas: canvasOf(picture) };
    this.#took += performance.now() - began;
  }

  set(cursor: CursorPlace): void {
    const began = performance.now();
    const isSame = this.#cursor !== null && this.#cursor.picture === cursor.picture;
    this.#cursor = cursor;
    // The place of the person's own pointer is the person's.
    if (!isSame || this.#isFloating) this.#draw();
    this.#trail.set(cursor.trail);
    if (this.#isFloating) this.#trail.moved(this.#onCanvas(cursor.position));
    this.#rest(this.#took + performance.now() - began);
    this.#took = 0;
  }

  setFloating(isFloating: boolean): void {
    this.#isFloating = isFloating;
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#observer.disconnect();
    this.#stopRest?.();
    this.#cursor = null;
    this.#draw();
    this.#trail[Symbol.dispose]();
    this.#canvas = null;
    this.#picture = null;
    this.#png = null;
  }

  /** Once a frame at most. */
  #rest(took: number): void {
    this.#stopRest?.();
    const frame = requestAnimationFrame(() => {
      const timer = setTimeout(this.#drawn, REST * took);
      this.#stopRest = () => clearTimeout(timer);
    });
    this.#stopRest = () => cancelAnimationFrame(frame);
  }

  #draw(): void {
    const canvas = this.#canvas;
    if (canvas === null) return;
    const number = this.#cursor?.picture ?? null;
    // No pointer at all would leave the person without one: display.css draws a dot.
    this.#screen.dataset.pointer = number === null && this.#cursor !== null ? 'hidden' : 'shown';
    const picture = number !== null && this.#picture?.number === number ? this.#picture : null;
    const shown = picture === null || picture.width === 0 || picture.height === 0 ? null : picture;
    const css = shown === null || this.#isFloating ? '' : this.#cssOf(canvas, shown);
    if (css !== this.#css) canvas.style.cursor = css;
    this.#css = css;
    if (shown !== null && this.#isFloating) this.#float(canvas, shown);
    else this.#floating?.host.remove();
    this.#trail.setPicture(shown, this.#isFloating);
  }

  #onCanvas({ x, y }: Point): Point {
    return { x: x - this.#origin.x, y: y - this.#origin.y };
  }

  #cssOf(canvas: HTMLCanvasElement, picture: Picture): string {
    const { width, height, hotspot } = picture;
    const box = canvas.getBoundingClientRect();
    const scale = cursorScale(width, height, box.width > 0 ? box.width / canvas.width : 1);
    const ratio = window.devicePixelRatio;
    const url = this.#url(picture, scale * ratio);
    const x = Math.floor(hotspot.x * scale);
    const y = Math.floor(hotspot.y * scale);
    return `image-set(url("${url}") ${ratio}x) ${x} ${y}, default`;
  }

  #float(canvas: HTMLCanvasElement, picture: Picture): void {
    this.#floating ??= createFloating();
    const { host, root } = this.#floating;
    const { width, height, hotspot } = picture;
    const position = this.#onCanvas(this.#cursor?.position ?? this.#origin);
    const percent = (value: number, of: number) => `${(100 * value) / of}%`;
    host.style.left = percent(position.x - hotspot.x, canvas.width);
    host.style.top = percent(position.y - hotspot.y, canvas.height);
    host.style.width = percent(width, canvas.width);
    host.style.height = percent(height, canvas.height);
    if (root.firstChild !== picture.canvas) root.replaceChildren(picture.canvas);
    if (host.parentNode === null) this.#screen.append(host);
  }

  /** A PNG of the picture at `scale` pixels for each of its own. */
  #url(picture: Picture, scale: number): string {
    const made = this.#png;
    if (made !== null && made.of === picture && made.scale === scale) return made.url;
    const url = scaledCanvas(picture.canvas, scale).toDataURL();
    this.#png = { of: picture, scale, url };
    return url;
  }
}

interface Picture extends CursorPicture {
  readonly canvas: HTMLCanvasElement;
}

interface Floating {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
}

/** In a root of its own: the page's rules for canvases are for the guest's screen. A canvas, as a PNG of each shape takes too long. */
function createFloating(): Floating {
  const host = document.createElement('div');
  host.className = 'display-pointer';
  host.ariaHidden = 'true';
  return { host, root: host.attachShadow({ mode: 'closed' }) };
}

function canvasOf({ width, height, data }: CursorPicture): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.style.display = 'block';
  canvas.style.width = '100%';
  canvas.style.height = '100%';
  if (width === 0 || height === 0) return canvas;
  const bytes = new Uint8ClampedArray(data.buffer);
  canvas.getContext('2d')?.putImageData(new ImageData(bytes, width, height), 0, 0);
  return canvas;
}

function scaledCanvas(source: HTMLCanvasElement, scale: number): HTMLCanvasElement {
  if (scale === 1) return source;
  const scaled = document.createElement('canvas');
  scaled.width = Math.max(1, Math.round(source.width * scale));
  scaled.height = Math.max(1, Math.round(source.height * scale));
  const context = scaled.getContext('2d');
  if (context === null) return source;
  context.imageSmoothingEnabled = !Number.isInteger(scale);
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, scaled.width, scaled.height);
  return scaled;
}
