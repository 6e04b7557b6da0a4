import { ByteWriter } from './byte-writer.ts';
import { IMAGE_COMPRESSION, type ImageCompression, VIDEO_CODEC, type VideoCodec } from './constants.ts';

/** Bodies of the messages we send (spice.proto, `client:` of each channel). Their numbers are in constants.ts. */
export const EMPTY = new Uint8Array(0);

/** One u32: ack_sync, mouse tokens, agent_start and the like. */
export function u32Body(value: number): Uint8Array {
  return new ByteWriter(4).u32(value).bytes;
}

export function pong(id: number, timestamp: Uint8Array): Uint8Array {
  return new ByteWriter(12).u32(id).put(timestamp).bytes;
}

export function mouseModeRequest(mode: number): Uint8Array {
  return new ByteWriter(2).u16(mode).bytes;
}

/**
 * DisplayChannel init, the first message on that channel. The sizes are in pixels; a GLZ window of 0 makes the
 * server refrain from GLZ. Channels that name the same dictionary id share its window.
 */
export function displayInit(options: {
  readonly pixmapCacheId: number;
  readonly pixmapCacheSize: bigint;
  readonly glzDictionaryId: number;
  readonly glzWindowSize: number;
}): Uint8Array {
  return new ByteWriter(14)
    .u8(options.pixmapCacheId)
    .u64(options.pixmapCacheSize)
    .u8(options.glzDictionaryId)
    .i32(options.glzWindowSize).bytes;
}

/** Only for servers with the preferredCompression capability. */
export function preferredCompression(compression: ImageCompression): Uint8Array {
  return new ByteWriter(1).u8(IMAGE_COMPRESSION[compression]).bytes;
}

/** Best first. Only for servers with the preferredVideoCodec capability. */
export function preferredVideoCodecs(codecs: readonly VideoCodec[]): Uint8Array {
  const writer = new ByteWriter(1 + codecs.length).u8(codecs.length);
  for (const codec of codecs) writer.u8(VIDEO_CODEC[codec]);
  return writer.bytes;
}

export function keyCode(code: number): Uint8Array {
  return new ByteWriter(4).u32(code).bytes;
}

export function keyModifiers(flags: number): Uint8Array {
  return new ByteWriter(2).u16(flags).bytes;
}

export function mouseMotion(dx: number, dy: number, buttons: number): Uint8Array {
  return new ByteWriter(10).i32(dx).i32(dy).u16(buttons).bytes;
}

export function mousePosition(x: number, y: number, buttons: number, display: number): Uint8Array {
  return new ByteWriter(11).u32(x).u32(y).u16(buttons).u8(display).bytes;
}

/** mouse_press and mouse_release. */
export function mouseButton(button: number, buttons: number): Uint8Array {
  return new ByteWriter(3).u8(button).u16(buttons).bytes;
}
