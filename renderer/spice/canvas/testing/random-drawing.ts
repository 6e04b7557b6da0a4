import { Dice, MessageBuilder } from './message-builder.ts';

/** A message as it comes over the wire. */
export interface RandomMessage {
  readonly type: number;
  readonly body: Uint8Array;
}

export const drawingKinds = [
  'fill',
  'copy',
  'opaque',
  'rop3',
  'flat',
  'copyBits',
  'transparent',
  'alphaBlend',
  'text',
  'stroke',
  'dashes',
  'composite',
  'floats',
] as const;
export type DrawingKind = (typeof drawingKinds)[number];

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The ternary codes that need no more than two inputs: the reference client has no routine for them and stops. */
export const binaryRop3 = new Set([
  0, 3, 5, 10, 12, 15, 17, 34, 48, 51, 60, 63, 68, 80, 85, 90, 95, 102, 119, 136, 153, 160, 165, 170, 175,
  187, 192, 195, 204, 207, 221, 238, 240, 243, 245, 250, 252, 255,
]);

/** X Render's operators, by whether pixman computes them in bytes or in single precision. */
const integerOperators: readonly [number, ...number[]] = [
  0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 48, 49, 50, 51, 52, 55, 57, 58,
];
const floatOperators: readonly [number, ...number[]] = [
  13, 13, 19, 20, 21, 22, 23, 24, 25, 26, 27, 35, 36, 37, 38, 39, 40, 41, 42, 43, 53, 54, 56, 59, 60, 61, 62,
];

/** Messages that draw one kind of thing on a surface 0 of some size and of this format (surface_fmt). */
export class RandomDrawing {
  readonly #dice: Dice;
  readonly #format: number;
  readonly #kind: DrawingKind;
  readonly surface: Size;

