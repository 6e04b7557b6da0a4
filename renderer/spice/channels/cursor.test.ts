import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { CURSOR_FLAG, CURSOR_TYPE } from '../protocol/constants.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { CursorChannel, type CursorState } from './cursor.ts';

const SET = 103;

function setMessage(options: {
  type?: number;
  flags?: number;
  id?: bigint;
  width?: number;
  height?: number;
  data?: readonly number[];
}): Uint8Array {
  const data = Uint8Array.from(options.data ?? []);
  return new ByteWriter(24 + data.length)
    .u16(3)
    .u16(0xffff)
    .u8(1)
    .u16(options.flags ?? 0)
    .u64(options.id ?? 1n)
    .u8(options.type ?? 0)
    .u16(options.width ?? 2)
    .u16(options.height ?? 1)
    .u16(1)
    .u16(0)
    .put(data).bytes;
}

function channel(): { take(type: number, body: Uint8Array): CursorState | undefined } {
  let last: CursorState | undefined;
  const cursors = new CursorChannel({
    cursor: (state) => {
      last = state;
    },
  });
  return {
    take(type, body) {
      cursors.receive(type, body);
      return last;
    },
  };
}

const OPAQUE_RED = 0xff0000ff;
const OPAQUE_WHITE = 0xffffffff;

test.each([
  ['alpha', CURSOR_TYPE.alpha, [0, 0, 255, 255, 1, 2, 3, 128], [OPAQUE_RED, 0x80010203], null],
  ['mono', CURSOR_TYPE.mono, [0b10000000, 0b11000000], [0, OPAQUE_WHITE], [1, 0]],
  [
    'color4',
    CURSOR_TYPE.color4,
    [0x10, ...[0, 0, 0, 0], ...[0, 0, 255, 0], ...new Array<number>(56).fill(0), 0b01000000],
    [OPAQUE_RED, 0],
    null,
  ],
  [
    'color8',
    CURSOR_TYPE.color8,
    [255, 254, ...new Array<number>(254 * 4).fill(0), 255, 255, 255, 0, 0, 0, 255, 0, 0b01000000],
    [OPAQUE_RED, 0],
    [0, 1],
  ],
  ['color16', CURSOR_TYPE.color16, [0xff, 0x7f, 0, 0x7c, 0b10000000], [0, 0xff0000f8], [1, 0]],
  ['color16, white', CURSOR_TYPE.color16, [0xff, 0x7f, 0, 0, 0], [0xfff8f8f8, 0xff000000], null],
  ['color24', CURSOR_TYPE.color24, [0, 0, 255, 255, 255, 255, 0b01000000], [OPAQUE_RED, 0], [0, 1]],
  ['color32', CURSOR_TYPE.color32, [0, 0, 255, 9, 255, 255, 255, 9, 0], [OPAQUE_RED, OPAQUE_WHITE], null],
] as const)('a pointer of type %s', (_name, type, data, pixels, invert) => {
  const state = channel().take(SET, setMessage({ type, data }));
  expect(state?.shape?.pixels.data).toEqual(Uint32Array.from(pixels));
  expect(state?.shape?.invert).toEqual(invert === null ? null : Uint8Array.from(invert));
  expect(state).toMatchObject({
    visible: true,
    position: { x: 3, y: -1 },
    shape: { hotspot: { x: 1, y: 0 } },
  });
});

test('the cache: kept, shown again, invalidated', () => {
  const cursors = channel();
  const pointer = { type: CURSOR_TYPE.color32, data: [0, 0, 255, 0, 0, 0, 0, 0, 0] };
  const first = cursors.take(SET, setMessage({ ...pointer, flags: CURSOR_FLAG.cacheMe, id: 9n }));
  expect(cursors.take(SET, setMessage({ flags: CURSOR_FLAG.none }))).toMatchObject({
    shape: null,
    visible: false,
  });
  const again = cursors.take(SET, setMessage({ flags: CURSOR_FLAG.fromCache, id: 9n }));
  expect(again?.shape).toBe(first?.shape);
  cursors.take(107, new ByteWriter(8).u64(9n).bytes);
  expect(() => cursors.take(SET, setMessage({ flags: CURSOR_FLAG.fromCache, id: 9n }))).toThrow(
    ProtocolError,
  );
});

test('move shows, hide hides, trail and reset', () => {
  const cursors = channel();
  const { take } = cursors;
  expect(take(104, new ByteWriter(4).u16(5).u16(6).bytes)).toMatchObject({
    visible: true,
    position: { x: 5, y: 6 },
  });
  expect(take(105, new Uint8Array(0))?.visible).toBe(false);
  expect(take(106, new ByteWriter(4).u16(2).u16(50).bytes)?.trail).toEqual({ length: 2, frequency: 50 });
  expect(take(102, new Uint8Array(0))).toMatchObject({ shape: null, trail: { length: 0 } });
});

test('a pointer without its data, or too large, is refused', () => {
  for (const type of Object.values(CURSOR_TYPE)) {
    expect(() => channel().take(SET, setMessage({ type, width: 16, height: 16, data: [1, 2, 3] }))).toThrow(
      ProtocolError,
    );
    expect(() => channel().take(SET, setMessage({ type, width: 60_000, height: 1 }))).toThrow(ProtocolError);
  }
});

test('random bytes never throw anything but a ProtocolError', () => {
  fc.assert(
    fc.property(fc.integer({ min: 99, max: 110 }), fc.uint8Array({ maxLength: 200 }), (type, body) => {
      try {
        channel().take(type, body);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }),
    { numRuns: 5000 },
  );
});
