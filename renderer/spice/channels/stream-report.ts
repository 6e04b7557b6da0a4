import type { ChannelSender } from '../link/channel.ts';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { DISPLAY_CAP, DISPLAY_OUT } from '../protocol/constants.ts';

/** So many late pictures in a row are reported at once. */
const lateInARow = 3;
/** No audio is played (spice.proto, stream_report audio_delay). */
const noAudio = 0xffffffff;

/** Tells the server how a stream arrives, once it has asked to know (STREAM_ACTIVATE_REPORT). */
export class StreamReport {
  readonly #streamId: number;
  readonly #sender: ChannelSender;
  #active: { readonly uniqueId: number; readonly window: number; readonly timeoutMs: number } | null = null;
  #frames = 0;
  #drops = 0;
  #lateRun = 0;
  #startTime = 0;
  #startedAt = 0;

  constructor(streamId: number, sender: ChannelSender) {
    this.#streamId = streamId;
    this.#sender = sender;
  }

  activate(uniqueId: number, window: number, timeoutMs: number): void {
    this.#active = { uniqueId, window, timeoutMs };
    this.#restart();
  }

  /** A picture came `margin` ms before its time (negative: late). `now` is any clock in ms. */
  frame(time: number, margin: number, now: number): void {
    if (this.#active === null) return;
    if (this.#frames === 0) {
      this.#startTime = time;
      this.#startedAt = now;
    }
    this.#frames += 1;
    this.#lateRun = margin < 0 ? this.#lateRun + 1 : 0;
    if (margin < 0) this.#drops += 1;
    const { uniqueId, window, timeoutMs } = this.#active;
    const full = this.#frames >= window || now - this.#startedAt >= timeoutMs;
    if (!full && this.#lateRun < lateInARow) return;
    const body = new ByteWriter(32)
      .u32(this.#streamId)
      .u32(uniqueId)
      .u32(this.#startTime)
      .u32(time)
      .u32(this.#frames)
      .u32(this.#drops)
      .i32(margin)
      .u32(noAudio).bytes;
    this.#sender.send(DISPLAY_OUT.streamReport, body);
    this.#restart();
  }

  #restart(): void {
    this.#frames = 0;
    this.#drops = 0;
    this.#lateRun = 0;
  }
}

/** Tells the server that this stream is not shown (spice.proto, stream_report). */
export function refuseStream(streamId: number, sender: ChannelSender): void {
  if (!sender.serverHas(DISPLAY_CAP.streamReport)) return;
  const body = new ByteWriter(32)
    .u32(streamId)
    .u32(0)
    .u32(0)
    .u32(0)
    .u32(0)
    .u32(0xffffffff)
    .i32(0)
    .u32(0).bytes;
  sender.send(DISPLAY_OUT.streamReport, body);
}
