import type { Region } from '../canvas/region.ts';
import type { Surface } from '../canvas/surface.ts';
import type { ChannelSender } from '../link/channel.ts';
import { STREAM_FLAG, VIDEO_CODEC, type VideoCodec } from '../protocol/constants.ts';
import type { Clip, Rect } from '../protocol/geometry.ts';
import { flipRows, maxImagePixels, type Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import type { DisplayStatistics } from './display-statistics.ts';
import { refuseStream, StreamReport } from './stream-report.ts';
import { type PictureSize, type StreamCreate, type StreamData, sizeOf } from './video-messages.ts';
import { drawPicture, pixelsToCome, streamRegion, takesPicture } from './video-picture.ts';

/** Decodes one stream's pictures, in the order given. Rows come from the top. */
export interface VideoDecoder {
  /** The size of the picture to come, where the data tell it before they are decoded. Throws for what is no picture. */
  sizeOf?(data: Uint8Array): PictureSize;
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

/** Each holds a decoder. spice-server has 50 at most (NUM_STREAMS). */
const mostStreams = 64;
/** Pictures of one stream that may wait for their time; of more, the oldest is shown before its time. */
const mostWaiting = 16;
/** Pixels that may be in decoders and wait, of all streams of a channel together: as many as one image may have, 256 MiB. */
const mostHeld = maxImagePixels;
/** Pictures of one stream that may be in the decoder before the channel is held back. */
const mostDecoding = 4;
/** How long a decoder may hold the channel back, unless it has this many pictures in it. */
const longestHoldMs = 100;
const mostUndecoded = 32;
/** No picture waits longer than this: the two clocks then have nothing to do with each other. */
const longestWaitMs = 2000;

interface Waiting {
  readonly pixels: Pixels;
  readonly at: Rect;
  readonly time: number;
}

interface Stream {
  readonly id: number;
  readonly codec: VideoCodec;
  readonly surface: Surface;
  readonly announced: PictureSize;
  readonly destination: Rect;
  readonly topDown: boolean;
  readonly decoder: VideoDecoder;
  readonly report: StreamReport;
  region: Region;
  readonly waiting: Waiting[];
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
  /** Pixels in decoders, as far as known, and waiting. */
  #held = 0;

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
    const region = streamRegion(surface, message.clip);
    const codec = this.#host.codecs.find((name) => VIDEO_CODEC[name] === message.codec);
    if (codec === undefined) {
      refuseStream(streamId, this.#sender);
      return;
    }
    this.#streams.set(streamId, {
      id: streamId,
      codec,
      surface,
      announced: message.stream,
      destination: message.destination,
      topDown: (message.flags & STREAM_FLAG.topDown) !== 0,
      decoder: this.#host.open(codec, message.stream.width, message.stream.height),
      report: new StreamReport(streamId, this.#sender),
      region,
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
    const { multiMediaTime: time } = message;
    const margin = (time - this.#host.multiMediaTime()) | 0;
    stream.report.frame(time, margin, performance.now());
    const announced = sizeOf(message, stream.announced);
    const coming = pixelsToCome(stream, announced, message.data);
    if (coming === null) {
      this.#fail(stream);
      return undefined;
    }
    stream.decoding += 1;
    this.#held += coming;
    this.#makeRoom();
    // The message's bytes are the connection's; the decoder may read them later.
    const done = stream.decoder.decode(message.data.slice(), time).then(
      (pixels) => {
        stream.decoding -= 1;
        this.#held -= coming;
        if (pixels === null || stream.closed) return;
        if (takesPicture(stream.surface, announced, pixels)) {
          this.#decoded(stream, pixels, destination ?? stream.destination, time);
        } else this.#fail(stream);
      },
      () => {
        stream.decoding -= 1;
        this.#held -= coming;
        this.#fail(stream);
      },
    );
    if (this.#held > mostHeld) return done;
    if (stream.decoding < mostDecoding) return undefined;
    return stream.decoding < mostUndecoded ? this.#within(done) : done;
  }

  clip(streamId: number, clip: Clip): void {
    const stream = this.#find(streamId);
    if (stream !== null) stream.region = streamRegion(stream.surface, clip);
  }

  destroy(streamId: number): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    this.#streams.delete(streamId);
    stream.closed = true;
    while (this.#takeFirst(stream) !== null);
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
    refuseStream(streamId, this.#sender);
    return null;
  }

  /** A picture that cannot be decoded ends the stream, not the session: the server goes on with images. */
  #fail(stream: Stream): void {
    this.#statistics.skipVideo(1);
    if (stream.closed) return;
    this.destroy(stream.id);
    refuseStream(stream.id, this.#sender);
  }

  #decoded(stream: Stream, pixels: Pixels, at: Rect, time: number): void {
    if (!stream.topDown) flipRows(pixels);
    stream.waiting.push({ pixels, at, time });
    this.#held += pixels.width * pixels.height;
    if (stream.waiting.length > mostWaiting) this.#showFirst(stream);
    this.#makeRoom();
    this.#showDue(stream);
  }

  /** Shows what is due first before its time, until no more is held than may be. Passing over it instead could show nothing at all. */
  #makeRoom(): void {
    while (this.#held > mostHeld) {
      const now = this.#host.multiMediaTime();
      let next: Stream | null = null;
      let soonest = 0;
      for (const stream of this.#streams.values()) {
        const first = stream.waiting[0];
        if (first === undefined) continue;
        const wait = (first.time - now) | 0;
        if (next !== null && wait >= soonest) continue;
        next = stream;
        soonest = wait;
      }
      if (next === null) return;
      this.#showFirst(next);
    }
  }

  #showFirst(stream: Stream): void {
    const first = this.#takeFirst(stream);
    if (first !== null) this.#show(stream, first);
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
      due = this.#takeFirst(stream);
    }
    if (due !== null) this.#show(stream, due);
  }

  #takeFirst(stream: Stream): Waiting | null {
    const first = stream.waiting.shift();
    if (first === undefined) return null;
    this.#held -= first.pixels.width * first.pixels.height;
    return first;
  }

  #show(stream: Stream, { pixels, at }: Waiting): void {
    // When it is due is when it counts as come: the wait before was wanted.
    this.#statistics.begin();
    this.#statistics.countVideo(stream.codec, pixels.width, pixels.height);
    drawPicture(stream.surface, stream.region, at, pixels);
    this.#changed(stream.surface, at);
  }
}
