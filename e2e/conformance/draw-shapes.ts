import { PATH_FLAG, ROPD } from '../../renderer/spice/protocol/constants.ts';
import type { Glyph } from '../../renderer/spice/protocol/draw.ts';
import { type BrushPart, draw } from '../spice-server/draw-messages.ts';
import type { Direction } from './draw-directed.ts';
import { whole } from './draw-world.ts';

const COUNT = 24;

/**
 * Segments with and without begin, end and close, curves, dashes of every number that begin with a gap or not. At most one rectangle
 * clips them: where several cut one row, spice-gtk's spans overrun their own list (spice_canvas_clip_spans in place).
 */
export const strokes: Direction = (world) => {
  const { dice, screen } = world;
  const point = () => ({
    x: dice.between(-20, screen.width + 20) + dice.between(0, 15) / 16,
    y: dice.between(-20, screen.height + 20) + dice.between(0, 15) / 16,
  });
  for (let count = 0; count < COUNT; count += 1) {
    const segments = dice.between(1, 4);
    const path = Array.from({ length: segments }, (_, index) => {
      const curve = dice.chance(30);
      // A curve needs a point to start from; after an end there is none.
      const begin = index === 0 || dice.chance(50) || curve;
      const end = dice.chance(50);
      const flags =
        (begin ? PATH_FLAG.begin : 0) |
        (end ? PATH_FLAG.end | (dice.chance(50) ? PATH_FLAG.close : 0) : 0) |
        (curve ? PATH_FLAG.bezier : 0);
      const points = (curve ? 3 * dice.between(1, 2) : dice.between(1, 4)) + (begin ? 1 : 0);
      return { flags, points: Array.from({ length: points }, point) };
    });
    const dashed = dice.chance(60);
    const dashes = Array.from(
      { length: dice.between(1, 6) },
      () => dice.between(1, 12) + dice.between(0, 15) / 16,
    );
    const tile = { width: dice.between(1, 9), height: dice.between(1, 9) };
    const clip = dice.chance(50) ? [world.place(screen).box] : null;
    world.add(
      draw.stroke(
        {
          box: dice.chance(70) ? whole(screen) : world.place(screen).box,
          ...(clip === null ? {} : { clip }),
        },
        {
          path,
          ...(dashed ? { dashes, startWithGap: dice.chance(50) } : {}),
          brush: dice.pick([
            null,
            { color: world.color() },
            { color: world.color() },
            { pattern: world.images.tile(tile), position: world.point(20) },
          ]),
          rop: world.rop(),
        },
      ),
    );
  }
};

/**
 * Strings of one and four bits, over each other, over the edge, on backgrounds. Left out: eight bits, where spice-gtk reads a row past
 * each glyph's end (canvas_put_glyph_bits), and strings without a glyph or without a size, which it stops at.
 */
export const texts: Direction = (world) => {
  const { dice, screen } = world;
  for (let count = 0; count < COUNT; count += 1) {
    const bits = dice.pick([1, 4] as const);
    const left = dice.between(-30, screen.width);
    const top = dice.between(-10, screen.height);
    const glyphs = Array.from({ length: dice.between(1, 12) }, (_, index): Glyph => {
      const size = { width: dice.between(1, 14), height: dice.between(1, 16) };
      const data = new Uint8Array(Math.ceil((size.width * bits) / 8) * size.height);
      for (let at = 0; at < data.length; at += 1) data[at] = dice.next() >>> 7;
      const renderPosition = { x: left + index * dice.between(2, 9), y: top + dice.between(-2, 9) };
      return { renderPosition, origin: world.point(4), ...size, data };
    });
    const clip = world.clip(screen);
    const back = { left: left - 3, top: top - 3, right: left + dice.between(1, 60), bottom: top + 14 };
    const tile = { width: dice.between(1, 9), height: dice.between(1, 9) };
    const pattern = (): BrushPart => ({ pattern: world.images.tile(tile), position: world.point(9) });
    const brush = (): BrushPart => (dice.chance(60) ? { color: world.color() } : pattern());
    world.add(
      draw.text(
        {
          box: dice.chance(70) ? whole(screen) : world.place(screen).box,
          ...(clip === null ? {} : { clip }),
        },
        {
          bits,
          glyphs,
          ...(dice.chance(50) ? { back, backBrush: brush() } : { foreRop: dice.pick([ROPD.put, ROPD.xor]) }),
          foreBrush: brush(),
        },
      ),
    );
  }
};
