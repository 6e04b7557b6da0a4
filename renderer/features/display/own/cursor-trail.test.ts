import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CursorTrail, type TrailPicture } from './cursor-trail.ts';

/** As much of an element as a trail needs; Node has no DOM. */
class Stand extends EventTarget {
  readonly style: Record<string, string> = {};
  readonly children: Stand[] = [];
  parentElement: Stand | null = null;
  parentNode: Stand | null = null;
  width = 0;
  height = 0;
  shadow: Stand | null = null;
  append(child: Stand): void {
    this.children.push(child);
    child.parentNode = this;
    child.parentElement = this;
  }
  after(next: Stand): void {
    this.parentNode?.append(next);
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
    return { drawImage: () => (made.drawings += 1) };
  }
  getBoundingClientRect(): object {
    return { left: 100, top: 50, width: 500 };
  }
}

const made = { elements: 0, drawings: 0 };
let calm = new EventTarget() as EventTarget & { matches: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(made, { elements: 0, drawings: 0 });
  calm = Object.assign(new EventTarget(), { matches: false });
  vi.stubGlobal('matchMedia', () => calm);
  vi.stubGlobal('document', {
    createElement: () => {
      made.elements += 1;
      return new Stand();
    },
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function picture(side = 20): TrailPicture {
  const canvas = new Stand() as unknown as HTMLCanvasElement;
  return { width: side, height: side, hotspot: { x: 4, y: 2 }, canvas };
}

/** A canvas of 1000 × 500 guest pixels, drawn at half that size. */
function open(isFloating = false) {
  const [host, screen, canvas] = [new Stand(), new Stand(), new Stand()];
  host.append(screen);
  screen.append(canvas);
  canvas.width = 1000;
  canvas.height = 500;
  const trail = new CursorTrail(screen as unknown as HTMLElement);
  trail.setCanvas(canvas as unknown as HTMLCanvasElement);
  trail.setPicture(picture(), isFloating);
  const point = (clientX: number, clientY: number) =>
    host.dispatchEvent(Object.assign(new Event('pointermove'), { clientX, clientY }));
  const copies = () => screen.children[1]?.shadow?.children ?? [];
  return { trail, point, copies, screen };
}

test('the person’s own pointer leaves copies where it was, fading, and they go when it rests', () => {
  const { trail, point, copies, screen } = open();
  trail.set({ length: 3, frequency: 50 });
  for (let x = 100; x <= 150; x += 10) {
    point(x, 60);
    vi.advanceTimersByTime(50);
  }
  expect(copies().map(({ style }) => style.left)).toEqual(['3.6%', '5.6%', '7.6%']);
  expect(copies()[0]?.style).toMatchObject({ top: '3.6%', width: '2%', height: '4%' });
  expect(copies().map(({ style }) => Number(style.opacity).toFixed(1))).toEqual(['0.2', '0.4', '0.6']);
  vi.advanceTimersByTime(50);
  expect(copies()).toHaveLength(2);
  vi.advanceTimersByTime(100);
  expect([screen.children.length, vi.getTimerCount()]).toEqual([1, 0]);
});

test('one that leaves the picture and comes back elsewhere leaves nothing between', () => {
  const { trail, point, copies, screen } = open();
  trail.set({ length: 3, frequency: 50 });
  point(100, 60);
  screen.parentElement?.dispatchEvent(new Event('pointerleave'));
  point(500, 60);
  vi.advanceTimersByTime(50);
  expect(copies()).toEqual([]);
});

test('a pointer that the guest moves leaves them at the guest’s pixels', () => {
  const { trail, point, copies } = open(true);
  trail.set({ length: 3, frequency: 50 });
  trail.moved({ x: 104, y: 52 });
  trail.moved({ x: 204, y: 52 });
  point(300, 300);
  vi.advanceTimersByTime(50);
  expect(copies().map(({ style }) => [style.left, style.top])).toEqual([['10%', '10%']]);
});

test('its elements are used again, and drawn on only for another picture', () => {
  const { trail, point, copies } = open();
  trail.set({ length: 2, frequency: 50 });
  for (let x = 0; x < 100; x += 1) {
    point(x, 0);
    vi.advanceTimersByTime(50);
  }
  // Of two copies, one that comes before the oldest goes, and what they lie in.
  expect(made).toEqual({ elements: 4, drawings: 3 });
  trail.setPicture(picture(30), false);
  for (let x = 0; x < 100; x += 1) {
    point(x, 0);
    vi.advanceTimersByTime(50);
  }
  expect(made).toEqual({ elements: 4, drawings: 6 });
  expect(copies().map(({ width }) => width)).toEqual([30, 30]);
});

test('without a trail nothing is watched, and no timer runs', () => {
  const media = vi.fn();
  vi.stubGlobal('matchMedia', media);
  const { trail, point } = open();
  trail.set({ length: 0, frequency: 50 });
  point(1, 1);
  trail.moved({ x: 1, y: 1 });
  expect([media.mock.calls.length, vi.getTimerCount(), made.elements]).toEqual([0, 0, 0]);
});

test('a guest that asks for too much gets 32 of them, a frame apart', () => {
  const { trail, point, copies } = open();
  trail.set({ length: 65535, frequency: 0 });
  for (let x = 0; x < 100; x += 1) {
    point(x, 0);
    vi.advanceTimersByTime(16);
  }
  expect(copies()).toHaveLength(32);
  trail.set({ length: 3, frequency: 65535 });
  point(200, 0);
  point(201, 0);
  vi.advanceTimersByTime(500);
  expect(copies()).toHaveLength(1);
});

test('a very large pointer leaves none', () => {
  const { trail, point, copies } = open();
  trail.set({ length: 3, frequency: 50 });
  trail.setPicture(picture(257), false);
  point(1, 0);
  point(2, 0);
  vi.advanceTimersByTime(50);
  expect([copies().length, vi.getTimerCount()]).toEqual([0, 0]);
});

test('who wants little motion has none, also from the moment it is wanted', () => {
  const { trail, point, copies } = open();
  trail.set({ length: 3, frequency: 50 });
  const drag = () => {
    point(1, 0);
    point(2, 0);
    vi.advanceTimersByTime(50);
  };
  drag();
  expect(copies()).toHaveLength(1);
  calm.matches = true;
  calm.dispatchEvent(new Event('change'));
  expect(copies()).toHaveLength(0);
  drag();
  expect([copies().length, vi.getTimerCount()]).toEqual([0, 0]);
});

test('a pointer that hides, a new canvas and the end take them away', () => {
  const { trail, point, copies, screen } = open();
  trail.set({ length: 3, frequency: 50 });
  const ends = [
    () => trail.setPicture(null, false),
    () => trail.setCanvas(screen.children[0] as unknown as HTMLCanvasElement),
    () => trail[Symbol.dispose](),
  ];
  for (const end of ends) {
    trail.setPicture(picture(), false);
    point(1, 0);
    point(2, 0);
    vi.advanceTimersByTime(50);
    expect(copies()).toHaveLength(1);
    end();
    expect([copies().length, screen.children.length, vi.getTimerCount()]).toEqual([0, 1, 0]);
  }
  point(3, 0);
  expect(vi.getTimerCount()).toBe(0);
});
