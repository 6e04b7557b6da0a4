import { MessageBuilder } from '../../renderer/spice/canvas/testing/message-builder.ts';
import type { Rect } from '../../renderer/spice/protocol/geometry.ts';
import { putClip } from './draw-messages.ts';
import type { Size } from './image-messages.ts';
import type { Message } from './message.ts';

export interface StreamPart {
  readonly id: number;
  readonly surfaceId?: number;
  /** One of VIDEO_CODEC. */
  readonly codec: number;
  /** STREAM_FLAG bits. */
  readonly flags?: number;
  /** Of the encoded pictures, and of what they stand for. */
  readonly size: Size;
  readonly destination: Rect;
  readonly clip?: readonly Rect[];
}

/** The DisplayChannel's messages that draw nothing by themselves (spice.proto), and its streams. */
export const display = {
  /** Surfaces of id 0 are the screen unless it is said otherwise. `format`: SURFACE_FORMAT. */
  surfaceCreate(id: number, { width, height }: Size, format: number, primary = id === 0): Message {
    const part = new MessageBuilder().u32(id).u32(width).u32(height).u32(format);
    return end(314, part.u32(primary ? 1 : 0));
  },
  surfaceDestroy(id: number): Message {
    return end(315, new MessageBuilder().u32(id));
  },
  /** What old servers say instead of creating surface 0. */
  mode({ width, height }: Size, bits: number): Message {
    return end(101, new MessageBuilder().u32(width).u32(height).u32(bits));
  },
  /** The screen is whole and may be shown. */
  mark(): Message {
    return end(102, new MessageBuilder());
  },
  reset(): Message {
    return end(103, new MessageBuilder());
  },
  forgetImages(ids: readonly bigint[]): Message {
    const part = new MessageBuilder().u16(ids.length);
    for (const id of ids) part.u8(1).u64(id);
    return end(105, part);
  },
  forgetAllImages(): Message {
    return end(106, new MessageBuilder().u8(0));
  },
  forgetPalette(id: bigint): Message {
    return end(107, new MessageBuilder().u64(id));
  },
  forgetAllPalettes(): Message {
    return end(108, new MessageBuilder());
  },
  monitors(heads: readonly (Rect & { readonly id: number; readonly surfaceId?: number })[]): Message {
    const part = new MessageBuilder().u16(heads.length).u16(heads.length);
    for (const { id, surfaceId = 0, left, top, right, bottom } of heads) {
      part
        .u32(id)
        .u32(surfaceId)
        .u32(right - left);
      part
        .u32(bottom - top)
        .u32(left)
        .u32(top)
        .u32(0);
    }
    return end(317, part);
  },
  streamCreate(stream: StreamPart): Message {
    const { id, surfaceId = 0, codec, flags = 1, size, destination, clip } = stream;
    const part = new MessageBuilder().u32(surfaceId).u32(id).u8(flags).u8(codec).u64(0n);
    part.u32(size.width).u32(size.height).u32(size.width).u32(size.height);
    part.rect(destination.left, destination.top, destination.right, destination.bottom);
    return end(122, putClip(part, clip));
  },
  /** `time`: of the session's multi-media clock, ms. */
  streamData(id: number, time: number, data: Uint8Array): Message {
    return end(123, new MessageBuilder().u32(id).u32(time).u32(data.length).put(data));
  },
  streamDataSized(id: number, time: number, size: Size, to: Rect, data: Uint8Array): Message {
    const part = new MessageBuilder().u32(id).u32(time).u32(size.width).u32(size.height);
    return end(316, part.rect(to.left, to.top, to.right, to.bottom).u32(data.length).put(data));
  },
  streamClip(id: number, clip?: readonly Rect[]): Message {
    return end(124, putClip(new MessageBuilder().u32(id), clip));
  },
  streamDestroy(id: number): Message {
    return end(125, new MessageBuilder().u32(id));
  },
  streamDestroyAll(): Message {
    return end(126, new MessageBuilder());
  },
} as const;

function end(type: number, builder: MessageBuilder): Message {
  return { type, body: builder.build() };
}
