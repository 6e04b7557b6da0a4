import type { VideoDecoder, VideoHost } from '../../../../spice/channels/video-streams.ts';
import { readJpegSize } from '../../../../spice/codecs/jpeg-alpha.ts';
import type { VideoCodec } from '../../../../spice/protocol/constants.ts';
import type { Pixels } from '../../../../spice/protocol/pixels.ts';
import { openWebCodec, supported } from './web-codecs.ts';

/** Decodes a JPEG with the browser's own decoder. Rejects for what is not one. */
export async function decodeJpegBytes(bytes: Uint8Array): Promise<Pixels> {
  // A copy: the decoder reads later, and the message's bytes may lie in a shared buffer as far as types tell.
  const blob = new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: 'none', premultiplyAlpha: 'none' });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  });
  if (context === null) throw new Error('the browser gives no 2d context');
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, data: new Uint32Array(data.buffer) };
}

/**
 * What this engine decodes, best first: the guest runs near by, where Motion JPEG costs its host the least; the others are for hosts that
 * stream nothing else.
 */
export async function videoCodecs(): Promise<readonly VideoCodec[]> {
  return ['mjpeg', ...(await supported(['vp8', 'h264', 'vp9', 'h265']))];
}

/** Video as a browser's Worker decodes it: of `codecs`, which are from `videoCodecs`. `clock` is the server's, ms. */
export function browserVideo(codecs: readonly VideoCodec[], clock: () => number): VideoHost {
  return {
    codecs,
    open: (codec, width, height) => (codec === 'mjpeg' ? motionJpeg() : openWebCodec(codec, width, height)),
    multiMediaTime: clock,
    later: (ms, then) => {
      const timer = setTimeout(then, ms);
      return () => clearTimeout(timer);
    },
  };
}

function motionJpeg(): VideoDecoder {
  let last: Promise<unknown> = Promise.resolve();
  return {
    sizeOf: readJpegSize,
    decode: (data) => {
      const after = last;
      const decoded = decodeJpegBytes(data);
      // In the order given, whatever each takes; one that cannot be decoded does not hold up the next.
      const result = after.then(
        () => decoded,
        () => decoded,
      );
      last = result;
      return result;
    },
    close: () => {},
  };
}
