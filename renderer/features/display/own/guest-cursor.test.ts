import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CursorPicture } from './cursor-picture.ts';
import { GuestCursor } from './guest-cursor.ts';

/** What is made of pictures, which is what takes the page's time. */
const made = { canvases: 0, pngs: 0 };

/** As much of an element as pointers need; Node has no DOM. */
class Stand {
  readonly style: Record<string, string> = {};
  readonly dataset: Record<string, string> = {};
  readonly children: Stand[] = [];
  parentNode: Stand | null = null;
  width = 0;
  height = 0;
  shadow: Stand | null = null;

  get firstChild(): Stand | null {
    return this.children[0] ?? null;
  }

  append(child: Stand): void {
    this.children.push(child);
    child.parentNode = this;
  }

  replaceChildren(child: Stand): void {
    this.children.splice(0);
    this.append(child);
  }

  remove(): void {
    const at = this.parentNode?.children.indexOf(this) ?? -1;
    if (at >= 0) this.parentNode?.children.splice(at, 1);
    this.parentNode = null;
  }

  attachShadow(): Stand {
    this.shadow = new Stand();
    return this.shadow;
  }

  getContext(): object {
    return { putImageData: () => (made.canvases += 1), drawImage: () => undefined };
  }

  toDataURL(): string {
    made.pngs += 1;
    clock.now += 10;
    return `data:${this.width}x${this.height},${made.pngs}`;
  }

  getBoundingClientRect(): object {
    return { width: this.width };
  }
}

/** Each PNG takes 10 ms. */
const clock = { now: 0 };
let frames: (() => void)[] = [];
let timers: { readonly ms: number; readonly run: () => void }[] = [];
let resized: () => void = () => undefined;

