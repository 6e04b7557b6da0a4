import { readFile } from 'node:fs/promises';

/** 8-bit RGB, rows from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Reads a binary PPM with 255 levels. */
export async function readPpm(file: string): Promise<Picture> {
  const bytes = await readFile(file);
  const [header, width, height] = /^P6\s(\d+)\s(\d+)\s255\s/.exec(bytes.toString('latin1', 0, 64)) ?? [];
  if (header === undefined) throw new Error(`${file} is not a binary PPM`);
  return { width: Number(width), height: Number(height), rgb: new Uint8Array(bytes.subarray(header.length)) };
}

/** How many pixels differ; all of them where the sizes do. The absolute error of ImageMagick's `compare -metric AE`. */
export function differing(ours: Picture, theirs: Picture): number {
  if (ours.width !== theirs.width || ours.height !== theirs.height) {
    return Math.max(ours.width * ours.height, theirs.width * theirs.height);
  }
  let count = 0;
  for (let at = 0; at < ours.rgb.length; at += 3) {
    if (
      ours.rgb[at] !== theirs.rgb[at] ||
      ours.rgb[at + 1] !== theirs.rgb[at + 1] ||
      ours.rgb[at + 2] !== theirs.rgb[at + 2]
    ) {
      count += 1;
    }
  }
  return count;
}

/** How near a lossy picture is, in decibels over all three colours: Infinity for the same, 0 where the sizes differ. */
export function peakSignalToNoise(ours: Picture, theirs: Picture): number {
  if (ours.width !== theirs.width || ours.height !== theirs.height) return 0;
  let squares = 0;
  for (let at = 0; at < ours.rgb.length; at += 1) {
    squares += ((ours.rgb[at] ?? 0) - (theirs.rgb[at] ?? 0)) ** 2;
  }
  return 10 * Math.log10((255 * 255 * ours.rgb.length) / squares);
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The smallest rectangle with every pixel in which two pictures of one size differ. */
export function changedBetween(before: Picture, after: Picture): Area {
  const { width, height } = after;
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const same =
        before.rgb[at] === after.rgb[at] &&
        before.rgb[at + 1] === after.rgb[at + 1] &&
        before.rgb[at + 2] === after.rgb[at + 2];
      if (same) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return { left, top, right, bottom };
}

/** A part of a picture. */
export function cut({ width, rgb }: Picture, { left, top, right, bottom }: Area): Picture {
  const [across, down] = [Math.max(0, right - left), Math.max(0, bottom - top)];
  const part = new Uint8Array(across * down * 3);
  for (let y = 0; y < down; y += 1) {
    const from = ((top + y) * width + left) * 3;
    part.set(rgb.subarray(from, from + across * 3), y * across * 3);
  }
  return { width: across, height: down, rgb: part };
}

/** How many colours a picture has, counted up to `most`: to tell that it shows what it should. */
export function coloursOf({ rgb }: Picture, most: number): number {
  const seen = new Set<number>();
  for (let at = 0; at < rgb.length && seen.size < most; at += 3) {
    seen.add(((rgb[at] ?? 0) << 16) | ((rgb[at + 1] ?? 0) << 8) | (rgb[at + 2] ?? 0));
  }
  return seen.size;
}

/** How the made pictures go to the guest: 32 bits a pixel, blue first. */
type Shade = (x: number, y: number) => readonly [red: number, green: number, blue: number];

/** A smooth two-way gradient: long runs of nearly equal pixels. */
export function gradient(width: number, height: number): Uint8Array {
  return paint(width, height, (x, y) => [
    Math.floor((x * 255) / width),
    Math.floor((y * 255) / height),
    Math.floor(((x + y) * 255) / (width + height)),
  ]);
}

/** As a photo is to the codecs: soft shapes at several scales, with noise in the lowest bits. The same each time. */
export function photo(width: number, height: number): Uint8Array {
  let state = 1;
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 29;
  };
  return paint(width, height, (x, y) => {
    const soft = 60 * Math.sin(x / 90) * Math.cos(y / 70) + 30 * Math.sin((x + 2 * y) / 23);
    return [
      clamp(128 + soft + noise()),
      clamp(110 + soft * 0.7 + 25 * Math.cos(y / 17) + noise()),
      clamp(90 - soft * 0.5 + 30 * Math.sin(x / 31) + noise()),
    ];
  });
}

function paint(width: number, height: number, shade: Shade): Uint8Array {
  const bytes = new Uint8Array(width * height * 4);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const [red, green, blue] = shade(x, y);
      bytes[at] = blue;
      bytes[at + 1] = green;
      bytes[at + 2] = red;
    }
  }
  return bytes;
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
