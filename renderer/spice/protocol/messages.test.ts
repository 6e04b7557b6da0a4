import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from './byte-writer.ts';
import { IMAGE_TYPE } from './constants.ts';
import {
  readBaseMessage,
  readCursorMessage,
  readDisplayMessage,
  readInputsMessage,
  readMainMessage,
} from './messages.ts';
import { ProtocolError } from './protocol-error.ts';

const readers = [
  readBaseMessage,
  readMainMessage,
  readDisplayMessage,
  readInputsMessage,
  readCursorMessage,
] as const;

/** Every type of every channel, and some that do not exist. */
const types = [
  ...Array.from({ length: 30 }, (_, index) => index),
  ...Array.from({ length: 30 }, (_, index) => 100 + index),
  ...Array.from({ length: 20 }, (_, index) => 300 + index),
];

/** Bytes that look like a message more often than noise does: small numbers as 32-bit words. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .array(fc.oneof(fc.nat(120), fc.nat(), fc.constantFrom(0, 1, 0x100, 0x10001)), { maxLength: 60 })
    .map((words) => {
      const writer = new ByteWriter(words.length * 4);
      for (const word of words) writer.u32(word);
      return writer.bytes;
    }),
);

/** How many bytes and objects a parsed message holds of its own: views of the message do not count. */
function weigh(value: unknown, message: ArrayBufferLike): number {
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.buffer === message ? 8 : value.byteLength;
  return Object.values(value).reduce((sum: number, part) => sum + weigh(part, message), 8);
}

test('random bytes give a message or a ProtocolError, never more than a small multiple of their size', () => {
  fc.assert(
    fc.property(fc.constantFrom(...readers), fc.constantFrom(...types), bytes, (read, type, body) => {
      try {
        const message = read(type, body);
        expect(weigh(message, body.buffer)).toBeLessThan(2000 + body.length * 60);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { numRuns: 20_000 },
  );
});

/** A draw_copy of a 2×1 bitmap; changes turn it into a message that must be refused. */
function drawCopy(
  change: { stride?: number; pointer?: number; clipCount?: number; scaleMode?: number; width?: number } = {},
) {
  const image = 21 + 4 + 4 + 16 + 2 + 1 + 13;
  const writer = new ByteWriter(image + 18 + 18 + 8 + 10);
  writer.u32(7).i32(-1).i32(-2).i32(3).i32(4);
  writer.u8(1).u32(change.clipCount ?? 0);
  writer.u32(change.pointer ?? image);
  writer.i32(0).i32(0).i32(1).i32(2);
  writer.u16(8).u8(change.scaleMode ?? 1);
  writer.u8(0).i32(0).i32(0).u32(0);
  writer.u64(0x1_0000_0002n).u8(IMAGE_TYPE.bitmap).u8(1).u32(2).u32(1);
  writer
    .u8(8)
    .u8(4)
    .u32(change.width ?? 2)
    .u32(1)
    .u32(change.stride ?? 8)
    .u32(0);
  writer.put(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  return writer.bytes;
}

test('draw_copy: signed box, empty clip, bitmap by pointer', () => {
  const message = readDisplayMessage(304, drawCopy());
  expect(message).toEqual({
    kind: 'drawCopy',
    body: {
      base: { surfaceId: 7, box: { top: -1, left: -2, bottom: 3, right: 4 }, clip: [] },
      image: {
        id: 0x1_0000_0002n,
        type: IMAGE_TYPE.bitmap,
        flags: 1,
        width: 2,
        height: 1,
        format: 8,
        topDown: true,
        stride: 8,
        palette: { kind: 'none' },
        data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      },
      area: { top: 0, left: 0, bottom: 1, right: 2 },
      rop: 8,
      scaleMode: 1,
      mask: null,
    },
  });
});

test.each([
  ['a stride shorter than its row', { stride: 7 }],
  ['a stride past the end', { stride: 2 ** 31 }],
  ['a null image', { pointer: 0 }],
  ['a pointer past the end', { pointer: 5000 }],
  ['more clip rectangles than bytes', { clipCount: 0xffff_ffff }],
  ['an unknown scale mode', { scaleMode: 9 }],
  ['a huge image', { width: 70_000, stride: 280_000 }],
])('draw_copy with %s is refused', (_what, change) => {
  expect(() => readDisplayMessage(304, drawCopy(change))).toThrow(ProtocolError);
});

test('sub-messages may not share bytes', () => {
  const list = new ByteWriter(2 + 4 * 3 + 6).u16(3).u32(14).u32(14).u32(14).u16(3).u32(0).bytes;
  expect(() => readBaseMessage(8, list)).toThrow('overlap');
});

test('a path of more segments than any figure has is refused, however short each is', () => {
  const pathAt = 21 + 4 + 1 + 1 + 2 + 2;
  const stroke = (segments: number): Uint8Array => {
    const message = new ByteWriter(pathAt + 4 + segments * 5);
    message.u32(0).i32(0).i32(0).i32(9).i32(9).u8(0);
    message.u32(pathAt).u8(0).u8(0).u16(8).u16(8).u32(segments);
    return message.bytes;
  };
  expect(readDisplayMessage(310, stroke(65_536))).toMatchObject({ kind: 'drawStroke' });
  expect(() => readDisplayMessage(310, stroke(65_537))).toThrow(ProtocolError);
  expect(() => readDisplayMessage(310, stroke(1_000_000))).toThrow(/segments/);
});

test('a styled line, a path and a glyph string', () => {
  const strokeAt = 21 + 4 + 1 + 1 + 4 + 5 + 4;
  const stroke = new ByteWriter(strokeAt + 4 + 5 + 16 + 8);
  stroke.u32(0).i32(0).i32(0).i32(9).i32(9).u8(0);
  stroke
    .u32(strokeAt)
    .u8(8)
    .u8(2)
    .u32(strokeAt + 25)
    .u8(1)
    .u32(0xff)
    .u16(8)
    .u16(8);
  stroke.u32(1).u8(3).u32(2).i32(16).i32(32).i32(48).i32(-64);
  stroke.i32(80).i32(96);
  expect(readDisplayMessage(310, stroke.bytes)).toMatchObject({
    body: {
      path: [{ flags: 3, points: Int32Array.of(16, 32, 48, -64) }],
      line: { flags: 8, style: Int32Array.of(80, 96) },
      brush: { kind: 'solid', color: 0xff },
    },
  });

  const textAt = 21 + 4 + 16 + 1 + 1 + 4;
  const text = new ByteWriter(textAt + 3 + 20 + 4);
  text.u32(0).i32(0).i32(0).i32(9).i32(9).u8(0);
  text.u32(textAt).i32(0).i32(0).i32(0).i32(0).u8(0).u8(0).u16(8).u16(0);
  text
    .u16(1)
    .u8(1)
    .i32(1)
    .i32(2)
    .i32(0)
    .i32(-7)
    .u16(9)
    .u16(2)
    .put(Uint8Array.of(1, 2, 3, 4));
  expect(readDisplayMessage(311, text.bytes)).toMatchObject({
    body: {
      string: {
        bitsPerPixel: 1,
        topDown: false,
        glyphs: [{ renderPosition: { x: 1, y: 2 }, origin: { x: 0, y: -7 }, width: 9, height: 2 }],
      },
    },
  });
});
