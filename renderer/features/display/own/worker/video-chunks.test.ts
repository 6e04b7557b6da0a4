import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKeyPicture } from './video-chunks.ts';

test('VP8 tells by its lowest bit', () => {
  expect(isKeyPicture('vp8', Uint8Array.of(0x50, 0x42, 0x00))).toBe(true);
  expect(isKeyPicture('vp8', Uint8Array.of(0x31, 0x03, 0x00))).toBe(false);
});

test('VP9 tells after its profile, and showing an old picture is no key', () => {
  expect(isKeyPicture('vp9', Uint8Array.of(0b1000_0010))).toBe(true);
  expect(isKeyPicture('vp9', Uint8Array.of(0b1000_0110))).toBe(false);
  expect(isKeyPicture('vp9', Uint8Array.of(0b1000_1000))).toBe(false);
  expect(isKeyPicture('vp9', Uint8Array.of(0b1011_0000))).toBe(true);
  expect(isKeyPicture('vp9', Uint8Array.of(0b1011_0010))).toBe(false);
});

test('H.264 has its IDR slice behind parameter sets, with start codes of both lengths', () => {
  const key = [0, 0, 0, 1, 0x67, 0x42, 0, 0, 0, 1, 0x68, 0xce, 0, 0, 1, 0x65, 0x88];
  expect(isKeyPicture('h264', Uint8Array.from(key))).toBe(true);
  expect(isKeyPicture('h264', Uint8Array.of(0, 0, 0, 1, 0x41, 0x9a, 1, 0x65))).toBe(false);
  expect(isKeyPicture('h264', Uint8Array.of(0, 0, 1))).toBe(false);
});

test('H.265 has a type of six bits', () => {
  expect(isKeyPicture('h265', Uint8Array.of(0, 0, 1, 19 << 1, 1))).toBe(true);
  expect(isKeyPicture('h265', Uint8Array.of(0, 0, 1, 1 << 1, 1))).toBe(false);
});

test('any bytes are answered', () => {
  const codecs = ['mjpeg', 'vp8', 'vp9', 'h264', 'h265'] as const;
  fc.assert(
    fc.property(fc.constantFrom(...codecs), fc.uint8Array({ maxLength: 40 }), (codec, bytes) => {
      expect(typeof isKeyPicture(codec, bytes)).toBe('boolean');
    }),
  );
});
