import type { VideoDecoder as StreamDecoder } from '../../../../spice/channels/video-streams.ts';
import type { VideoCodec } from '../../../../spice/protocol/constants.ts';
import type { Pixels } from '../../../../spice/protocol/pixels.ts';
import { isKeyPicture } from './video-chunks.ts';

type WebCodec = Exclude<VideoCodec, 'mjpeg'>;

/** Codec strings as WebCodecs wants them. Profiles and levels are a hint: decoders go by the stream itself. */
const names: Readonly<Record<WebCodec, string>> = {
  vp8: 'vp8',
  vp9: 'vp09.00.10.08',
  h264: 'avc1.42E01F',
  h265: 'hev1.1.6.L93.B0',
};

/** GStreamer, which encodes for spice-server, takes pictures of more rows for high definition where nothing else is said. */
const STANDARD_ROWS = 576;

/** Which of these codecs the engine decodes, in the order given. */
export async function supported(wanted: readonly WebCodec[]): Promise<WebCodec[]> {
  if (typeof VideoDecoder === 'undefined') return [];
  const answers = await Promise.all(
    wanted.map((codec) =>
      VideoDecoder.isConfigSupported(configOf(codec, 640, 480)).then(
        ({ supported }) => supported === true,
        () => false,
      ),
    ),
  );
  return wanted.filter((_, index) => answers[index]);
}

function configOf(codec: WebCodec, width: number, height: number): VideoDecoderConfig {
  const standard = height <= STANDARD_ROWS;
  return {
    codec: names[codec],
    codedWidth: width,
    codedHeight: height,
    optimizeForLatency: true,
    // Used for streams that do not say it themselves, as none of VP8 can.
    colorSpace: {
      fullRange: false,
      matrix: standard ? 'smpte170m' : 'bt709',
      primaries: standard ? 'smpte170m' : 'bt709',
      // The same as that of the canvas: the guest's pixels went into the encoder as they were.
      transfer: 'iec61966-2-1',
    },
  };
}

interface Asked {
  readonly timestamp: number;
  resolve(pixels: Promise<Pixels> | null): void;
  reject(error: unknown): void;
}

/** One stream, decoded by the browser. Pictures come out in the order they went in. */
export function openWebCodec(codec: WebCodec, width: number, height: number): StreamDecoder {
  let asked: Asked[] = [];
  let count = 0;
  let last: Promise<unknown> = Promise.resolve();
  const failAll = (error: unknown): void => {
    const waiting = asked;
    asked = [];
    for (const { reject } of waiting) reject(error);
  };
  const decoder = new VideoDecoder({
    output: (frame) => {
      const at = asked.findIndex(({ timestamp }) => timestamp === frame.timestamp);
      if (at < 0) {
        frame.close();
        return;
      }
      // Those before it were not meant to be shown.
      const [shown, ...passed] = asked.splice(0, at + 1).reverse();
      for (const { resolve } of passed) resolve(null);
      const pixels = pixelsOf(frame);
      const inOrder = last.then(() => pixels);
      last = inOrder.catch(() => undefined);
      shown?.resolve(inOrder);
    },
    error: failAll,
  });
  decoder.configure(configOf(codec, width, height));
  return {
    decode: (data) =>
      new Promise((resolve, reject) => {
        // The picture's own time may stand still; this one must not.
        count += 1;
        const timestamp = count * 1000;
        const type = isKeyPicture(codec, data) ? 'key' : 'delta';
        // Throws when the decoder has failed before, which is a rejection here.
        decoder.decode(new EncodedVideoChunk({ type, timestamp, data: data as Uint8Array<ArrayBuffer> }));
        asked.push({ timestamp, resolve, reject });
      }),
    close: () => {
      if (decoder.state !== 'closed') decoder.close();
      failAll(new Error('the stream has ended'));
    },
  };
}

async function pixelsOf(frame: VideoFrame): Promise<Pixels> {
  try {
    const { width, height } = frame.visibleRect ?? { width: frame.codedWidth, height: frame.codedHeight };
    const data = new Uint32Array(width * height);
    await frame.copyTo(data, { format: 'RGBA', colorSpace: 'srgb' });
    return { width, height, data };
  } finally {
    frame.close();
  }
}
