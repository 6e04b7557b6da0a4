import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CursorState } from '../../../../spice/channels/cursor.ts';
import type { CursorShape } from '../../../../spice/channels/cursor-shape.ts';
import type { CursorPicture, CursorPlace } from '../cursor-picture.ts';
import type { FromWorker } from '../messages.ts';
import { CursorNews } from './cursor-news.ts';

function shapeOf(color: number): CursorShape {
  return {
    pixels: { width: 1, height: 1, data: Uint32Array.of(color) },
    hotspot: { x: 0, y: 0 },
    invert: null,
  };
}

function state(shape: CursorShape | null, x: number, visible = true): CursorState {
  return { shape, visible, position: { x, y: 0 }, trail: { length: 0, frequency: 0 } };
}

/** The page's half: what it was told, and what it would show. */
function open() {
  const messages: FromWorker[] = [];
  const pictures = new Map<number, CursorPicture>();
  let cursor: CursorPlace | null = null;
  const news = new CursorNews((message, transfer) => {
    messages.push(structuredClone(message, { transfer }));
    const told = messages.at(-1);
    if (told?.kind === 'cursorPicture') pictures.set(told.picture.number, told.picture);
    if (told?.kind === 'cursor') cursor = told.cursor;
  });
  const shown = () => ({
    color: cursor?.picture == null ? null : pictures.get(cursor.picture)?.data[0],
    x: cursor?.position.x,
  });
  const kinds = () => messages.splice(0).map(({ kind }) => kind);
  return { news, kinds, shown };
}

test('a shape goes over once, whatever moves, hides and shows it', () => {
  const { news, kinds, shown } = open();
  const arrow = shapeOf(0xff0000ff);
  for (const [x, visible] of [
    [1, true],
    [2, true],
    [3, false],
    [4, true],
  ] as const) {
    news.changed(state(arrow, x, visible));
    news.drawn();
    expect(shown()).toEqual({ color: visible ? 0xff0000ff : null, x });
  }
  expect(kinds()).toEqual(['cursorPicture', 'cursor', 'cursor', 'cursor', 'cursor']);
  // The Worker's own copy stays: the server may refer to it again.
  expect(arrow.pixels.data).toEqual(Uint32Array.of(0xff0000ff));
});

test('between two drawings of the page only the latest counts, and it is told at once after', () => {
  const { news, kinds, shown } = open();
  const shapes = Array.from({ length: 1000 }, (_, n) => shapeOf(n));
  for (const [x, shape] of shapes.entries()) news.changed(state(shape, x));
  expect(kinds()).toEqual(['cursorPicture', 'cursor']);
  expect(shown()).toEqual({ color: 0, x: 0 });
  news.drawn();
  expect(kinds()).toEqual(['cursorPicture', 'cursor']);
  expect(shown()).toEqual({ color: 999, x: 999 });
  news.drawn();
  expect(kinds()).toEqual([]);
  news.changed(state(null, 5));
  expect(shown()).toEqual({ color: null, x: 5 });
});

test('a shape that is not shown is not told, and is when it shows', () => {
  const { news, kinds, shown } = open();
  const arrow = shapeOf(7);
  news.changed(state(arrow, 1, false));
  news.drawn();
  expect(kinds()).toEqual(['cursor']);
  news.changed(state(arrow, 1));
  expect(kinds()).toEqual(['cursorPicture', 'cursor']);
  expect(shown()).toEqual({ color: 7, x: 1 });
});

test('whatever comes and however slowly the page draws, it ends with the last state', () => {
  const shapes = [null, shapeOf(1), shapeOf(2), shapeOf(3)];
  const step = fc.oneof(
    fc.constant('drawn' as const),
    fc.record({ shape: fc.nat({ max: 3 }), x: fc.nat(), visible: fc.boolean() }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { news, shown } = open();
      let last: { color: number | null; x: number } | null = null;
      for (const one of steps) {
        if (one === 'drawn') news.drawn();
        else {
          const shape = shapes[one.shape] ?? null;
          news.changed(state(shape, one.x, one.visible));
          last = { color: one.visible ? (shape?.pixels.data[0] ?? null) : null, x: one.x };
        }
      }
      news.drawn();
      if (last !== null) expect(shown()).toEqual(last);
    }),
  );
});

test('how the pointer trails is told with it', () => {
  let told: CursorPlace | null = null;
  const news = new CursorNews((message) => {
    if (message.kind === 'cursor') told = message.cursor;
  });
  const trail = { length: 3, frequency: 20 };
  news.changed({ ...state(null, 1), trail });
  expect(told).toEqual({ picture: null, position: { x: 1, y: 0 }, trail });
});
