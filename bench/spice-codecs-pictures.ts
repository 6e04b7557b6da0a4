import type { Pixels } from '../renderer/spice/protocol/pixels.ts';

/** The three pictures that every codec is measured with. */
export const pictureKinds = ['photo', 'flat', 'text'] as const;
export type PictureKind = (typeof pictureKinds)[number];

/** The same picture for the same arguments, everywhere; opaque unless `alpha`. */
export function makePicture(kind: PictureKind, width: number, height: number, alpha = false): Pixels {
  const data = new Uint32Array(width * height);
  const random = randomBits(1);
  if (kind === 'photo') paintPhoto(data, width, height, random);
  else paintDesktop(data, width, height, kind === 'text', random);
  for (let index = 0; index < data.length; index++) {
    const level = alpha ? shapeAlpha(index % width, Math.floor(index / width), width, height) : 255;
    data[index] = (((data[index] ?? 0) & 0xffffff) | (level << 24)) >>> 0;
  }
  return { width, height, data };
}

/** Soft shapes with sensor noise of a few levels on them, like a photograph. */
function paintPhoto(data: Uint32Array, width: number, height: number, random: () => number): void {
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const wave = 40 * Math.sin(x / 61) + 40 * Math.cos(y / 47 + x / 211);
      const edge = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (height / 3) ** 2 ? 35 : 0;
      const noise = random();
      const red = byte(120 + wave + edge + (noise & 7) - 4);
      const green = byte(110 + wave * 0.8 + (y * 60) / height + ((noise >>> 3) & 7) - 4);
      const blue = byte(90 + wave * 0.5 + (x * 90) / width - edge + ((noise >>> 6) & 15) - 8);
      data[y * width + x] = red | (green << 8) | (blue << 16);
    }
  }
}

/** Windows with borders and title bars on a plain desktop; with `text` they are full of glyph-like marks. */
function paintDesktop(
  data: Uint32Array,
  width: number,
  height: number,
  text: boolean,
  random: () => number,
): void {
  data.fill(text ? 0xf4f4f4 : 0x6b4a2c);
  const fill = (left: number, top: number, right: number, bottom: number, colour: number) => {
    for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
      data.fill(colour, y * width + Math.min(left, width), y * width + Math.min(width, right));
    }
  };
  if (!text) {
    for (let window = 0; window < 12; window++) {
      const [left, top] = [random() % width, random() % height];
      const [right, bottom] = [left + 80 + (random() % 600), top + 60 + (random() % 400)];
      fill(left, top, right, bottom, 0x303030);
      fill(left + 1, top + 1, right - 1, bottom - 1, 0xe8e0d8 - (random() % 16) * 0x010101);
      fill(left + 1, top + 1, right - 1, top + 24, 0x804020 + (random() % 64));
    }
    return;
  }
  const glyphs = Array.from({ length: 64 }, () => Array.from({ length: 11 }, () => random() & 0x7e));
  const shades = [0x202020, 0x707070, 0xb0b0b0];
  for (let line = 4; line + 14 < height; line += 16) {
    const length = random() % Math.max(1, Math.floor(width / 8));
    for (let column = 0; column < length; column++) {
      const glyph = glyphs[random() % 80] ?? [];
      for (const [row, bits] of glyph.entries()) {
        for (let bit = 0; bit < 8; bit++) {
          const x = column * 8 + bit;
          if (x < width && (bits >> bit) & 1) data[(line + row) * width + x] = shades[(row + bit) % 3] ?? 0;
        }
      }
    }
  }
}

function shapeAlpha(x: number, y: number, width: number, height: number): number {
  const inside = Math.abs(x / width - 0.5) + Math.abs(y / height - 0.5);
  return inside < 0.3 ? 255 : inside > 0.6 ? 0 : byte(255 * (2 - inside / 0.3));
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}

/** Marsaglia's xorshift: 31 bits a call. */
function randomBits(seed: number): () => number {
  let state = seed | 0x9e3779b9;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0x7fffffff;
  };
}
