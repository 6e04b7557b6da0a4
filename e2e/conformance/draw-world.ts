import { Dice } from '../../renderer/spice/canvas/testing/message-builder.ts';
import { ROPD, SURFACE_FORMAT } from '../../renderer/spice/protocol/constants.ts';
import type { Point, Rect } from '../../renderer/spice/protocol/geometry.ts';
import { display } from '../spice-server/display-messages.ts';
import {
  type BrushPart,
  draw,
  type MaskPart,
  type Place,
  type SourcePart,
} from '../spice-server/draw-messages.ts';
import { type ImagePart, image, type Size } from '../spice-server/image-messages.ts';
import type { Message } from '../spice-server/message.ts';
import { type Dictionary, ImageMaker } from './draw-images.ts';

/** A surface as a sequence made it. */
export interface Made extends Size {
  readonly id: number;
  readonly format: number;
}

/** What the directed sequences are made with: surfaces with pictures on them, places, clips, brushes, masks and sources. */
export class World {
  readonly dice: Dice;
  readonly images: ImageMaker;
  readonly screen: Made;
  readonly messages: Message[] = [];
  readonly #made: Made[] = [];

  constructor(seed: number, format: number, glz: Dictionary, size: Size = { width: 90, height: 70 }) {
    this.dice = new Dice(seed);
    this.images = new ImageMaker(this.dice, glz, format);
    this.screen = this.surface(0, format, size);
  }

  get surfaces(): readonly number[] {
    return this.#made.map(({ id }) => id);
  }

  add(message: Message): void {
    this.messages.push(message);
  }

  /** A new surface with a picture of its own on it. */
  surface(id: number, format: number, size: Size): Made {
    const made = { id, format, ...size };
    const at = this.#made.findIndex((other) => other.id === id);
    if (at >= 0) {
      this.#made.splice(at, 1);
      this.add(display.surfaceDestroy(id));
    }
    this.#made.push(made);
    this.add(display.surfaceCreate(id, size, format));
    const box = whole(size);
    const images = new ImageMaker(this.dice, null, format);
    // Pictures of the surface's own kind, so that the spare byte is 0 where there is no alpha.
    const kind = format === SURFACE_FORMAT.argb32 ? 'bitmap rgba' : is16(format) ? 'bitmap 16' : 'bitmap 32';
    if (format !== SURFACE_FORMAT.alpha8) {
      this.add(draw.copy({ surfaceId: id, box }, { image: images.of(kind, size), area: box }));
    } else {
      this.add(draw.fill({ surfaceId: id, box }, { color: 0 }));
      this.add(draw.composite({ surfaceId: id, box }, { flags: 1, image: images.of('bitmap rgba', size) }));
    }
    return made;
  }

  /** A box on a surface, often over its edges; inside where asked. */
  place(surface: Made, options: { readonly inside?: boolean; readonly most?: Size } = {}): Place {
    const { dice } = this;
    const most = options.most ?? { width: 40, height: 32 };
    const width = dice.between(1, Math.min(most.width, surface.width));
    const height = dice.between(1, Math.min(most.height, surface.height));
    const spill = options.inside === true ? 0 : 12;
    const left = dice.between(-spill, surface.width - width + spill);
    const top = dice.between(-spill, surface.height - height + spill);
    const box = { left, top, right: left + width, bottom: top + height };
    const clip = this.clip(surface);
    return { surfaceId: surface.id, box, ...(clip === null ? {} : { clip }) };
  }

  /** None, a few rectangles, or many that overlap; some empty, some far away. */
  clip({ width, height }: Size): Rect[] | null {
    const { dice } = this;
    if (dice.chance(45)) return null;
    return Array.from({ length: dice.pick([1, 1, 3, 12, 40]) }, () => {
      const left = dice.chance(5) ? -2_000_000 : dice.between(-8, width);
      const top = dice.chance(5) ? -2_000_000 : dice.between(-8, height);
      const right = dice.chance(5) ? 2_000_000 : left + dice.between(0, 30);
      return { left, top, right, bottom: top + (dice.chance(5) ? 4_000_000 : dice.between(0, 24)) };
    });
  }

  color(): number {
    return this.dice.next() & (is16(this.screen.format) ? 0xffff : 0xffffff);
  }

  brush(noneToo: boolean): BrushPart {
    const { dice } = this;
    const what = dice.between(noneToo ? 0 : 1, 4);
    if (what === 0) return null;
    if (what < 3) return { color: this.color() };
    const pattern = this.images.tile({ width: dice.between(1, 12), height: dice.between(1, 12) });
    return { pattern, position: this.point(30) };
  }

  point(most: number): Point {
    return { x: this.dice.between(-most, most), y: this.dice.between(-most, most) };
  }

  mask(box: Rect): MaskPart {
    const { dice } = this;
    const width = Math.max(1, box.right - box.left + dice.between(-6, 9));
    const height = Math.max(1, box.bottom - box.top + dice.between(-6, 9));
    return {
      image: this.images.mask({ width, height }),
      position: this.point(6),
      inverse: dice.chance(40),
    };
  }

  rop(): number {
    const { dice } = this;
    const names = ['put', 'put', 'or', 'and', 'xor', 'blackness', 'whiteness', 'inverse'] as const;
    const inverted = ['inverseSource', 'inverseBrush', 'inverseDestination', 'inverseResult'] as const;
    let rop: number = ROPD[dice.pick([...names])];
    for (const name of inverted) if (dice.chance(25)) rop |= ROPD[name];
    return rop;
  }

  /** An image and what of it goes into the box; scaled every other time, and then now and then beyond the image. */
  source(box: Rect, make: (size: Size) => ImagePart, scaled = this.dice.chance(50)): SourcePart {
    const { dice } = this;
    const width = scaled ? dice.between(1, 36) : box.right - box.left;
    const height = scaled ? dice.between(1, 36) : box.bottom - box.top;
    const beyond = dice.chance(25) ? 5 : 0;
    const left = dice.between(-beyond, 4);
    const top = dice.between(-beyond, 4);
    const area = { left, top, right: left + width, bottom: top + height };
    const more = dice.between(-beyond, 4);
    const size = { width: Math.max(1, area.right + more), height: Math.max(1, area.bottom + more) };
    return { image: make(size), area, scaleMode: dice.between(0, 1) };
  }

  /** The same from another surface. */
  from(other: Made, box: Rect, scaled: boolean, inside = false): SourcePart {
    const { dice } = this;
    const width = scaled ? dice.between(1, 36) : box.right - box.left;
    const height = scaled ? dice.between(1, 36) : box.bottom - box.top;
    const spill = inside ? 0 : 6;
    const left = dice.between(-spill, Math.max(0, other.width - width) + spill);
    const top = dice.between(-spill, Math.max(0, other.height - height) + spill);
    const area = { left, top, right: left + width, bottom: top + height };
    return { image: image.surface(other.id, other), area, scaleMode: dice.between(0, 1) };
  }
}

export function is16(format: number): boolean {
  return format === SURFACE_FORMAT.rgb555 || format === SURFACE_FORMAT.rgb565;
}

export function whole({ width, height }: Size): Rect {
  return { left: 0, top: 0, right: width, bottom: height };
}
