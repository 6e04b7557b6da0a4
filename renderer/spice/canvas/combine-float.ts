import type { CombineFloat } from './draw-types.ts';

/**
 * The operators that pixman computes in single precision, each step of it rounded: X Render's disjoint and conjoint ones, and the blend modes
 * of ISO 32000-1 §11.3.5 that divide or look at all channels at once.
 */

const f = Math.fround;
/** FLT_MIN: what is smaller counts as 0, and division by it has an agreed result. */
const none = 1.1754943508222875e-38;

function isNone(value: number): boolean {
  return value < none && value > -none;
}

/** The operator of this number (X Render's), or null where it is none of these. */
export function floatCombineOf(operator: number): CombineFloat | null {
  const factors = floatFactors[operator];
  if (factors !== undefined) {
    const channel = porterDuff(factors[0], factors[1]);
    return byChannel(channel, channel);
  }
  const blend = blends[operator];
  if (blend !== undefined) return byChannel(separable(blend), union);
  const whole = wholeBlends[operator];
  return whole === undefined ? null : byPixel(whole);
}

/** Factors that divide; pixman computes these operators in single precision. */
type FloatFactor =
  | 'zero'
  | 'one'
  | 'sa/da'
  | 'da/sa'
  | '(1-sa)/da'
  | '(1-da)/sa'
  | '1-sa/da'
  | '1-da/sa'
  | '1-(1-da)/sa'
  | '1-(1-sa)/da';

const floatFactors: Readonly<Record<number, readonly [FloatFactor, FloatFactor]>> = {
  13: ['(1-da)/sa', 'one'], // saturate
  19: ['one', '(1-sa)/da'], // disjoint over, and so on as above
  20: ['(1-da)/sa', 'one'],
  21: ['1-(1-da)/sa', 'zero'],
  22: ['zero', '1-(1-sa)/da'],
  23: ['(1-da)/sa', 'zero'],
  24: ['zero', '(1-sa)/da'],
  25: ['1-(1-da)/sa', '(1-sa)/da'],
  26: ['(1-da)/sa', '1-(1-sa)/da'],
  27: ['(1-da)/sa', '(1-sa)/da'],
  35: ['one', '1-sa/da'], // conjoint over, and so on
  36: ['1-da/sa', 'one'],
  37: ['da/sa', 'zero'],
  38: ['zero', 'sa/da'],
  39: ['1-da/sa', 'zero'],
  40: ['zero', '1-sa/da'],
  41: ['da/sa', '1-sa/da'],
  42: ['1-da/sa', 'sa/da'],
  43: ['1-da/sa', '1-sa/da'],
};

function floatFactorOf(factor: FloatFactor, sa: number, da: number): number {
  const clamp = (v: number): number => Math.min(1, Math.max(0, v));
  switch (factor) {
    case 'zero':
      return 0;
    case 'one':
      return 1;
    case 'sa/da':
      return da < none ? 1 : clamp(f(sa / da));
    case 'da/sa':
      return sa < none ? 1 : clamp(f(da / sa));
    case '(1-sa)/da':
      return da < none ? 1 : clamp(f(f(1 - sa) / da));
    case '(1-da)/sa':
      return sa < none ? 1 : clamp(f(f(1 - da) / sa));
    case '1-sa/da':
      return da < none ? 0 : clamp(f(1 - f(sa / da)));
    case '1-da/sa':
      return sa < none ? 0 : clamp(f(1 - f(da / sa)));
    case '1-(1-da)/sa':
      return sa < none ? 0 : clamp(f(1 - f(f(1 - da) / sa)));
    case '1-(1-sa)/da':
      return da < none ? 0 : clamp(f(1 - f(f(1 - sa) / da)));
  }
}

/** One channel: colours s, d with alphas sa, da, all 0…1. */
type Channel = (sa: number, s: number, da: number, d: number) => number;

function porterDuff(sourceFactor: FloatFactor, destFactor: FloatFactor): Channel {
  return (sa, s, da, d) => {
    const left = f(s * floatFactorOf(sourceFactor, sa, da));
    return f(left + f(d * floatFactorOf(destFactor, sa, da)));
  };
}

/** What each has to itself, and the blend of them where they meet. */
function separable(blend: Channel): Channel {
  return (sa, s, da, d) => f(sides(sa, s, da, d) + blend(sa, s, da, d));
}

function sides(sa: number, s: number, da: number, d: number): number {
  return f(f(f(1 - sa) * d) + f(f(1 - da) * s));
}

const blends: Readonly<Record<number, Channel>> = {
  53: colorDodge,
  54: colorBurn,
  56: softLight,
};

function colorDodge(sa: number, s: number, da: number, d: number): number {
  if (isNone(d)) return 0;
  if (f(d * sa) >= f(f(sa * da) - f(s * da)) || isNone(f(sa - s))) return f(sa * da);
  return f(f(f(sa * sa) * d) / f(sa - s));
}

function colorBurn(sa: number, s: number, da: number, d: number): number {
  if (d >= da) return f(sa * da);
  const missing = f(sa * f(da - d));
  if (missing >= f(s * da) || isNone(s)) return 0;
  return f(sa * f(da - f(missing / s)));
}

function softLight(sa: number, s: number, da: number, d: number): number {
  const plain = f(d * sa);
  if (isNone(da)) return plain;
  if (2 * s <= sa) return f(plain - f(f(f(d * f(da - d)) * f(sa - 2 * s)) / da));
  const light = f(2 * s - sa);
  if (4 * d > da) return f(plain + f(f(f(Math.sqrt(f(d * da))) - d) * light));
  const curve = f(f(f(f(f(16 * d) / da) - 12) * d) / da);
  return f(plain + f(f(light * d) * f(curve + 3)));
}

