import type { Screen } from './spice-screen.ts';

/**
 * A screen as 8-bit RGB, made at most `maxWidth` pixels wide: each new pixel is the mean of all that it stands for, so that text stays a
 * texture where single pixels would flicker.
 */
export function shrink(
  screen: Screen,
  maxWidth = screen.width,
): { readonly rgb: Uint8Array; readonly width: number; readonly height: number } {
  const width = Math.min(screen.width, maxWidth);
  const height = Math.max(1, Math.round((screen.height * width) / screen.width));
  const rgb = new Uint8Array(width * height * 3);
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    const top = Math.floor((y * screen.height) / height);
    const bottom = Math.max(top + 1, Math.floor(((y + 1) * screen.height) / height));
    for (let x = 0; x < width; x += 1) {
      const left = Math.floor((x * screen.width) / width);
      const right = Math.max(left + 1, Math.floor(((x + 1) * screen.width) / width));
      let [red, green, blue] = [0, 0, 0];
      for (let row = top; row < bottom; row += 1) {
        for (let index = row * screen.width + left; index < row * screen.width + right; index += 1) {
          const pixel = screen.words[index] as number;
          red += pixel & 0xff;
          green += (pixel >>> 8) & 0xff;
          blue += (pixel >>> 16) & 0xff;
        }
      }
      const count = (bottom - top) * (right - left);
      rgb[at] = Math.round(red / count);
      rgb[at + 1] = Math.round(green / count);
      rgb[at + 2] = Math.round(blue / count);
      at += 3;
    }
  }
  return { rgb, width, height };
}
