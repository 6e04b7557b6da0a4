import type { VideoCodec } from '../../../../spice/protocol/constants.ts';

/** Whether a picture stands for itself; a decoder must be told, and has to begin with one. */
export function isKeyPicture(codec: VideoCodec, data: Uint8Array): boolean {
  const first = data[0] ?? 0;
  switch (codec) {
    case 'mjpeg':
      return true;
    case 'vp8':
      // RFC 6386 §9.1: frame type, 0 for a key frame.
      return (first & 1) === 0;
    case 'vp9':
      return isVp9Key(first);
    case 'h264':
      // ITU-T H.264 table 7-1: a coded slice of an IDR picture.
      return hasUnit(data, (header) => (header & 31) === 5);
    case 'h265':
      // ITU-T H.265 table 7-1: BLA, IDR and CRA pictures.
      return hasUnit(data, (header) => ((header >> 1) & 63) >= 16 && ((header >> 1) & 63) <= 21);
  }
}

/** VP9 bitstream specification §6.2: frame marker (2 bits), profile (2, one more for profile 3), show existing frame, frame type. */
function isVp9Key(first: number): boolean {
  const profile = ((first >> 5) & 1) | ((first >> 3) & 2);
  const at = profile === 3 ? 2 : 3;
  const showsExisting = ((first >> at) & 1) === 1;
  return !showsExisting && ((first >> (at - 1)) & 1) === 0;
}

/** H.264 and H.265 annex B: each unit comes after the bytes 0 0 1. */
function hasUnit(data: Uint8Array, wanted: (header: number) => boolean): boolean {
  for (let at = data.indexOf(1); at >= 0; at = data.indexOf(1, at + 1)) {
    const header = data[at + 1];
    if (at >= 2 && data[at - 1] === 0 && data[at - 2] === 0 && header !== undefined && wanted(header)) {
      return true;
    }
  }
  return false;
}
