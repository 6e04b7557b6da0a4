import { MessageBuilder } from '../../renderer/spice/canvas/testing/message-builder.ts';
import { CURSOR_FLAG } from '../../renderer/spice/protocol/constants.ts';
import type { Point } from '../../renderer/spice/protocol/geometry.ts';
import type { Message } from './message.ts';

/** struct Cursor: none; one that the client keeps; or a shape as the cursor_type lays it out, kept under its id where `keep` is set. */
export type CursorPart =
  | null
  | { readonly keptAs: bigint }
  | {
      readonly id?: bigint;
      readonly keep?: boolean;
      /** One of CURSOR_TYPE. */
      readonly type: number;
      readonly width: number;
      readonly height: number;
      readonly hotspot?: Point;
      readonly data: Uint8Array;
    };

/** CursorChannel, server side (spice.proto). */
export const cursor = {
  init(shape: CursorPart, position: Point = { x: 0, y: 0 }, visible = true): Message {
    const part = new MessageBuilder().u16(position.x).u16(position.y).u16(0).u16(0);
    return end(101, putCursor(part.u8(visible ? 1 : 0), shape));
  },
  reset(): Message {
    return end(102, new MessageBuilder());
  },
  set(shape: CursorPart, position: Point = { x: 0, y: 0 }, visible = true): Message {
    const part = new MessageBuilder().u16(position.x).u16(position.y);
    return end(103, putCursor(part.u8(visible ? 1 : 0), shape));
  },
  move({ x, y }: Point): Message {
    return end(104, new MessageBuilder().u16(x).u16(y));
  },
  hide(): Message {
    return end(105, new MessageBuilder());
  },
  /** `frequency` in ms. */
  trail(length: number, frequency: number): Message {
    return end(106, new MessageBuilder().u16(length).u16(frequency));
  },
  forget(id: bigint): Message {
    return end(107, new MessageBuilder().u64(id));
  },
  forgetAll(): Message {
    return end(108, new MessageBuilder());
  },
} as const;

function putCursor(part: MessageBuilder, cursorPart: CursorPart): MessageBuilder {
  if (cursorPart === null) return part.u16(CURSOR_FLAG.none);
  if ('keptAs' in cursorPart) {
    // A whole header, of which only the id counts.
    return part.u16(CURSOR_FLAG.fromCache).u64(cursorPart.keptAs).u8(0).u16(0).u16(0).u16(0).u16(0);
  }
  const { id = 1n, keep = false, type, width, height, hotspot = { x: 0, y: 0 }, data } = cursorPart;
  part
    .u16(keep ? CURSOR_FLAG.cacheMe : 0)
    .u64(id)
    .u8(type);
  return part.u16(width).u16(height).u16(hotspot.x).u16(hotspot.y).put(data);
}

function end(type: number, builder: MessageBuilder): Message {
  return { type, body: builder.build() };
}
