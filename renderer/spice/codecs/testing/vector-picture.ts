import type { Pixels } from '../../protocol/pixels.ts';

/**
 * The picture that the native vectors hold: a gradient with noise, then flat areas with an edge, each a third of the width, and an
 * alpha channel with steps and a ramp. `change` paints a square over it, for images that refer to earlier ones.
 */
export function vectorPicture(width: number, height: number, change = 0): Pixels {
  const data = new Uint32Array(width * height);
  let noise = 12345;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      noise = (Math.imul(noise, 1103515245) + 12345) & 0x7fffffff;
      const rough = x * 3 < width;
      const red = rough ? (x * 7 + y * 3 + ((noise >>> 16) & 7)) & 255 : y * 2 < height ? 40 : 200;
      const green = rough ? (y * 9 + ((noise >>> 20) & 3)) & 255 : 90;
      const blue = rough ? (255 - x * 5 - ((noise >>> 24) & 15)) & 255 : x * 3 < width * 2 ? 10 : 250;
      const alpha = x * 2 < width ? 255 : y % 5 === 0 ? 0 : (y * 15) & 255;
      const painted = change > 0 && x >= change && x < change + 9 && y >= 3 && y < 9;
      data[y * width + x] = painted ? 0xff20c040 : ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
    }
  }
  return { width, height, data };
}

/** What is left of pixels that were sent without alpha, and with five bits a colour if `five`. */
export function withoutAlpha(pixels: Pixels, five = false): Pixels {
  const widen = (level: number) => (five ? (level & 0xf8) | (level >> 5) : level);
  const data = pixels.data.map(
    (word) =>
      (0xff000000 |
        (widen((word >>> 16) & 255) << 16) |
        (widen((word >>> 8) & 255) << 8) |
        widen(word & 255)) >>>
      0,
  );
  return { ...pixels, data };
}

/** The palette of the native vectors, 0x00RRGGBB. */
export const vectorPalette = Uint32Array.from({ length: 256 }, (_, index) => (index * 0x123457) & 0xffffff);

/** Which entry of the palette a pixel of the vector picture is, by how many bits an index has. */
export function paletteIndex(word: number, bits: number): number {
  return ((word >>> 8) & 255) >> (8 - bits);
}

/** The pixels in one of the LZ kinds' formats, rows from the top without padding. */
export function packRows(pixels: Pixels, kind: string): Uint8Array {
  const { width, height, data } = pixels;
  const bits = {
    'plt1-le': 1,
    'plt1-be': 1,
    'plt4-le': 4,
    'plt4-be': 4,
    plt8: 8,
    gray: 8,
    a8: 8,
    rgb16: 16,
    rgb24: 24,
  }[kind];
  const stride = (width * (bits ?? 32) + 7) >> 3;
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const word = data[y * width + x] ?? 0;
      const [red, green, blue, alpha] = [word & 255, (word >>> 8) & 255, (word >>> 16) & 255, word >>> 24];
      if (kind.startsWith('plt')) {
        const size = bits ?? 8;
        const at = y * stride + ((x * size) >> 3);
        const within = (x * size) & 7;
        const shift = kind.endsWith('be') ? 8 - size - within : within;
        rows[at] = (rows[at] ?? 0) | (paletteIndex(word, size) << shift);
        continue;
      }
      const five = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
      const bytes =
        kind === 'gray'
          ? [red]
          : kind === 'a8'
            ? [alpha]
            : kind === 'rgb16'
              ? [five & 255, five >> 8]
              : kind === 'rgb24'
                ? [blue, green, red]
                : [blue, green, red, kind === 'rgb32' ? 0 : alpha];
      rows.set(bytes, y * stride + x * bytes.length);
    }
  }
  return rows;
}