beforeEach(() => {
  made.canvases = 0;
  made.pngs = 0;
  frames = [];
  timers = [];
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
  vi.stubGlobal('requestAnimationFrame', (then: () => void) => frames.push(then));
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => {
    frames[frame - 1] = () => undefined;
  });
  vi.stubGlobal('setTimeout', (run: () => void, ms: number) => timers.push({ ms, run }));
  vi.stubGlobal('clearTimeout', (timer: number) => {
    timers[timer - 1] = { ms: timers[timer - 1]?.ms ?? 0, run: () => undefined };
  });
  vi.stubGlobal('document', { createElement: () => new Stand() });
  vi.stubGlobal('window', { devicePixelRatio: 1 });
  vi.stubGlobal('ImageData', class {});
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(then: () => void) {
        resized = then;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const ORIGIN = { x: 0, y: 0 };

function open() {
  let drawn = 0;
  const screen = new Stand();
  const canvas = new Stand();
  canvas.width = 1000;
  canvas.height = 500;
  const cursor = new GuestCursor(screen as unknown as HTMLElement, () => {
    drawn += 1;
  });
  cursor.setCanvas(canvas as unknown as HTMLCanvasElement, ORIGIN);
  return { screen, canvas, cursor, drawn: () => drawn };
}

function picture(number: number, side = 32): CursorPicture {
  return { number, width: side, height: side, hotspot: { x: 4, y: 2 }, data: new Uint32Array(side * side) };
}

const at = (x: number, y = 0) => ({ x, y });
const NONE = { length: 0, frequency: 0 };

test('as the person’s own pointer a picture becomes a PNG once for each size, wherever the guest has it', () => {
  const { canvas, cursor, screen } = open();
  cursor.setPicture(picture(1));
  for (let x = 0; x < 100; x += 1) cursor.set({ picture: 1, position: at(x), trail: NONE });
  expect(canvas.style.cursor).toBe('image-set(url("data:32x32,1") 1x) 4 2, default');
  cursor.set({ picture: null, position: at(0), trail: NONE });
  expect([canvas.style.cursor, screen.dataset.pointer]).toEqual(['', 'hidden']);
  cursor.set({ picture: 1, position: at(0), trail: NONE });
  expect([canvas.style.cursor, screen.dataset.pointer]).toEqual([
    'image-set(url("data:32x32,1") 1x) 4 2, default',
    'shown',
  ]);
  expect(made).toEqual({ canvases: 1, pngs: 1 });
  canvas.getBoundingClientRect = () => ({ width: 2000 });
  resized();
  expect(canvas.style.cursor).toBe('image-set(url("data:64x64,2") 1x) 8 4, default');
});

test('a large picture becomes a PNG of what browsers show, however large it is', () => {
  const { canvas, cursor } = open();
  cursor.setPicture(picture(1, 512));
  cursor.set({ picture: 1, position: at(0), trail: NONE });
  expect(canvas.style.cursor).toBe('image-set(url("data:128x128,1") 1x) 1 0, default');
});

test('a caught pointer moves as an element; its picture is drawn once and never made a PNG', () => {
  const { canvas, cursor, screen } = open();
  cursor.setFloating(true);
  cursor.setPicture(picture(1, 500));
  for (let x = 0; x <= 104; x += 1) cursor.set({ picture: 1, position: at(x, 52), trail: NONE });
  const [host] = screen.children;
  expect(screen.children).toHaveLength(1);
  expect(host?.style).toEqual({ left: '10%', top: '10%', width: '50%', height: '100%' });
  expect(host?.shadow?.children).toHaveLength(1);
  expect([made, canvas.style.cursor ?? '']).toEqual([{ canvases: 1, pngs: 0 }, '']);
  cursor.set({ picture: null, position: at(0), trail: NONE });
  expect([screen.children.length, screen.dataset.pointer]).toEqual([0, 'hidden']);
  cursor.setPicture(picture(2));
  cursor.set({ picture: 2, position: at(4, 2), trail: NONE });
  expect(host?.style).toMatchObject({ left: '0%', width: '3.2%' });
  expect(host?.shadow?.children).toHaveLength(1);
  cursor.setFloating(false);
  expect(screen.children).toHaveLength(0);
  expect(canvas.style.cursor).toContain('data:32x32,1');
});

test('a caught pointer is counted from what is shown of the guest’s screen', () => {
  const { canvas, cursor, screen } = open();
  cursor.setCanvas(canvas as unknown as HTMLCanvasElement, at(800, 100));
  cursor.setFloating(true);
  cursor.setPicture(picture(1));
  cursor.set({ picture: 1, position: at(904, 152), trail: NONE });
  expect(screen.children[0]?.style).toMatchObject({ left: '10%', top: '10%' });
});

test('a new screen has the pointer, too; after the end there is none', () => {
  const { screen, cursor } = open();
  cursor.setPicture(picture(1));
  cursor.set({ picture: 1, position: at(0), trail: NONE });
  const next = new Stand();
  next.width = 1000;
  cursor.setCanvas(next as unknown as HTMLCanvasElement, ORIGIN);
  expect(next.style.cursor).toContain('data:32x32,1');
  cursor.setFloating(true);
  expect(screen.children).toHaveLength(1);
  cursor[Symbol.dispose]();
  expect([next.style.cursor, screen.children.length, screen.dataset.pointer]).toEqual(['', 0, 'shown']);
});

test('a picture without pixels is the default pointer', () => {
  const { canvas, cursor, screen } = open();
  cursor.setPicture(picture(1, 0));
  cursor.set({ picture: 1, position: at(0), trail: NONE });
  expect([canvas.style.cursor ?? '', screen.dataset.pointer]).toEqual(['', 'shown']);
  expect(made).toEqual({ canvases: 0, pngs: 0 });
});

test('the next may come after a frame, and after a rest four times as long as drawing took', () => {
  const { cursor, drawn } = open();
  cursor.setPicture(picture(1));
  cursor.set({ picture: 1, position: at(0), trail: NONE });
  expect([frames.length, timers.length]).toEqual([1, 0]);
  frames[0]?.();
  expect(timers.map(({ ms }) => ms)).toEqual([40]);
  expect(drawn()).toBe(0);
  timers[0]?.run();
  expect(drawn()).toBe(1);
  cursor.set({ picture: 1, position: at(1), trail: NONE });
  frames[1]?.();
  expect(timers.map(({ ms }) => ms)).toEqual([40, 0]);
  cursor[Symbol.dispose]();
  timers[1]?.run();
  expect(drawn()).toBe(1);
});
