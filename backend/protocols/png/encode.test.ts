import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePng } from './encode.ts';

/** Reads back what encodePng writes, by the specification: chunks, checksums, deflate, filter bytes. */
function decode(png: Buffer): { width: number; height: number; rgb: Buffer; types: string[] } {
  expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const body = png.subarray(at + 4, at + 8 + length);
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(body));
    chunks.push({ type: body.subarray(0, 4).toString('latin1'), data: body.subarray(4) });
    at += 12 + length;
  }
  const header = chunks.find((chunk) => chunk.type === 'IHDR')?.data ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  expect([...header.subarray(8)]).toEqual([8, 2, 0, 0, 0]);
  const raw = inflateSync(
    Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data)),
  );
  expect(raw.length).toBe((width * 3 + 1) * height);
  const rows = Array.from({ length: height }, (_, y) => {
    const start = y * (width * 3 + 1);
    expect(raw[start]).toBe(0);
    return raw.subarray(start + 1, start + 1 + width * 3);
  });
  return { width, height, rgb: Buffer.concat(rows), types: chunks.map(({ type }) => type) };
}

test('every picture comes back pixel by pixel', async () => {
  const picture = fc
    .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
    .chain(({ width, height }) =>
      fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        rgb: fc.uint8Array({ minLength: width * height * 3, maxLength: width * height * 3 }),
      }),
    );
  await fc.assert(
    fc.asyncProperty(picture, async ({ width, height, rgb }) => {
      const back = decode(await encodePng(rgb, width, height));
      expect(back.types).toEqual(['IHDR', 'IDAT', 'IEND']);
      expect([back.width, back.height]).toEqual([width, height]);
      expect(back.rgb.equals(rgb)).toBe(true);
    }),
  );
});

test('a flat screen is small', async () => {
  const png = await encodePng(new Uint8Array(1024 * 768 * 3), 1024, 768);
  expect(png.length).toBeLessThan(20_000);
  expect(decode(png)).toMatchObject({ width: 1024, height: 768 });
});
