import { MessageBuilder } from '../../renderer/spice/canvas/testing/message-builder.ts';
import { COMPOSITE_FLAG, LINE_FLAG, ROPD, STRING_FLAG } from '../../renderer/spice/protocol/constants.ts';
import type { Glyph, Transform } from '../../renderer/spice/protocol/draw.ts';
import type { Point, Rect } from '../../renderer/spice/protocol/geometry.ts';
import type { ImagePart } from './image-messages.ts';
import type { Message } from './message.ts';

/** struct DisplayBase: where a drawing goes. */
export interface Place {
  /** 0, the screen, when absent. */
  readonly surfaceId?: number;
  readonly box: Rect;
  /** Rectangles that it is cut by; none when absent. */
  readonly clip?: readonly Rect[];
}

export type BrushPart =
  | null
  | { readonly color: number }
  | { readonly pattern: ImagePart; readonly position?: Point };

export interface MaskPart {
  readonly image: ImagePart;
  readonly position?: Point;
  readonly inverse?: boolean;
}

/** What of an image is drawn. */
export interface SourcePart {
  readonly image: ImagePart;
  readonly area: Rect;
  /** SCALE_MODE; nearest when absent. */
  readonly scaleMode?: number;
}

export interface StrokePart {
  readonly path: readonly { readonly flags: number; readonly points: readonly Point[] }[];
  /** Lengths of dash, gap, dash …, in pixels. */
  readonly dashes?: readonly number[];
  readonly startWithGap?: boolean;
  readonly brush: BrushPart;
  /** ROPD. */
  readonly rop?: number;
}

export interface TextPart {
  readonly bits: 1 | 4 | 8;
  readonly glyphs: readonly Glyph[];
  readonly back?: Rect;
  readonly foreBrush: BrushPart;
  readonly backBrush?: BrushPart;
  readonly foreRop?: number;
}

export interface CompositePart {
  /** X Render's number; filters and repeats as COMPOSITE_FLAG's comment says. */
  readonly flags: number;
  readonly image: ImagePart;
  readonly mask?: ImagePart;
  readonly transform?: Transform;
  readonly maskTransform?: Transform;
  readonly origin?: Point;
  readonly maskOrigin?: Point;
}

interface Drawn {
  readonly rop?: number;
  readonly mask?: MaskPart;
}

/** Each drawing of the DisplayChannel (spice.proto). Rops are PUT where none is given. */
export const draw = {
  copyBits(place: Place, from: Point): Message {
    return end(104, base(place).u32(from.x).u32(from.y));
  },
  fill(place: Place, brush: BrushPart, { rop = ROPD.put, mask }: Drawn = {}): Message {
    return end(302, putMask(putBrush(base(place), brush).u16(rop), mask));
  },
  opaque(place: Place, source: SourcePart, brush: BrushPart, { rop = ROPD.put, mask }: Drawn = {}): Message {
    const part = putBrush(putSource(base(place), source), brush).u16(rop);
    return end(303, putMask(part.u8(source.scaleMode ?? 1), mask));
  },
  copy(place: Place, source: SourcePart, { rop = ROPD.put, mask }: Drawn = {}): Message {
    return end(
      304,
      putMask(
        putSource(base(place), source)
          .u16(rop)
          .u8(source.scaleMode ?? 1),
        mask,
      ),
    );
  },
  blend(place: Place, source: SourcePart, { rop = ROPD.put, mask }: Drawn = {}): Message {
    return end(
      305,
      putMask(
        putSource(base(place), source)
          .u16(rop)
          .u8(source.scaleMode ?? 1),
        mask,
      ),
    );
  },
  blackness(place: Place, mask?: MaskPart): Message {
    return end(306, putMask(base(place), mask));
  },
  whiteness(place: Place, mask?: MaskPart): Message {
    return end(307, putMask(base(place), mask));
  },
  inverse(place: Place, mask?: MaskPart): Message {
    return end(308, putMask(base(place), mask));
  },
  rop3(place: Place, source: SourcePart, brush: BrushPart, code: number, mask?: MaskPart): Message {
    const part = putBrush(putSource(base(place), source), brush).u8(code);
    return end(309, putMask(part.u8(source.scaleMode ?? 1), mask));
  },
  stroke(place: Place, stroke: StrokePart): Message {
    const part = base(place).pointer(pathOf(stroke.path));
    const { dashes, startWithGap = false } = stroke;
    if (dashes === undefined) {
      part.u8(0);
    } else {
      const style = new MessageBuilder();
      for (const length of dashes) style.u32(Math.round(length * 16));
      part.u8(LINE_FLAG.styled | (startWithGap ? LINE_FLAG.startWithGap : 0));
      part.u8(dashes.length).pointer(style);
    }
    return end(
      310,
      putBrush(part, stroke.brush)
        .u16(stroke.rop ?? ROPD.put)
        .u16(ROPD.put),
    );
  },
  text(place: Place, text: TextPart): Message {
    const back = text.back ?? { left: 0, top: 0, right: 0, bottom: 0 };
    const part = base(place).pointer(stringOf(text));
    part.rect(back.left, back.top, back.right, back.bottom);
    putBrush(putBrush(part, text.foreBrush), text.backBrush ?? null);
    return end(311, part.u16(text.foreRop ?? ROPD.put).u16(ROPD.put));
  },
  /** `key`: the colour that is left out, as in the image's own format; `trueKey` the same as 0x00RRGGBB. */
  transparent(place: Place, { image, area }: SourcePart, key: number, trueKey = key): Message {
    const part = base(place).pointer(image).rect(area.left, area.top, area.right, area.bottom);
    return end(312, part.u32(key).u32(trueKey));
  },
  /** `flags`: ALPHA_FLAG. */
  alphaBlend(place: Place, source: SourcePart, alpha = 255, flags = 0): Message {
    return end(313, putSource(base(place).u8(flags).u8(alpha), source));
  },
  composite(place: Place, composite: CompositePart): Message {
    const { mask, transform, maskTransform, origin, maskOrigin } = composite;
    const has =
      (mask === undefined ? 0 : COMPOSITE_FLAG.hasMask) |
      (transform === undefined ? 0 : COMPOSITE_FLAG.hasSourceTransform) |
      (maskTransform === undefined ? 0 : COMPOSITE_FLAG.hasMaskTransform);
    const part = base(place)
      .u32(composite.flags | has)
      .pointer(composite.image);
    if (mask !== undefined) part.pointer(mask);
    for (const value of [...(transform ?? []), ...(maskTransform ?? [])]) part.u32(value);
    for (const value of [origin?.x, origin?.y, maskOrigin?.x, maskOrigin?.y]) part.u16(value ?? 0);
    return end(318, part);
  },
} as const;