/** `alpha`: what becomes of the alphas, which are not blended. */
function byChannel(colour: Channel, alpha: Channel): CombineFloat {
  return (dest, source, mask, component, count) => {
    for (let at = 0; at < count * 4; at += 4) {
      const da = dest[at + 3] ?? 0;
      const whole = source[at + 3] ?? 0;
      for (let n = 0; n < 4; n++) {
        let part = source[at + n] ?? 0;
        let sa = whole;
        if (mask !== null) {
          const m = mask[at + (component ? n : 3)] ?? 0;
          part = f(part * m);
          sa = f(sa * m);
        }
        dest[at + n] = (n === 3 ? alpha : colour)(sa, part, da, dest[at + n] ?? 0);
      }
    }
  };
}

/** 0…1 as a byte, in pixman's steps. */
export function toByte(value: number): number {
  const scaled = Math.trunc(f(Math.max(0, Math.min(1, value)) * 256));
  return scaled - (scaled >> 8);
}

/** Alpha of both: da + sa − da·sa. */
function union(sa: number, _s: number, da: number): number {
  return f(f(da + sa) - f(da * sa));
}

/** Red, green, blue, 0…1, times their alpha. */
type Colour = [red: number, green: number, blue: number];

/** Hue, saturation, colour and luminosity: source and destination with their alphas. */
type WholeBlend = (s: Colour, sa: number, d: Colour, da: number) => Colour;

const wholeBlends: Readonly<Record<number, WholeBlend>> = {
  59: (s, sa, d, da) => withLuminosity(withSaturation(times(s, da), f(saturation(d) * sa)), sa, da, d, sa),
  60: (s, sa, d, da) => withLuminosity(withSaturation(times(d, sa), f(saturation(s) * da)), sa, da, d, sa),
  61: (s, sa, d, da) => withLuminosity(times(s, da), sa, da, d, sa),
  62: (s, sa, d, da) => withLuminosity(times(d, sa), sa, da, s, da),
};

/** These have no form with a mask for each channel: pixman leaves the destination as it is. */
function byPixel(blend: WholeBlend): CombineFloat {
  return (dest, source, mask, component, count) => {
    if (mask !== null && component) return;
    for (let at = 0; at < count * 4; at += 4) {
      const d = colourAt(dest, at);
      const s = colourAt(source, at);
      const da = dest[at + 3] ?? 0;
      let sa = source[at + 3] ?? 0;
      if (mask !== null) {
        const m = mask[at + 3] ?? 0;
        sa = f(sa * m);
        // pixman 0.42 scales green twice and blue not at all; that is what there is to be seen.
        s[0] = f(s[0] * m);
        s[1] = f(f(s[1] * m) * m);
      }
      const blended = blend(s, sa, d, da);
      for (const n of [0, 1, 2] as const) dest[at + n] = f(sides(sa, s[n], da, d[n]) + blended[n]);
      dest[at + 3] = f(f(sa + da) - f(sa * da));
    }
  };
}

function colourAt(row: Float32Array, at: number): Colour {
  return [row[at] ?? 0, row[at + 1] ?? 0, row[at + 2] ?? 0];
}

function times([red, green, blue]: Colour, by: number): Colour {
  return [f(red * by), f(green * by), f(blue * by)];
}

function luminosity([red, green, blue]: Colour): number {
  return f(f(f(red * f(0.3)) + f(green * f(0.59))) + f(blue * f(0.11)));
}

function saturation(colour: Colour): number {
  return f(Math.max(...colour) - Math.min(...colour));
}

/** The least channel becomes 0, the greatest `wanted`, the one between keeps its place between them. */
function withSaturation(colour: Colour, wanted: number): Colour {
  const least = Math.min(...colour);
  const span = f(Math.max(...colour) - least);
  if (isNone(span)) return [0, 0, 0];
  const order = ranks(colour);
  return colour.map((part, at) =>
    order[at] === 0 ? 0 : order[at] === 2 ? wanted : f(f(f(part - least) * wanted) / span),
  ) as Colour;
}

/** 0 for the least channel, 2 for the greatest; of equal ones the later counts as greater, but blue before green under red. */
function ranks([red, green, blue]: Colour): readonly [number, number, number] {
  if (red > green) {
    if (red > blue) return green > blue ? [2, 1, 0] : [2, 0, 1];
    return [1, 0, 2];
  }
  if (red > blue) return [1, 2, 0];
  return green > blue ? [0, 2, 1] : [0, 1, 2];
}

/** Moved to the luminosity of `like` times `by`, and then cut so that no channel leaves 0…sa·da. */
function withLuminosity(colour: Colour, sa: number, da: number, like: Colour, by: number): Colour {
  const shift = f(f(luminosity(like) * by) - luminosity(colour));
  const moved = colour.map((part) => f(part + shift)) as Colour;
  return cut(moved, f(sa * da));
}

function cut(colour: Colour, most: number): Colour {
  const middle = luminosity(colour);
  const least = Math.min(...colour);
  const greatest = Math.max(...colour);
  let out = colour;
  if (least < 0) {
    const span = f(middle - least);
    out = isNone(span) ? [0, 0, 0] : toward(out, middle, middle, span);
  }
  if (greatest > most) {
    const span = f(greatest - middle);
    out = isNone(span) ? [most, most, most] : toward(out, middle, f(most - middle), span);
  }
  return out;
}

/** middle + (channel − middle) · by ÷ span, for each channel. */
function toward(colour: Colour, middle: number, by: number, span: number): Colour {
  return colour.map((part) => f(middle + f(f(f(part - middle) * by) / span))) as Colour;
}
