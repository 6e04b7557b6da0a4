import { expect, test } from 'vitest';
import { BITMAP_FORMAT, IMAGE_TYPE } from '../protocol/constants.ts';
import type { BitmapImage } from '../protocol/image.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { decodeMask } from './mask.ts';

function bitmap(format: number, topDown: boolean): BitmapImage {
  const data = Uint8Array.of(0b1000_0001, 0b1000_0000, 0b0000_0010, 0);
  const palette = { kind: 'none' } as const;
  return {
    id: 1n,
    type: IMAGE_TYPE.bitmap,
    flags: 0,
    width: 9,
    height: 2,
    format,
    topDown,
    stride: 2,
    palette,
    data,
  };
}

/** A row of 0 and 1. */
function rows(image: BitmapImage): string[] {
  const bits = [...decodeMask(image).data].map((word) => (word === 0xff000000 ? '1' : '0')).join('');
  return [bits.slice(0, 9), bits.slice(9)];
}

test('bits come from either end of their byte, rows from either end of the image', () => {
  expect(rows(bitmap(BITMAP_FORMAT.bit1Be, true))).toEqual(['100000011', '000000100']);
  expect(rows(bitmap(BITMAP_FORMAT.bit1Le, true))).toEqual(['100000010', '010000000']);
  expect(rows(bitmap(BITMAP_FORMAT.bit1Be, false))).toEqual(['000000100', '100000011']);
});

test('a mask of another depth is refused', () => {
  expect(() => decodeMask({ ...bitmap(BITMAP_FORMAT.bit8, true) })).toThrow(ProtocolError);
});
