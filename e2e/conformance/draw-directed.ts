import { binaryRop3 } from '../../renderer/spice/canvas/testing/random-drawing.ts';
import { ALPHA_FLAG, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import { display } from '../spice-server/display-messages.ts';
import { type BrushPart, draw } from '../spice-server/draw-messages.ts';
import { image, keptAs, type Size } from '../spice-server/image-messages.ts';
import { is16, type Made, type World, whole } from './draw-world.ts';

/** A kind of directed sequence: adds its drawings to a world whose screen is there. `round` counts its sequences from 0. */
export type Direction = (world: World, round: number) => void;

const SMALL = { width: 40, height: 30 };
const COUNT = 24;

/**
 * 16 codes of the 256 a sequence, each with a colour and with a pattern. spice-gtk reads all of the box, so it lies on the screen. Left
 * out: codes that need two inputs at most, which it has no routine for and stops at.
 */
export const rop3: Direction = (world, round) => {
  const { dice, screen } = world;
  const first = (round * 16) & 255;
  for (let code = first; code < first + 16; code += 1) {
    if (binaryRop3.has(code)) continue;
    for (const patterned of [false, true]) {
      const place = world.place(screen, { inside: true });
      const width = place.box.right - place.box.left;
      const height = place.box.bottom - place.box.top;
      const scaled = dice.chance(40);
      const area = { left: 1, top: 2, right: 1 + (scaled ? 9 : width), bottom: 2 + (scaled ? 7 : height) };
      const source = world.images.any({ width: area.right + 2, height: area.bottom + 1 });
      const pattern = world.images.tile({ width: dice.between(1, 9), height: dice.between(1, 9) });
      // A pattern that begins right of the box would be read at negative places.
      const position = { x: place.box.left - dice.between(0, 9), y: place.box.top - dice.between(0, 9) };
      const brush: BrushPart = patterned ? { pattern, position } : { color: world.color() };
      const mask = dice.chance(30) ? world.mask(place.box) : undefined;
      world.add(draw.rop3(place, { image: source, area, scaleMode: 1 }, brush, code, mask));
    }
  }
};

/** Each way to send an image, through each drawing that takes one; kept and drawn again from the cache. */
export const images: Direction = (world, round) => {
  const { dice, screen } = world;
  const { kinds } = world.images;
  const kind = kinds[round % kinds.length] ?? '';
  for (let count = 0; count < COUNT; count += 1) {
    const place = world.place(screen);
    const make = (size: Size) => world.images.of(kind, size, world.images.highBits(kind));
    // Made only where it is sent: the dictionary must not run ahead.
    const source = () => world.source(place.box, make);
    const drawn = { rop: world.rop(), ...(dice.chance(30) ? { mask: world.mask(place.box) } : {}) };
    switch (dice.between(0, 6)) {
      case 0:
        world.add(draw.copy(place, source()));
        break;
      case 1:
        world.add(draw.blend(place, source(), drawn));
        break;
      case 2:
        world.add(draw.opaque(place, source(), world.brush(false), drawn));
        break;
      case 3: {
        const pattern = make({ width: dice.between(1, 15), height: dice.between(1, 15) });
        world.add(draw.fill(place, { pattern, position: world.point(20) }, drawn));
        break;
      }
      case 4:
        world.add(draw.alphaBlend(place, source(), dice.pick([255, 255, 0, 77])));
        break;
      case 5:
        world.add(draw.transparent(place, source(), world.color()));
        break;
      default: {
        const id = BigInt(100 + count);
        const size = { width: 20, height: 16 };
        const area = whole(size);
        // Nothing of the first is drawn when its clip is empty, and yet it is kept.
        const clip = dice.chance(50) ? { clip: [] } : {};
        world.add(draw.copy({ ...place, ...clip }, { image: world.images.of(kind, size, keptAs(id)), area }));
        for (const lossless of [false, true]) {
          const again = world.place(screen);
          world.add(
            draw.blend(again, { image: image.cached(id, size, { lossless }), area }, { rop: world.rop() }),
          );
        }
      }
    }
  }
};

/** Large images, each way to send them: what a codec does over many rows, and what GLZ finds in the images before. */
export const largeImages: Direction = (world, round) => {
  const { dice, screen } = world;
  const { kinds } = world.images;
  for (let count = 0; count < 4; count += 1) {
    const size = { width: dice.between(64, screen.width), height: dice.between(48, screen.height) };
    const kind = kinds[(round * 4 + count) % kinds.length] ?? '';
    const left = dice.between(-8, screen.width - size.width);
    const top = dice.between(-8, screen.height - size.height);
    const box = { left, top, right: left + size.width, bottom: top + size.height };
    world.add(draw.copy({ box }, { image: world.images.of(kind, size), area: whole(size) }));
  }
};

/** Masks that are kept, drawn again plain and inverted; palettes that are kept. */
export const kept: Direction = (world) => {
  const { dice, screen } = world;
  for (let count = 0; count < COUNT; count += 1) {
    const id = BigInt(1000 + count);
    const size = { width: dice.between(20, 50), height: dice.between(20, 40) };
    const first = world.place(screen);
    const inverse = dice.chance(50);
    world.add(
      draw.fill(
        first,
        { color: world.color() },
        { mask: { image: world.images.mask(size, keptAs(id)), inverse } },
      ),
    );
    const second = world.place(screen);
    const mask = { image: image.cached(id, size), position: world.point(5), inverse: dice.chance(50) };
    world.add(draw.inverse(second, mask));
    const palette = world.images.palette(256);
    if (!('colors' in palette) || screen.format === SURFACE_FORMAT.rgb565) continue;
    const data = Uint8Array.from({ length: 256 }, () => dice.next() >>> 3);
    const tile = { width: 16, height: 16, format: 5, data };
    const paletteId = BigInt(count);
    const sent = image.bitmap({ ...tile, palette: { ...palette, id: paletteId, keep: true } });
    const named = image.bitmap({ ...tile, palette: { keptAs: paletteId }, topDown: false });
    world.add(draw.copy(world.place(screen), { image: sent, area: whole(tile) }));
    world.add(draw.copy(world.place(screen), { image: named, area: whole(tile) }));
  }
};

/**
 * Surfaces beside the screen, drawn to and drawn from. Left out, as spice-gtk has no result of its own for it: bits copied between
 * surfaces of different depths (it stops), a surface copied onto itself where both overlap, and a surface as the brush of a stroke.
 */
export const surfaces: Direction = (world) => {
  const { dice, screen } = world;
  const formats: readonly [number, ...number[]] = is16(screen.format)
    ? [screen.format]
    : [SURFACE_FORMAT.xrgb32, SURFACE_FORMAT.argb32];
  const made: Made[] = [screen];
  for (let id = 1; id <= 3; id += 1) {
    made.push(
      world.surface(id, dice.pick(formats), { width: dice.between(20, 60), height: dice.between(20, 50) }),
    );
  }
  for (let count = 0; count < COUNT; count += 1) {
    const to = dice.pick(made as [Made, ...Made[]]);
    const others = made.filter((one) => one !== to);
    const from = dice.pick(others as [Made, ...Made[]]);
    const place = world.place(to);
    const source = world.from(from, place.box, dice.chance(50));
    const drawn = { rop: world.rop(), ...(dice.chance(30) ? { mask: world.mask(place.box) } : {}) };
    switch (dice.between(0, 6)) {
      case 0:
        world.add(draw.copy(place, source));
        break;
      case 1:
        world.add(draw.blend(place, source, drawn));
        break;
      case 2:
        world.add(draw.opaque(place, source, world.brush(false), drawn));
        break;
      case 3: {
        const pattern = image.surface(from.id, from);
        world.add(draw.fill(place, { pattern, position: world.point(20) }, drawn));
        break;
      }
      case 4:
        world.add(draw.transparent(place, source, world.color()));
        break;
      case 5:
        world.add(draw.copyBits(place, world.point(50)));
        break;
      default: {
        const inside = world.place(to, { inside: true, most: { width: 18, height: 18 } });
        const part = world.from(from, inside.box, false, true);
        const code = dice.pick([1, 0x2b, 0x56, 0xb8, 0xca, 0xe2, 0xfe]);
        world.add(draw.rop3(inside, part, { color: world.color() }, code));
      }
    }
  }
  show(world, made);
};

/** Copies what was drawn beside the screen onto it. */
function show(world: World, made: readonly Made[]): void {
  for (const other of made) {
    if (other.id === 0) continue;
    const box = { left: 0, top: 0, right: world.screen.width, bottom: world.screen.height / 4 };
    const shift = (other.id - 1) * (world.screen.height / 4);
    const moved = { ...box, top: shift, bottom: shift + box.bottom };
    world.add(draw.copy({ box: moved }, { image: image.surface(other.id, other), area: box }));
  }
}

/**
 * alpha_blend with both flags from surfaces of every kind, scaled and not. A screen without alpha is only filled and copied to before, as
 * blending leaves its spare byte to pixman's choice of a routine.
 */
export const alphaFlags: Direction = (world, round) => {
  const { dice, screen } = world;
  const formats = [
    SURFACE_FORMAT.xrgb32,
    SURFACE_FORMAT.argb32,
    SURFACE_FORMAT.rgb555,
    SURFACE_FORMAT.rgb565,
  ];
  const from = formats.map((format, index) => world.surface(index + 1, format, SMALL));
  const flags =
    (round & 1 ? ALPHA_FLAG.sourceSurfaceHasAlpha : 0) | (round & 2 ? ALPHA_FLAG.destinationHasAlpha : 0);
  for (let count = 0; count < COUNT; count += 1) {
    const other = dice.pick(from as [Made, ...Made[]]);
    const place = world.place(screen);
    const source = world.from(other, place.box, dice.chance(50));
    world.add(draw.alphaBlend(place, source, dice.pick([255, 255, 1, 128, 254]), flags));
    if (dice.chance(30)) {
      const again = world.place(screen);
      const sent = world.source(again.box, (size) => world.images.withAlpha(size));
      world.add(draw.alphaBlend(again, sent, dice.between(0, 255), flags));
    }
  }
};

/** copy_bits by a few pixels each way, so that both places overlap, under clips of many rectangles. */
export const overlaps: Direction = (world) => {
  const { dice, screen } = world;
  for (let count = 0; count < COUNT; count += 1) {
    const place = world.place(screen, { most: { width: 80, height: 60 } });
    const by = world.point(dice.pick([1, 3, 20]));
    world.add(draw.copyBits(place, { x: place.box.left + by.x, y: place.box.top + by.y }));
  }
};

/** Boxes, clips and sources that lie far outside, in part or as a whole. */
export const farAway: Direction = (world) => {
  const { dice, screen } = world;
  const far = [-1_000_000, -30_000, -50, 0, 40, 30_000, 1_000_000] as const;
  for (let count = 0; count < COUNT; count += 1) {
    const [a, b, c, d] = [dice.pick([...far]), dice.pick([...far]), dice.pick([...far]), dice.pick([...far])];
    const box = {
      left: Math.min(a, b) - dice.between(0, 5),
      top: Math.min(c, d) - dice.between(0, 5),
      right: Math.max(a, b) + dice.between(1, 20),
      bottom: Math.max(c, d) + dice.between(1, 20),
    };
    const clip = world.clip(screen);
    const place = { box, ...(clip === null ? {} : { clip }) };
    const tile = { width: dice.between(1, 9), height: dice.between(1, 9) };
    const brush = dice.chance(50)
      ? { color: world.color() }
      : { pattern: world.images.tile(tile), position: world.point(2000) };
    if (dice.chance(40)) world.add(draw.fill(place, brush, { rop: world.rop() }));
    else if (dice.chance(30)) world.add(draw.inverse(place));
    else if (dice.chance(50)) world.add(draw.copyBits(place, world.point(100)));
    else {
      const area = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
      world.add(draw.copy(place, { image: world.images.any({ width: 60, height: 50 }), area }));
    }
  }
};

/** What old servers say in place of creating surface 0, a reset in between, and pictures that come again. */
export const modes: Direction = (world, round) => {
  const { dice } = world;
  for (let count = 0; count < COUNT; count += 1) {
    if (count % 8 === 5) world.add(display.reset());
    if (count % 8 === 6) world.add(display.mark());
    if (count % 12 === 11 && !is16(world.screen.format) === (round % 2 === 0)) {
      world.add(
        display.mode(
          { width: dice.between(30, 90), height: dice.between(30, 70) },
          round % 2 === 0 ? 32 : 16,
        ),
      );
    }
    world.add(draw.fill(world.place(world.screen), { color: world.color() }, { rop: world.rop() }));
  }
};