  constructor(seed: number, kind: DrawingKind, format: number) {
    this.#dice = new Dice(seed);
    this.#format = format;
    this.#kind = kind;
    this.surface = { width: this.#dice.between(20, 70), height: this.#dice.between(20, 60) };
  }

  /** The surface, with a picture on it, and then so many drawings. */
  messages(count: number): RandomMessage[] {
    const { width, height } = this.surface;
    const create = new MessageBuilder().u32(0).u32(width).u32(height).u32(this.#format).u32(1);
    const picture = new MessageBuilder().u32(0).rect(0, 0, width, height).u8(0);
    picture.pointer(this.#bitmap(this.surface, this.#is16 ? 6 : this.#format === 96 ? 9 : 8));
    picture.rect(0, 0, width, height).u16(8).u8(1);
    noMask(picture);
    const messages = [
      { type: 314, body: create.build() },
      { type: 304, body: picture.build() },
    ];
    for (let i = 0; i < count; i++) messages.push(this.#drawing());
    return messages;
  }

  get #is16(): boolean {
    return this.#format === 16 || this.#format === 80;
  }

  #drawing(): RandomMessage {
    const dice = this.#dice;
    switch (this.#kind) {
      case 'fill': {
        const { message, size } = this.#base();
        this.#brush(message, true).u16(this.#descriptor());
        return { type: 302, body: this.#mask(message, size).build() };
      }
      case 'copy': {
        const { message, size } = this.#base();
        this.#source(message, size).u16(this.#descriptor()).u8(dice.between(0, 1));
        return { type: dice.pick([304, 305]), body: this.#mask(message, size).build() };
      }
      case 'opaque': {
        const { message, size } = this.#base();
        this.#brush(this.#source(message, size), false).u16(this.#descriptor()).u8(dice.between(0, 1));
        return { type: 303, body: this.#mask(message, size).build() };
      }
      case 'rop3':
        return this.#rop3();
      case 'flat': {
        const { message, size } = this.#base();
        return { type: dice.pick([306, 307, 308]), body: this.#mask(message, size).build() };
      }
      case 'copyBits': {
        const { message } = this.#base();
        message.u32(dice.between(-5, this.surface.width)).u32(dice.between(-5, this.surface.height));
        return { type: 104, body: message.build() };
      }
      case 'transparent':
        return this.#transparent();
      case 'alphaBlend': {
        const { message, size } = this.#base();
        message.u8(0).u8(dice.pick([0, 255, 255, dice.between(0, 255)]));
        return { type: 313, body: this.#source(message, size).build() };
      }
      case 'text':
        return this.#text();
      case 'stroke':
      case 'dashes':
        return this.#stroke();
      case 'composite':
        return this.#composite(integerOperators);
      case 'floats':
        return this.#composite(floatOperators);
    }
  }

  /** surface, box, clip. Inside the surface where asked: two operations read all of their box. */
  #base(inside = false): { message: MessageBuilder; size: Size; left: number; top: number } {
    const dice = this.#dice;
    const { surface } = this;
    const width = dice.between(1, inside ? Math.min(30, surface.width) : 40);
    const height = dice.between(1, inside ? Math.min(20, surface.height) : 30);
    const left = inside ? dice.between(0, surface.width - width) : dice.between(-10, surface.width - 5);
    const top = inside ? dice.between(0, surface.height - height) : dice.between(-10, surface.height - 5);
    const message = new MessageBuilder().u32(0).rect(left, top, left + width, top + height);
    this.#clip(message);
    return { message, size: { width, height }, left, top };
  }

  #clip(message: MessageBuilder): void {
    const dice = this.#dice;
    if (dice.chance(50)) {
      message.u8(0);
      return;
    }
    const count = dice.between(1, 5);
    message.u8(1).u32(count);
    for (let i = 0; i < count; i++) {
      const left = dice.between(-5, this.surface.width);
      const top = dice.between(-5, this.surface.height);
      message.rect(left, top, left + dice.between(0, 25), top + dice.between(0, 20));
    }
  }

  #color(): number {
    return this.#is16 ? this.#dice.between(0, 0xffff) : this.#dice.next() & 0xffffff;
  }

  #descriptor(): number {
    const dice = this.#dice;
    const operation = dice.pick([8, 8, 8, 8, 16, 32, 64, 128, 256, 512, 0]);
    const invert = (dice.chance(30) ? 1 : 0) | (dice.chance(30) ? 2 : 0) | (dice.chance(30) ? 4 : 0);
    return operation | invert | (dice.chance(20) ? 1024 : 0);
  }

  #brush(message: MessageBuilder, noneToo: boolean): MessageBuilder {
    const dice = this.#dice;
    const type = dice.pick(noneToo ? [0, 1, 1, 2] : [1, 1, 2]);
    message.u8(type);
    if (type === 1) message.u32(this.#color());
    if (type === 2) {
      message.pointer(this.#image({ width: dice.between(1, 9), height: dice.between(1, 9) }));
      message.u32(dice.between(-20, 20)).u32(dice.between(-20, 20));
    }
    return message;
  }

  #mask(message: MessageBuilder, size: Size): MessageBuilder {
    const dice = this.#dice;
    if (dice.chance(60)) return noMask(message);
    message.u8(dice.between(0, 1)).u32(dice.between(-3, 5)).u32(dice.between(-3, 5));
    const mask = { width: size.width + dice.between(0, 8), height: size.height + dice.between(0, 8) };
    return message.pointer(this.#bitmap(mask, dice.pick([1, 2])));
  }

  /** An image and the area of it to draw, every other time of another size than the box. */
  #source(message: MessageBuilder, box: Size): MessageBuilder {
    const dice = this.#dice;
    const scaled = dice.chance(50);
    const width = scaled ? dice.between(1, 30) : box.width;
    const height = scaled ? dice.between(1, 30) : box.height;
    const left = dice.between(0, 4);
    const top = dice.between(0, 4);
    const image = { width: left + width + dice.between(0, 3), height: top + height + dice.between(0, 3) };
    return message.pointer(this.#image(image)).rect(left, top, left + width, top + height);
  }

  #image(size: Size): MessageBuilder {
    const formats = { 16: [6, 8, 9, 7, 5, 4, 2], 80: [6, 8, 9] } as const;
    const format = this.#format === 16 ? this.#dice.pick(formats[16]) : this.#dice.pick(formats[80]);
    return this.#bitmap(size, this.#is16 ? format : this.#dice.pick([8, 8, 9, 9, 7, 6, 5, 4, 2]));
  }

  /** A bitmap of this bitmap_fmt; colours with alpha are never brighter than it. */
  #bitmap(size: Size, format: number): MessageBuilder {
    const dice = this.#dice;
    const bits = [0, 1, 1, 4, 4, 8, 16, 24, 32, 32, 8][format] ?? 0;
    const rowBytes = Math.ceil((size.width * bits) / 8);
    const stride = bits <= 8 ? rowBytes : (rowBytes + 3) & ~3;
    const image = new MessageBuilder().u32(1).u32(0).u8(0).u8(0).u32(size.width).u32(size.height);
    image
      .u8(format)
      .u8(dice.chance(50) ? 4 : 0)
      .u32(size.width)
      .u32(size.height)
      .u32(stride);
    image.pointer(format <= 5 ? this.#palette(format) : null);
    for (let y = 0; y < size.height; y++) {
      if (bits < 32) for (let i = 0; i < stride; i++) image.u8(dice.next() >>> 7);
      else for (let x = 0; x < size.width; x++) image.u32(this.#pixel(format === 9));
    }
    return image;
  }

  #pixel(withAlpha: boolean): number {
    const dice = this.#dice;
    if (!withAlpha) return dice.next() & 0xffffff;
    const alpha = dice.pick([0, 255, 255, dice.between(0, 255)]);
    return (
      dice.between(0, alpha) | (dice.between(0, alpha) << 8) | (dice.between(0, alpha) << 16) | (alpha << 24)
    );
  }

  #palette(format: number): MessageBuilder {
    const count = format <= 2 ? 2 : format <= 4 ? 16 : 256;
    const palette = new MessageBuilder().u32(7).u32(0).u16(count);
    for (let i = 0; i < count; i++) palette.u32(this.#is16 ? this.#dice.between(0, 0x7fff) : this.#color());
    return palette;
  }

  #rop3(): RandomMessage {
    const dice = this.#dice;
    const { message, size, left, top } = this.#base(true);
    this.#source(message, size);
    if (dice.chance(50)) {
      message.u8(1).u32(this.#color());
    } else {
      message.u8(2).pointer(this.#image({ width: dice.between(1, 9), height: dice.between(1, 9) }));
      message.u32(left - dice.between(0, 20)).u32(top - dice.between(0, 20));
    }
    let code = dice.between(0, 255);
    while (binaryRop3.has(code)) code = dice.between(0, 255);
    message.u8(code).u8(dice.between(0, 1));
    return { type: 309, body: this.#mask(message, size).build() };
  }

  #transparent(): RandomMessage {
    const { message, size } = this.#base();
    // Few colours, so that the key is often met.
    const image = new MessageBuilder().u32(1).u32(0).u8(0).u8(0).u32(size.width).u32(size.height);
    image
      .u8(8)
      .u8(4)
      .u32(size.width)
      .u32(size.height)
      .u32(size.width * 4)
      .u32(0);
    const key = this.#color();
    for (let i = 0; i < size.width * size.height; i++) image.u32(this.#dice.chance(30) ? key : this.#color());
    message.pointer(image).rect(0, 0, size.width, size.height).u32(key).u32(key);
    return { type: 312, body: message.build() };
  }

  #text(): RandomMessage {
    const dice = this.#dice;
    const { message, left, top } = this.#base();
    const bits = dice.pick([1, 4]);
    const count = dice.between(1, 5);
    const text = new MessageBuilder().u16(count).u8(bits === 1 ? 1 : 2);
    for (let i = 0; i < count; i++) {
      const width = dice.between(1, 12);
      const height = dice.between(1, 12);
      text.u32(left + dice.between(0, 20)).u32(top + dice.between(0, 20));
      text.u32(dice.between(-3, 3)).u32(dice.between(-10, 2)).u16(width).u16(height);
      for (let n = Math.ceil((width * bits) / 8) * height; n > 0; n--) text.u8(dice.next() >>> 5);
    }
    message.pointer(text);
    const behind = dice.chance(50);
    message.rect(left, top, behind ? left + dice.between(1, 30) : left, behind ? top + 15 : top);
    this.#brush(this.#brush(message, false), false).u16(8).u16(8);
    return { type: 311, body: message.build() };
  }

  #stroke(): RandomMessage {
    const dice = this.#dice;
    const { width, height } = this.surface;
    const message = new MessageBuilder().u32(0).rect(0, 0, width, height);
    this.#clip(message);
    const points = dice.between(2, 5);
    const ends = dice.pick([0, 2, 10]);
    const path = new MessageBuilder()
      .u32(1)
      .u8(1 | ends)
      .u32(points);
    for (let i = 0; i < points; i++) {
      path.u32(dice.between(-20, width + 20) * 16 + dice.between(0, 15));
      path.u32(dice.between(-20, height + 20) * 16 + dice.between(0, 15));
    }
    message.pointer(path);
    if (this.#kind === 'dashes') {
      const count = 2 * dice.between(1, 3);
      const style = new MessageBuilder();
      for (let i = 0; i < count; i++) style.u32(dice.between(1, 9) * 16);
      message
        .u8(dice.pick([8, 12]))
        .u8(count)
        .pointer(style);
    } else {
      message.u8(0);
    }
    this.#brush(message, false).u16(this.#descriptor()).u16(8);
    return { type: 310, body: message.build() };
  }

  #composite(operators: readonly [number, ...number[]]): RandomMessage {
    const dice = this.#dice;
    const { message } = this.#base(true);
    const masked = dice.chance(50);
    const turned = dice.chance(50);
    const bothTurned = masked && dice.chance(40);
    const operator = dice.pick(operators);
    // Blends of hue and the like, under a mask, take what an earlier row has left in pixman's buffer.
    const hasMask = masked && operator < 59;
    const maskTurned = hasMask && bothTurned;
    const filters = (dice.between(0, 4) << 8) | (dice.between(0, 4) << 11);
    const repeats = (dice.between(0, 3) << 14) | (dice.between(0, 3) << 16);
    const component = hasMask && dice.chance(30) ? 1 << 18 : 0;
    const has = (hasMask ? 1 << 19 : 0) | (turned ? 1 << 20 : 0) | (maskTurned ? 1 << 21 : 0);
    message.u32(operator | filters | repeats | component | has).pointer(this.#layer());
    if (hasMask) message.pointer(this.#layer());
    if (turned) this.#transform(message);
    if (maskTurned) this.#transform(message);
    for (let i = 0; i < 4; i++) message.u16(dice.between(-4, 8));
    return { type: 318, body: message.build() };
  }

  #layer(): MessageBuilder {
    const dice = this.#dice;
    const size = { width: dice.between(1, 30), height: dice.between(1, 30) };
    return this.#bitmap(size, this.#is16 ? 9 : dice.pick([8, 9, 9]));
  }

  #transform(message: MessageBuilder): void {
    const dice = this.#dice;
    if (dice.chance(30)) {
      message
        .u32(65_536)
        .u32(0)
        .u32(dice.between(-5, 5) * 65_536);
      message
        .u32(0)
        .u32(65_536)
        .u32(dice.between(-5, 5) * 65_536);
      return;
    }
    for (let row = 0; row < 2; row++) {
      message.u32(dice.between(-150_000, 150_000)).u32(dice.between(-100_000, 100_000));
      message.u32(dice.between(-300_000, 1_000_000));
    }
  }
}

function noMask(message: MessageBuilder): MessageBuilder {
  return message.u8(0).u32(0).u32(0).u32(0);
}
