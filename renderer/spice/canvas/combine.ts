import type { Combine } from './draw-types.ts';

/**
 * Pixel by pixel compositing of premultiplied colours, as pixman rounds it: products are divided by 255 to the
 * nearest, sums are capped. The operators are those of X Render (renderproto, "Operators"), by their numbers.
 */

export const operatorOver = 3;

/** The operator of this number; null for one that is computed in single precision (combine-float.ts), or that does not exist. */
export function combineOf(operator: number): Combine | null {
  if (operator === operatorOver) return combineOver;
  const factors = integerFactors[operator];
  if (factors !== undefined) return porterDuff(factors[0], factors[1]);
  const blend = blends[operator];
  if (blend !== undefined) return separableBlend(blend);
  if (operator === multiplyOperator) return combineMultiply;
  return null;
}

function mul(a: number, b: number): number {
  const t = a * b + 128;
  return (t + (t >> 8)) >> 8;
}

/** a·b for two channels that lie 16 bits apart, each rounded. */
function mulPair(pair: number, by: number): number {
  const t = (pair & 0x00ff00ff) * by + 0x00800080;
  return ((t + ((t >>> 8) & 0x00ff00ff)) >>> 8) & 0x00ff00ff;
}

function mulAll(word: number, by: number): number {
  if (by === 255) return word;
  return mulPair(word, by) | (mulPair(word >>> 8, by) << 8);
}

/** Sum of two pairs of channels, each capped at 255. */
function addPair(a: number, b: number): number {
  const t = a + b;
  const over = (t >>> 8) & 0x00010001;
  return (t | (over * 255)) & 0x00ff00ff;
}

function addAll(a: number, b: number): number {
  return (
    addPair(a & 0x00ff00ff, b & 0x00ff00ff) | (addPair((a >>> 8) & 0x00ff00ff, (b >>> 8) & 0x00ff00ff) << 8)
  );
}

/** By far the most used; without a mask per channel it needs no channel loop. */
function combineOver(
  dest: Uint32Array,
  source: Uint32Array,
  mask: Uint32Array | null,
  component: boolean,
  count: number,
): void {
  if (mask !== null && component) {
    overPerChannel(dest, source, mask, true, count);
    return;
  }
  for (let i = 0; i < count; i++) {
    let s = source[i] ?? 0;
    if (mask !== null) s = mulAll(s, (mask[i] ?? 0) >>> 24);
    const rest = 255 - (s >>> 24);
    dest[i] = rest === 0 ? s : addAll(s, mulAll(dest[i] ?? 0, rest));
  }
}

/** What a factor is: nothing, all, an alpha, or what the alpha leaves. */
type Factor = 'zero' | 'one' | 'alpha' | 'rest';

/** Source factor (from the destination's alpha) and destination factor (from the source's). */
const integerFactors: Readonly<Record<number, readonly [Factor, Factor]>> = {
  0: ['zero', 'zero'], // clear
  1: ['one', 'zero'], // src
  2: ['zero', 'one'], // dst
  4: ['rest', 'one'], // over reverse
  5: ['alpha', 'zero'], // in
  6: ['zero', 'alpha'], // in reverse
  7: ['rest', 'zero'], // out
  8: ['zero', 'rest'], // out reverse
  9: ['alpha', 'rest'], // atop
  10: ['rest', 'alpha'], // atop reverse
  11: ['rest', 'rest'], // xor
  12: ['one', 'one'], // add
  16: ['zero', 'zero'], // disjoint and conjoint clear, src and dst are the plain ones
  17: ['one', 'zero'],
  18: ['zero', 'one'],
  32: ['zero', 'zero'],
  33: ['one', 'zero'],
  34: ['zero', 'one'],
};

function factorOf(factor: Factor, alpha: number): number {
  switch (factor) {
    case 'zero':
      return 0;
    case 'one':
      return 255;
    case 'alpha':
      return alpha;
    case 'rest':
      return 255 - alpha;
  }
}

