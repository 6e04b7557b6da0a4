import type { CursorState } from '../../../spice/channels/cursor.ts';
import type { CursorShape } from '../../../spice/channels/cursor-shape.ts';
import { cursorPixels, cursorScale } from './cursor-picture.ts';

/**
 * The guest's pointer over its picture: as the person's own pointer where that is what moves it, else (the pointer is
 * caught) as a picture where the guest has it.
 */
export class GuestCursor implements Disposable {
  readonly #screen: HTMLElement;
  readonly #observer = new ResizeObserver(() => this.#draw());
  #canvas: HTMLCanvasElement | null = null;
  #state: CursorState | null = null;
  #isFloating = false;
  #image: HTMLImageElement | null = null;
  /** The last shape's picture; guests send the same shape for every change of position. */
  #kept: { readonly shape: CursorShape; readonly canvas: HTMLCanvasElement } | null = null;

  constructor(screen: HTMLElement) {
    this.#screen = screen;
  }

  setCanvas(canvas: HTMLCanvasElement): void {
    this.#observer.disconnect();
    this.#canvas = canvas;
    this.#observer.observe(canvas);
    this.#draw();
  }

  set(state: CursorState): void {
    this.#state = state;
    this.#draw();
  }

  setFloating(isFloating: boolean): void {
    this.#isFloating = isFloating;
    this.#draw();
  }

  [Symbol.dispose](): void {
    this.#observer.disconnect();
    this.#state = null;
    this.#draw();
    this.#canvas = null;
  }

  #draw(): void {
    const canvas = this.#canvas;
    if (canvas === null) return;
    const shape = this.#state?.visible === true ? this.#state.shape : null;
    this.#image?.remove();
    this.#image = null;
    // No pointer at all would leave the person without one: display.css draws a dot.
    this.#screen.dataset.pointer = shape === null && this.#state !== null ? 'hidden' : 'shown';
    canvas.style.cursor = '';
    if (shape === null || shape.pixels.width === 0 || shape.pixels.height === 0) return;
    if (this.#isFloating) this.#float(canvas, shape);
    else canvas.style.cursor = this.#css(canvas, shape);
  }

  #css(canvas: HTMLCanvasElement, shape: CursorShape): string {
    const { width, height } = shape.pixels;
    const box = canvas.getBoundingClientRect();
    const scale = cursorScale(width, height, box.width > 0 ? box.width / canvas.width : 1);
    const ratio = window.devicePixelRatio;
    const url = this.#url(shape, scale * ratio);
    const x = Math.floor(shape.hotspot.x * scale);
    const y = Math.floor(shape.hotspot.y * scale);
    return `image-set(url("${url}") ${ratio}x) ${x} ${y}, default`;
  }

  #float(canvas: HTMLCanvasElement, shape: CursorShape): void {
    const position = this.#state?.position ?? { x: 0, y: 0 };
    const { width, height } = shape.pixels;
    const image = document.createElement('img');
    image.alt = '';
    image.className = 'display-pointer';
    image.src = this.#url(shape, 1);
    const percent = (value: number, of: number) => `${(100 * value) / of}%`;
    image.style.left = percent(position.x - shape.hotspot.x, canvas.width);
    image.style.top = percent(position.y - shape.hotspot.y, canvas.height);
    image.style.width = percent(width, canvas.width);
    image.style.height = percent(height, canvas.height);
    this.#screen.append(image);
    this.#image = image;
  }

  /** A PNG of the shape at `scale` pixels for each of its own. */
  #url(shape: CursorShape, scale: number): string {
    const source = this.#picture(shape);
    if (scale === 1) return source.toDataURL();
    const scaled = document.createElement('canvas');
    scaled.width = Math.max(1, Math.round(source.width * scale));
    scaled.height = Math.max(1, Math.round(source.height * scale));
    const context = scaled.getContext('2d');
    if (context === null) return source.toDataURL();
    context.imageSmoothingEnabled = !Number.isInteger(scale);
    context.imageSmoothingQuality = 'high';
    context.drawImage(source, 0, 0, scaled.width, scaled.height);
    return scaled.toDataURL();
  }

  #picture(shape: CursorShape): HTMLCanvasElement {
    if (this.#kept?.shape === shape) return this.#kept.canvas;
    const { width, height } = shape.pixels;
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    const bytes = new Uint8ClampedArray(cursorPixels(shape).buffer);
    canvas.getContext('2d')?.putImageData(new ImageData(bytes, width, height), 0, 0);
    this.#kept = { shape, canvas };
    return canvas;
  }
}