function end(type: number, builder: MessageBuilder): Message {
  return { type, body: builder.build() };
}

function base({ surfaceId = 0, box, clip }: Place): MessageBuilder {
  const part = new MessageBuilder().u32(surfaceId).rect(box.left, box.top, box.right, box.bottom);
  return putClip(part, clip);
}

/** struct Clip. */
export function putClip(part: MessageBuilder, clip: readonly Rect[] | undefined): MessageBuilder {
  if (clip === undefined) return part.u8(0);
  part.u8(1).u32(clip.length);
  for (const { left, top, right, bottom } of clip) part.rect(left, top, right, bottom);
  return part;
}

function putBrush(part: MessageBuilder, brush: BrushPart): MessageBuilder {
  if (brush === null) return part.u8(0);
  if ('color' in brush) return part.u8(1).u32(brush.color);
  const { x, y } = brush.position ?? { x: 0, y: 0 };
  return part.u8(2).pointer(brush.pattern).u32(x).u32(y);
}

function putMask(part: MessageBuilder, mask: MaskPart | undefined): MessageBuilder {
  const { x, y } = mask?.position ?? { x: 0, y: 0 };
  return part
    .u8(mask?.inverse === true ? 1 : 0)
    .u32(x)
    .u32(y)
    .pointer(mask?.image ?? null);
}

function putSource(part: MessageBuilder, { image, area }: SourcePart): MessageBuilder {
  return part.pointer(image).rect(area.left, area.top, area.right, area.bottom);
}

/** struct Path: points in 28.4 fixed point. */
function pathOf(segments: StrokePart['path']): MessageBuilder {
  const path = new MessageBuilder().u32(segments.length);
  for (const { flags, points } of segments) {
    path.u8(flags).u32(points.length);
    for (const { x, y } of points) path.u32(Math.round(x * 16)).u32(Math.round(y * 16));
  }
  return path;
}

function stringOf({ bits, glyphs }: TextPart): MessageBuilder {
  const flag = { 1: STRING_FLAG.a1, 4: STRING_FLAG.a4, 8: STRING_FLAG.a8 }[bits];
  const string = new MessageBuilder().u16(glyphs.length).u8(flag);
  for (const { renderPosition, origin, width, height, data } of glyphs) {
    string.u32(renderPosition.x).u32(renderPosition.y).u32(origin.x).u32(origin.y);
    string.u16(width).u16(height).put(data);
  }
  return string;
}
