import { COMPOSITE_FLAG, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import type { Transform } from '../../renderer/spice/protocol/draw.ts';
import { draw } from '../spice-server/draw-messages.ts';
import { type ImagePart, image, type Size } from '../spice-server/image-messages.ts';
import type { Direction } from './draw-directed.ts';
import { type Made, type World, whole } from './draw-world.ts';

const COUNT = 24;
const ONE = 65_536;

/** X Render's operators that pixman has: the plain ones, disjoint, conjoint and blending ones. */
const operators: readonly number[] = [
  ...Array.from({ length: 14 }, (_, index) => index),
  ...Array.from({ length: 12 }, (_, index) => 16 + index),
  ...Array.from({ length: 12 }, (_, index) => 32 + index),
  ...Array.from({ length: 15 }, (_, index) => 48 + index),
];

/** Each operator in turn, without and with a mask, and one for each channel. */
export const composites: Direction = (world, round) => {
  for (let count = 0; count < COUNT; count += 1) {
    const operator = operators[(round * COUNT + count) % operators.length] ?? 0;
    compositeOnce(world, world.screen, operator, sent(world), sent(world));
  }
};

/**
 * Sources and masks that are surfaces of every format, with the flags that make them opaque. A surface is made anew for each drawing: what
 * spice-gtk once sets on it (transform, filter, repeat) it does not take back.
 */
export const compositedSurfaces: Direction = (world) => {
  const { dice } = world;
  for (let count = 0; count < COUNT; count += 1) {
    const formats = [
      SURFACE_FORMAT.xrgb32,
      SURFACE_FORMAT.argb32,
      SURFACE_FORMAT.alpha8,
      world.screen.format,
    ] as const;
    const fresh = (id: number): Made => {
      const size = { width: dice.between(4, 40), height: dice.between(4, 30) };
      return world.surface(id, dice.pick([...formats]), size);
    };
    const operator = dice.pick([1, 3, 3, 4, 5, 8, 9, 11, 12]);
    const source = fresh(1);
    // Of alpha alone nothing is left without it: spice-gtk makes no picture of that, and ends.
    const opaque =
      source.format !== SURFACE_FORMAT.alpha8 && dice.chance(30) ? COMPOSITE_FLAG.sourceOpaque : 0;
    const mask = dice.chance(60) ? shown(fresh(2)) : sent(world);
    compositeOnce(world, world.screen, operator | opaque, shown(source), mask);
  }
};

/** Surfaces of alpha alone: filled, composited and blended on, and then seen as masks of a colour. */
export const alphaSurfaces: Direction = (world) => {
  const { dice, screen } = world;
  for (let count = 0; count < COUNT / 4; count += 1) {
    // No palettes: spice-gtk has none for such a surface and stops.
    const plain = (): ImagePart =>
      world.images.withAlpha({ width: dice.between(1, 30), height: dice.between(1, 30) });
    const made = world.surface(1, SURFACE_FORMAT.alpha8, { width: 50, height: 40 });
    for (let turn = 0; turn < 4; turn += 1) {
      const inside = world.place(made, { inside: true });
      if (dice.chance(40)) world.add(draw.fill(world.place(made), { color: dice.between(0, 255) }));
      else if (dice.chance(50)) compositeOnce(world, made, dice.pick([1, 3, 4, 8, 12]), plain(), plain());
      else
        world.add(
          draw.alphaBlend(
            inside,
            world.source(inside.box, (size) => world.images.withAlpha(size)),
          ),
        );
    }
    const place = world.place(screen, { inside: true });
    const colour = world.images.of('bitmap rgba', { width: 1, height: 1 });
    const flags = 3 | (1 << 14);
    world.add(draw.composite(place, { flags, image: colour, mask: shown(made) }));
  }
};

/** Drawings that convert: from surfaces of another depth, scaled or blended, and text in the pattern of a surface. */
export const conversions: Direction = (world) => {
  const { dice, screen } = world;
  for (let count = 0; count < COUNT; count += 1) {
    const format = dice.pick([
      SURFACE_FORMAT.rgb555,
      SURFACE_FORMAT.rgb565,
      SURFACE_FORMAT.xrgb32,
      SURFACE_FORMAT.argb32,
    ]);
    const other = world.surface(1, format, { width: dice.between(8, 40), height: dice.between(8, 30) });
    const place = world.place(screen);
    const width = place.box.right - place.box.left;
    // Of another size than the box, or the bits would be copied as they are.
    const area = { left: dice.between(0, 3), top: dice.between(0, 3), right: 0, bottom: dice.between(5, 8) };
    area.right = area.left + (width === 5 ? 6 : 5);
    const source = { image: shown(other), area, scaleMode: dice.between(0, 1) };
    const what = dice.between(0, 2);
    if (what === 0) world.add(draw.copy(place, source));
    else if (what === 1) world.add(draw.alphaBlend(place, source, dice.pick([255, 90])));
    else text(world, other);
  }
};

function text(world: World, other: Made): void {
  const { dice, screen } = world;
  const data = Uint8Array.from({ length: 16 }, () => dice.next() >>> 5);
  const glyph = { origin: { x: 0, y: 0 }, width: 8, height: 16, data };
  const glyphs = [0, 1, 2].map((index) => ({
    ...glyph,
    renderPosition: { x: dice.between(-4, 80) + index * 6, y: dice.between(-4, 60) },
  }));
  const foreBrush = { pattern: shown(other), position: world.point(9) };
  world.add(draw.text({ box: whole(screen) }, { bits: 1, glyphs, foreBrush }));
}

function shown(made: Made): ImagePart {
  return image.surface(made.id, made);
}

function sent(world: World): ImagePart {
  const { dice, images } = world;
  const size: Size = { width: dice.between(1, 30), height: dice.between(1, 30) };
  return dice.chance(70) ? images.withAlpha(size) : images.tile(size);
}

/** spice-gtk reads all of the box, so it lies on the surface. */
function compositeOnce(world: World, to: Made, operator: number, source: ImagePart, mask: ImagePart): void {
  const { dice } = world;
  // With a mask, blends of hue and the like take what an earlier row has left in pixman's buffer.
  const masked = dice.chance(60) && (operator & 255) < 59;
  const filters = (dice.between(0, 4) << 8) | (dice.between(0, 4) << 11);
  const repeats = (dice.between(0, 3) << 14) | (dice.between(0, 3) << 16);
  const component = masked && dice.chance(30) ? COMPOSITE_FLAG.componentAlpha : 0;
  world.add(
    draw.composite(world.place(to, { inside: true }), {
      flags: operator | filters | repeats | component,
      image: source,
      ...(masked ? { mask } : {}),
      ...(dice.chance(40) ? { transform: transform(world) } : {}),
      ...(masked && dice.chance(30) ? { maskTransform: transform(world) } : {}),
      origin: world.point(6),
      maskOrigin: world.point(6),
    }),
  );
}

function transform({ dice }: World): Transform {
  const shift = (): number => dice.between(-300_000, 900_000);
  if (dice.chance(25)) return [ONE, 0, dice.between(-5, 5) * ONE, 0, ONE, dice.between(-5, 5) * ONE];
  const turn = (): number => dice.between(-150_000, 150_000);
  return [turn(), turn(), shift(), turn(), turn(), shift()];
}
