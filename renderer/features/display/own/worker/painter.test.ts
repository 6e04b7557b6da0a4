import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Surface } from '../../../../spice/canvas/surface.ts';
import type { Rect } from '../../../../spice/protocol/geometry.ts';
import { Painter } from './painter.ts';

/** What is put on a canvas: its place, its size and its first pixel's red. */
type Put = readonly [x: number, y: number, width: number, height: number, red: number | undefined];

let frame: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('requestAnimationFrame', (paint: () => void) => {
    frame = paint;
    return 1;
  });
  vi.stubGlobal('cancelAnimationFrame', () => {
    frame = () => undefined;
  });
  vi.stubGlobal(
    'ImageData',
    class {
      readonly data: Uint8ClampedArray;
      readonly width: number;
      readonly height: number;
      constructor(data: Uint8ClampedArray, width: number, height: number) {
        this.data = data;
        this.width = width;
        this.height = height;
      }
    },
  );
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function rect(left: number, top: number, right: number, bottom: number): Rect {
  return { left, top, right, bottom };
}

/** A screen of 100 × 50 whose pixels' red is their column. */
function screen(): Surface {
  const surface = new Surface(0, 100, 50, 'x8r8g8b8', true);
  for (let at = 0; at < surface.data.length; at += 1) surface.data[at] = at % 100;
  return surface;
}

function open() {
  const heard: string[] = [];
  const puts: Put[] = [];
  const painter = new Painter({
    wanted: (number, { left, top, right, bottom }) =>
      heard.push(`wanted ${number}: ${left},${top} ${right},${bottom}`),
    drawn: (number) => heard.push(`drawn ${number}`),
    painted: () => undefined,
  });
  const canvas = {
    getContext: () => ({
      putImageData: ({ width, height, data }: ImageData, x: number, y: number) =>
        puts.push([x, y, width, height, data[0]]),
    }),
  } as unknown as OffscreenCanvas;
  const takePuts = () => {
    frame();
    return puts.splice(0);
  };
  return { painter, heard, canvas, takePuts };
}

test('a part of the screen is painted at its own places, and nothing beside it', () => {
  const { painter, heard, canvas, takePuts } = open();
  const surface = screen();
  painter.show(surface, rect(20, 10, 60, 40));
  painter.setCanvas(1, canvas);
  painter.changed(surface, rect(0, 0, 19, 50));
  expect(takePuts()).toEqual([]);
  painter.changed(surface, rect(50, 0, 100, 15));
  expect(takePuts()).toEqual([[30, 0, 10, 5, 50]]);
  expect(heard).toEqual(['wanted 1: 20,10 60,40', 'drawn 1']);
});

test('another part of the same screen is there whole at once', () => {
  const { painter, heard, canvas, takePuts } = open();
  const surface = screen();
  painter.show(surface, rect(0, 0, 50, 50));
  painter.setCanvas(1, canvas);
  painter.changed(surface, rect(0, 0, 10, 10));
  takePuts();
  painter.show(surface, rect(50, 0, 100, 50));
  painter.setCanvas(1, canvas);
  expect(takePuts()).toEqual([]);
  painter.setCanvas(2, canvas);
  expect(takePuts()).toEqual([[0, 0, 50, 50, 50]]);
  expect(heard).toEqual(['wanted 1: 0,0 50,50', 'drawn 1', 'wanted 2: 50,0 100,50', 'drawn 2']);
});

test('a part of a screen on which nothing was drawn yet waits for that', () => {
  const { painter, heard, canvas, takePuts } = open();
  const surface = screen();
  painter.show(surface, rect(0, 0, 100, 50));
  painter.show(surface, rect(0, 0, 50, 50));
  painter.setCanvas(2, canvas);
  expect(takePuts()).toEqual([]);
  painter.changed(surface, rect(0, 0, 100, 50));
  expect(takePuts()).toEqual([[0, 0, 50, 50, 0]]);
  expect(heard.at(-1)).toBe('drawn 2');
});

test('between two modes nothing is painted', () => {
  const { painter, canvas, takePuts } = open();
  const surface = screen();
  painter.show(surface, rect(0, 0, 100, 50));
  painter.setCanvas(1, canvas);
  painter.leave();
  painter.changed(surface, rect(0, 0, 100, 50));
  painter.setCanvas(1, canvas);
  expect(takePuts()).toEqual([]);
});