function porterDuff(sourceFactor: Factor, destFactor: Factor): Combine {
  return (dest, source, mask, component, count) => {
    for (let i = 0; i < count; i++) {
      const d = dest[i] ?? 0;
      const { colour, alphas } = masked(source[i] ?? 0, mask === null ? null : (mask[i] ?? 0), component);
      const fs = factorOf(sourceFactor, d >>> 24);
      let out = 0;
      for (let shift = 0; shift < 32; shift += 8) {
        const fd = factorOf(destFactor, (alphas >>> shift) & 255);
        const sum = mul((colour >>> shift) & 255, fs) + mul((d >>> shift) & 255, fd);
        out |= Math.min(255, sum) << shift;
      }
      dest[i] = out;
    }
  };
}

const overPerChannel = porterDuff('one', 'rest');

/** The source after the mask, and its alpha for each channel (the mask may have one per channel). */
interface Masked {
  colour: number;
  alphas: number;
}

/** One record, reused: the callers read it at once. */
const scratch: Masked = { colour: 0, alphas: 0 };

function masked(source: number, mask: number | null, component: boolean): Masked {
  if (mask === null || !component) {
    scratch.colour = mask === null ? source : mulAll(source, mask >>> 24);
    scratch.alphas = (scratch.colour >>> 24) * 0x01010101;
    return scratch;
  }
  let colour = 0;
  let alphas = 0;
  const alpha = source >>> 24;
  for (let shift = 0; shift < 32; shift += 8) {
    const m = (mask >>> shift) & 255;
    colour |= mul((source >>> shift) & 255, m) << shift;
    alphas |= mul(m, alpha) << shift;
  }
  scratch.colour = colour >>> 0;
  scratch.alphas = alphas >>> 0;
  return scratch;
}

const multiplyOperator = 0x30;

function combineMultiply(
  dest: Uint32Array,
  source: Uint32Array,
  mask: Uint32Array | null,
  component: boolean,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const d = dest[i] ?? 0;
    const { colour, alphas } = masked(source[i] ?? 0, mask === null ? null : (mask[i] ?? 0), component);
    const restD = 255 - (d >>> 24);
    let out = 0;
    for (let shift = 0; shift < 32; shift += 8) {
      const s = (colour >>> shift) & 255;
      const c = (d >>> shift) & 255;
      const sides = Math.min(255, mul(s, restD) + mul(c, 255 - ((alphas >>> shift) & 255)));
      out |= Math.min(255, sides + mul(c, s)) << shift;
    }
    dest[i] = out;
  }
}

/** Colours d, s with alphas da, sa, all 0…255; the result is scaled by 255². */
type Blend = (d: number, da: number, s: number, sa: number) => number;

const blends: Readonly<Record<number, Blend>> = {
  49: (d, da, s, sa) => s * da + d * sa - s * d, // screen
  50: (d, da, s, sa) => (2 * d < da ? 2 * s * d : sa * da - 2 * (da - d) * (sa - s)), // overlay
  51: (d, da, s, sa) => Math.min(da * s, sa * d), // darken
  52: (d, da, s, sa) => Math.max(da * s, sa * d), // lighten
  55: (d, da, s, sa) => (2 * s < sa ? 2 * s * d : sa * da - 2 * (da - d) * (sa - s)), // hard light
  57: (d, da, s, sa) => Math.abs(da * s - sa * d), // difference
  58: (d, da, s, sa) => s * da + d * sa - 2 * d * s, // exclusion
};

function separableBlend(blend: Blend): Combine {
  const most = 255 * 255;
  // A sum below 0 (colours that exceed their alpha) counts as the most: pixman's sum is unsigned.
  const cut = (value: number): number => {
    const t = (value < 0 ? most : Math.min(most, value)) + 128;
    return (t + (t >> 8)) >> 8;
  };
  return (dest, source, mask, component, count) => {
    for (let i = 0; i < count; i++) {
      const d = dest[i] ?? 0;
      const { colour, alphas } = masked(source[i] ?? 0, mask === null ? null : (mask[i] ?? 0), component);
      const da = d >>> 24;
      const sa = colour >>> 24;
      let out = cut(da * 255 + sa * 255 - sa * da) << 24;
      for (let shift = 0; shift < 24; shift += 8) {
        const c = (d >>> shift) & 255;
        const s = (colour >>> shift) & 255;
        const a = (alphas >>> shift) & 255;
        out |= cut((255 - a) * c + (255 - da) * s + blend(c, da, s, a)) << shift;
      }
      dest[i] = out;
    }
  };
}
