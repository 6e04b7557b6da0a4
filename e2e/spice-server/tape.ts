import { ByteReader } from '../../renderer/spice/protocol/byte-reader.ts';
import { ByteWriter } from '../../renderer/spice/protocol/byte-writer.ts';
import type { Message } from './message.ts';
import type { ServerChannel } from './server-channel.ts';

/** One channel's messages as a server sent them once. */
export interface Tape {
  /** `at`: ms since the first one. */
  readonly messages: readonly (Message & { readonly at: number })[];
}

const MAGIC = 0x50415449;

/** A tape as bytes: the letters ITAP, then time (ms, u32), type (u16), size (u32) and body of each message. */
export function writeTape({ messages }: Tape): Uint8Array {
  const size = messages.reduce((sum, { body }) => sum + 10 + body.length, 4);
  const writer = new ByteWriter(size).u32(MAGIC);
  for (const { at, type, body } of messages) writer.u32(Math.round(at)).u16(type).u32(body.length).put(body);
  return writer.bytes;
}

export function readTape(bytes: Uint8Array): Tape {
  const reader = new ByteReader(bytes, 'tape');
  if (reader.u32() !== MAGIC) throw new Error('these bytes are no tape');
  const messages: (Message & { readonly at: number })[] = [];
  for (let left = bytes.length - 4; left > 0; ) {
    const at = reader.u32();
    const type = reader.u16();
    const body = reader.view(reader.u32());
    messages.push({ at, type, body });
    left -= 10 + body.length;
  }
  return { messages };
}

/**
 * Plays a tape as fast as the client's acks allow, resolves when it has handled the last message; the milliseconds from the first byte to
 * then. `pace`: no message earlier than its time divided by this; as soon as may be when absent.
 */
export async function playTape(
  channel: ServerChannel,
  { messages }: Tape,
  options: { readonly window?: number; readonly pace?: number; readonly signal?: AbortSignal } = {},
): Promise<number> {
  channel.setAck(options.window ?? 20);
  const start = performance.now();
  for (const { at, type, body } of messages) {
    options.signal?.throwIfAborted();
    if (options.pace !== undefined) await until(start + at / options.pace);
    await channel.withinWindow();
    channel.send(type, body);
  }
  await channel.handled();
  return performance.now() - start;
}

function until(time: number): Promise<void> | undefined {
  const left = time - performance.now();
  return left <= 0 ? undefined : new Promise((resolve) => setTimeout(resolve, left));
}
