import { type MouseButton, mouseButtons } from './mouse-buttons.ts';
import { guestPixel, type Size } from './scaling.ts';

export interface PointerSink {
  readonly size: Size | null;
  moveTo(x: number, y: number): void;
  /** Guest pixels; null while the guest takes places. Else the pointer is caught by a click and only movements are sent. */
  readonly moveBy: ((dx: number, dy: number) => void) | null;
  button(button: MouseButton, pressed: boolean): void;
}

/** free: the person's own. refused: a click should have caught it, and the browser did not let it. */
export type PointerHold = 'free' | 'caught' | 'refused';

/** PointerEvent.button → SPICE's. */
const byButton: readonly MouseButton[] = [
  mouseButtons.left,
  mouseButtons.middle,
  mouseButtons.right,
  mouseButtons.side,
  mouseButtons.extra,
];

/** A click of the wheel is 50 to 120 CSS pixels by browser; this many move one notch, so that a click is one notch everywhere. */
const WHEEL_STEP = 50;
/** CSS pixels of a line and of a page, for wheels that count in those. */
const LINE = 19;
const PAGE = 400;

/** Turns wheel movement into whole notches; what is left over waits for the next movement in the same direction. */
export class WheelNotches {
  #left = 0;

  /** -1, 0 or 1: up is negative. */
  add(delta: number, mode: number): -1 | 0 | 1 {
    const pixels = delta * (mode === 1 ? LINE : mode === 2 ? PAGE : 1);
    if (Math.sign(pixels) !== Math.sign(this.#left)) this.#left = 0;
    this.#left += pixels;
    if (Math.abs(this.#left) < WHEEL_STEP) return 0;
    const notch = this.#left < 0 ? -1 : 1;
    this.#left = 0;
    return notch;
  }
}

/**
 * Sends what a pointer does on the guest's picture: places in guest pixels, exact at every scale and clamped at the edges;
 * a drag goes on when it leaves the picture. `picture` is the canvas as it is drawn now, `onHold` hears who has the
 * pointer where the guest takes movements.
 */
export function attachPointer(
  element: HTMLElement,
  picture: () => Element | null,
  sink: () => PointerSink | null,
  onHold: (hold: PointerHold) => void,
  signal: AbortSignal,
): void {
  const pressed = new Set<MouseButton>();
  const wheel = new WheelNotches();
  const isCaught = () => document.pointerLockElement === element;
  const left = { x: 0, y: 0 };
  /** The click that caught the pointer is not the guest's, however long its button stays down. */
  let isCatching = false;
  /** That it was caught is what was said last, and no click has asked for it since. */
  let isSaidCaught = false;

  /** What is less than a guest pixel waits for the next movement. */
  const moveBy = (event: MouseEvent, send: (dx: number, dy: number) => void, box: DOMRect, size: Size) => {
    left.x += (event.movementX * size.width) / Math.max(1, box.width);
    left.y += (event.movementY * size.height) / Math.max(1, box.height);
    const [dx, dy] = [Math.trunc(left.x), Math.trunc(left.y)];
    left.x -= dx;
    left.y -= dy;
    if (dx !== 0 || dy !== 0) send(dx, dy);
  };

  const move = (event: MouseEvent): PointerSink | null => {
    const target = sink();
    const drawn = picture();
    if (target === null || target.size === null || drawn === null) return null;
    const box = drawn.getBoundingClientRect();
    if (target.moveBy !== null) {
      if (!isCaught()) return null;
      if (event.type === 'pointermove') moveBy(event, target.moveBy, box, target.size);
      return target;
    }
    const { x, y } = guestPixel(event.clientX, event.clientY, box, target.size);
    target.moveTo(x, y);
    return target;
  };
  const releaseAll = () => {
    const target = sink();
    // Who takes nothing now, as a paused guest, is told with the next movement.
    if (target === null) return;
    for (const button of pressed) target.button(button, false);
    pressed.clear();
  };
  // With several buttons held, the browser reports changes of the others as pointermove: `buttons` tells.
  const follow = (event: PointerEvent, target: PointerSink) => {
    if (event.buttons === 0) isCatching = false;
    if (isCatching) return;
    const bits = [1, 4, 2, 8, 16];
    byButton.forEach((button, index) => {
      const down = (event.buttons & (bits[index] ?? 0)) !== 0;
      if (down === pressed.has(button)) return;
      if (down) pressed.add(button);
      else pressed.delete(button);
      target.button(button, down);
    });
  };

  const listen = <K extends keyof HTMLElementEventMap>(
    name: K,
    handler: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ) => element.addEventListener(name, handler, { ...options, signal });

  const catchPointer = () => {
    isCatching = true;
    isSaidCaught = false;
    element.focus({ preventScroll: true });
    // Some browsers refuse for a second after the person has got it back; the next click asks again.
    Promise.resolve(element.requestPointerLock()).catch((refused: unknown) => {
      console.debug('the pointer could not be caught', refused);
      onHold('refused');
    });
  };

  listen('pointerdown', (event) => {
    const needsCatch = sink()?.moveBy != null && !isCaught();
    const target = move(event);
    if (needsCatch) {
      catchPointer();
      event.preventDefault();
      return;
    }
    if (target === null) return;
    element.focus({ preventScroll: true });
    // A caught pointer has no place to be captured at (W3C Pointer Events §setPointerCapture).
    if (!isCaught()) element.setPointerCapture(event.pointerId);
    follow(event, target);
    event.preventDefault();
  });
  listen('pointermove', (event) => {
    const target = move(event);
    if (target !== null) follow(event, target);
  });
  listen('pointerup', (event) => {
    // The browser may grant the catch only after the button is up: the next click is the guest's all the same.
    if (event.buttons === 0) isCatching = false;
    const target = move(event);
    if (target !== null) follow(event, target);
    event.preventDefault();
  });
  listen('pointercancel', releaseAll);
  listen('lostpointercapture', releaseAll);
  // The guest has its own menus, and its own meaning for the middle button and for "back".
  for (const name of ['contextmenu', 'auxclick', 'mousedown', 'dragstart'] as const) {
    listen(name, (event) => event.preventDefault());
  }
  listen(
    'wheel',
    (event) => {
      event.preventDefault();
      const notch = wheel.add(event.deltaY, event.deltaMode);
      const target = move(event);
      if (notch === 0 || target === null) return;
      const button = notch < 0 ? mouseButtons.up : mouseButtons.down;
      target.button(button, true);
      target.button(button, false);
    },
    { passive: false },
  );
  document.addEventListener(
    'pointerlockchange',
    () => {
      if (isCaught()) {
        isSaidCaught = true;
        onHold('caught');
        return;
      }
      releaseAll();
      // This may come after the browser has refused the next click's wish: that stays said.
      if (isSaidCaught) onHold('free');
      isSaidCaught = false;
    },
    { signal },
  );
  // Browsers whose requestPointerLock answers with no promise tell so.
  document.addEventListener('pointerlockerror', () => onHold('refused'), { signal });
  const letGo = () => {
    releaseAll();
    if (isCaught()) document.exitPointerLock();
  };
  listen('blur', letGo);
  signal.addEventListener('abort', letGo, { once: true });
}
