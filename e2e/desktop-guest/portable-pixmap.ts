/** A binary PPM (P6) of what `gradient` and `photo` paint: 32 bits a pixel, blue first. */
export function portablePixmap(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const header = new TextEncoder().encode(`P6\n${width} ${height}\n255\n`);
  const bytes = new Uint8Array(header.length + width * height * 3);
  bytes.set(header);
  for (let from = 0, to = header.length; to < bytes.length; from += 4, to += 3) {
    bytes[to] = pixels[from + 2] ?? 0;
    bytes[to + 1] = pixels[from + 1] ?? 0;
    bytes[to + 2] = pixels[from] ?? 0;
  }
  return bytes;
}
