import { putImage } from '../canvas/draw.ts';
import type { Raster } from '../canvas/draw-types.ts';
import { clipRegion } from '../canvas/region.ts';
import type { Surface } from '../canvas/surface.ts';
import type { ChannelSender } from '../link/channel.ts';
import { ByteWriter } from '../protocol/byte-writer.ts';
import {
  DISPLAY_CAP,
  DISPLAY_OUT,
  STREAM_FLAG,
  VIDEO_CODEC,
  type VideoCodec,
} from '../protocol/constants.ts';
import type { Clip, Rect } from '../protocol/geometry.ts';
import { flipRows, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import type { DisplayStatistics } from './display-statistics.ts';
import { StreamReport } from './stream-report.ts';

/** Decodes one stream's pictures, in the order given. Rows come from the top. */
export interface VideoDecoder {
  /** Null for what is not meant to be shown. Rejects for what cannot be decoded. */
  decode(data: Uint8Array, timeMs: number): Promise<Pixels | null>;
  close(): void;
}

/** What decodes video and knows the time; the host's, as engines differ. */
export interface VideoHost {
  /** Codecs that `open` takes, best first. */
  readonly codecs: readonly VideoCodec[];
  open(codec: VideoCodec, width: number, height: number): VideoDecoder;
  /** The server's clock (main channel, multi_media_time) in ms, by our reckoning. */
  multiMediaTime(): number;
  /** Calls back once after `ms`; the result cancels that. */
  later(ms: number, then: () => void): () => void;
}

export interface StreamCreate {
  readonly streamId: number;
  /** STREAM_FLAG bits. */
  readonly flags: number;
  readonly codec: number;
  readonly stream: { readonly width: number; readonly height: number };
  readonly destination: Rect;
  readonly clip: Clip;
}

export interface StreamData {
  readonly streamId: number;
  readonly multiMediaTime: number;
  readonly data: Uint8Array;
}

/** Each holds a decoder. spice-server has 50 at most (NUM_STREAMS). */
const mostStreams = 64;
/** Pictures of one stream that may wait for their time; the oldest gives way. */
const mostWaiting = 16;
/** Pictures of one stream that may be in the decoder before the channel is held back. */
const mostDecoding = 4;
/** How long a decoder may hold the channel back, unless it has this many pictures in it. */
const longestHoldMs = 100;
const mostUndecoded = 32;
/** No picture waits longer than this: the two clocks then have nothing to do with each other. */
const longestWaitMs = 2000;

interface Waiting {
  readonly raster: Raster;
  readonly at: Rect;
  readonly time: number;
}

interface Stream {
  readonly id: number;
  readonly codec: VideoCodec;
  readonly surface: Surface;
  readonly destination: Rect;
  readonly topDown: boolean;
  readonly decoder: VideoDecoder;
  readonly report: StreamReport;
  clip: Clip;
  waiting: Waiting[];
  decoding: number;
  cancel: (() => void) | null;
  closed: boolean;
}

/** The video streams of a display channel: pictures are decoded aside and shown when they are due, at once when late. */
export class VideoStreams implements Disposable {
  readonly #sender: ChannelSender;
  readonly #host: VideoHost;
  readonly #changed: (surface: Surface, rect: Rect) => void;
  readonly #statistics: DisplayStatistics;
  readonly #streams = new Map<number, Stream>();

  constructor(
    sender: ChannelSender,
    host: VideoHost,
    statistics: DisplayStatistics,
    changed: (surface: Surface, rect: Rect) => void,
  ) {
    this.#sender = sender;
    this.#host = host;
    this.#statistics = statistics;
    this.#changed = changed;
  }

  create(message: StreamCreate, surface: Surface): void {
    const { streamId } = message;
    if (this.#streams.has(streamId)) {
      throw new ProtocolError('display.streamCreate', `stream ${streamId} exists already`);
    }
    if (this.#streams.size >= mostStreams) {
      throw new ProtocolError('display.streamCreate', `more than ${mostStreams} streams at once`);
    }
    checkClip(surface, message.clip);
    const codec = this.#host.codecs.find((name) => VIDEO_CODEC[name] === message.codec);
    if (codec === undefined) {
      this.#refuse(streamId);
      return;
    }
    this.#streams.set(streamId, {
      id: streamId,
      codec,
      surface,
      destination: message.destination,
      topDown: (message.flags & STREAM_FLAG.topDown) !== 0,
      decoder: this.#host.open(codec, message.stream.width, message.stream.height),
      report: new StreamReport(streamId, this.#sender),
      clip: message.clip,
      waiting: [],
      decoding: 0,
      cancel: null,
      closed: false,
    });
  }

  /** A picture. The promise, if any, keeps the channel from running ahead of the decoder. */
  data(message: StreamData, destination?: Rect): Promise<void> | undefined {
    const stream = this.#find(message.streamId);
    if (stream === null) return undefined;
    const margin = (message.multiMediaTime - this.#host.multiMediaTime()) | 0;
    stream.report.frame(message.multiMediaTime, margin, performance.now());
    stream.decoding += 1;
    // The message's bytes are the connection's; the decoder may read them later.
    const done = stream.decoder.decode(message.data.slice(), message.multiMediaTime).then(
      (pixels) => {
        stream.decoding -= 1;
        if (pixels !== null)
          this.#decoded(stream, pixels, destination ?? stream.destination, message.multiMediaTime);
      },
      () => {
        // A picture that cannot be decoded ends the stream, not the session: the server goes on with images.
        stream.decoding -= 1;
        this.#statistics.skipVideo(1);
        if (!stream.closed) {
          this.destroy(stream.id);
          this.#refuse(stream.id);
        }
      },
    );
    if (stream.decoding < mostDecoding) return undefined;
    return stream.decoding < mostUndecoded ? this.#within(done) : done;
  }

  clip(streamId: number, clip: Clip): void {
    const stream = this.#find(streamId);
    if (stream === null) return;
    checkClip(stream.surface, clip);
    stream.clip = clip;
  }

  destroy(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    this.#streams.delete(streamId);
    stream.closed = true;
    stream.waiting = [];
    stream.cancel?.();
    stream.decoder.close();
  }

  destroyAll(): void {
    for (const id of [...this.#streams.keys()]) this.destroy(id);
  }

  forgetSurface(surface: Surface): void {
    for (const stream of [...this.#streams.values()]) {
      if (stream.surface === surface) this.destroy(stream.id);
    }
  }

  activateReport(message: {
    readonly streamId: number;
    readonly uniqueId: number;
    readonly maxWindowSize: number;
    readonly timeoutMs: number;
  }): void {
    this.#find(message.streamId)?.report.activate(message.uniqueId, message.maxWindowSize, message.timeoutMs);
  }

  [Symbol.dispose](): void {
    this.destroyAll();
  }

  /** A decoder may want more before it gives anything: the channel waits for it only so long. */
  #within(done: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#host.later(longestHoldMs, resolve);
      void done.then(() => {
        cancel();
        resolve();
      });
    });
  }

  #find(streamId: number): Stream | null {
    const stream = this.#streams.get(streamId);
    if (stream !== undefined) return stream;
    this.#refuse(streamId);
    return null;
  }

  /** Tells the server that this stream is not shown (spice.proto, stream_report). */
  #refuse(streamId: number): void {
    if (!this.#sender.serverHas(DISPLAY_CAP.streamReport)) return;
    const body = new ByteWriter(32)
      .u32(streamId)
      .u32(0)
      .u32(0)
      .u32(0)
      .u32(0)
      .u32(0xffffffff)
      .i32(0)
      .u32(0).bytes;
    this.#sender.send(DISPLAY_OUT.streamReport, body);
  }

  #decoded(stream: Stream, pixels: Pixels, at: Rect, time: number): void {
    if (stream.closed) return;
    if (!stream.topDown) flipRows(pixels);
    const raster: Raster = {
      width: pixels.width,
      height: pixels.height,
      data: pixels.data,
      format: 'x8r8g8b8',
      blankTop: true,
    };
    stream.waiting.push({ raster, at, time });
    if (stream.waiting.length > mostWaiting) {
      stream.waiting.shift();
      this.#statistics.skipVideo(1);
    }
    this.#showDue(stream);
  }

  /** Shows the latest picture that is due, passing over older ones, and comes back for the next. */
  #showDue(stream: Stream): void {
    stream.cancel?.();
    stream.cancel = null;
    const now = this.#host.multiMediaTime();
    let due: Waiting | null = null;
    for (;;) {
      const first = stream.waiting[0];
      if (first === undefined) break;
      const wait = (first.time - now) | 0;
      if (wait > 0 && wait <= longestWaitMs) {
        stream.cancel = this.#host.later(wait, () => this.#showDue(stream));
        break;
      }
      if (due !== null) this.#statistics.skipVideo(1);
      due = first;
      stream.waiting.shift();
    }
    if (due === null) return;
    // When it is due is when it counts as come: the wait before was wanted.
    this.#statistics.begin();
    this.#statistics.countVideo(stream.codec, due.raster.width, due.raster.height);
    putImage(stream.surface, { box: due.at, clip: stream.clip }, due.raster);
    this.#changed(stream.surface, due.at);
  }
}

/** Refuses a clip list now, while a message is handled, and not when a picture is shown. */
function checkClip({ width, height }: Surface, clip: Clip): void {
  clipRegion({ left: 0, top: 0, right: width, bottom: height }, clip, width, height);
}
