import { expect, test } from 'vitest';
import type { Pixels } from '../protocol/pixels.ts';
import { encodeLz } from './encoders/lz-encoder.ts';
import { decodeJpeg, decodeJpegAlpha, type JpegDecoder, readJpegSize } from './jpeg-alpha.ts';
import { vectorPicture, withoutAlpha } from './testing/vector-picture.ts';

const picture = vectorPicture(9, 5);
/** SOI, a comment, fill bytes, and a baseline frame header of 9 × 5. */
const jpeg = Uint8Array.of(
  ...[0xff, 0xd8, 0xff, 0xfe, 0, 4, 65, 66, 0xff, 0xff, 0xc0, 0, 11, 8, 0, 5, 0, 9, 1, 1, 0x11, 0],
);
/** The host's part; what it decodes to is not what is tested here. */
const host: JpegDecoder = (): Promise<Pixels> => Promise.resolve(withoutAlpha(picture));

test('the size is read from the frame header', () => {
  expect(readJpegSize(jpeg)).toEqual({ width: 9, height: 5 });
  expect(() => readJpegSize(jpeg.subarray(0, 12))).toThrow('no frame header');
  expect(() => readJpegSize(Uint8Array.of(1, 2))).toThrow('not a JPEG');
});

test('a JPEG of another size is not decoded', async () => {
  await expect(decodeJpeg(jpeg, 9, 6, host)).rejects.toThrow('announced as 9 × 6');
});

test.each([true, false])('the alpha channel is merged (top down: %s)', async (topDown) => {
  const alpha = encodeLz(picture, 'xxxa', topDown);
  const bytes = Uint8Array.from([...jpeg, ...alpha]);
  const pixels = await decodeJpegAlpha(bytes, jpeg.length, 9, 5, host);
  expect(pixels.data).toEqual(picture.data);
});

test('an alpha channel that is something else is refused', async () => {
  const bytes = Uint8Array.from([...jpeg, ...encodeLz(picture, 'rgb32')]);
  await expect(decodeJpegAlpha(bytes, jpeg.length, 9, 5, host)).rejects.toThrow('not one for this image');
  await expect(decodeJpegAlpha(bytes, bytes.length + 1, 9, 5, host)).rejects.toThrow('end before the JPEG');
});
