// GLZ: LZ whose matches may also lie in earlier images of the session. Big-endian header: "  ZL", version 1.1, a byte with the
// kind (low four bits) and top down (bit 4), width, height, bytes a row, the image's id (64 bits), how far back the window begins.
// Literal runs are LZ's. A match has the length as LZ has it, then a place of 12, 17 or 25 bits and how many images back:
//   control: length (3) | long place (1) | place (4)      further length bytes      place (8)
//   short place: image bytes (2) | images back (6)        then up to three more bytes of images back, low first
//   long place:  image bytes (2) | longer (1) | place (5) then the images back, low byte first, then place (8) if longer
// Within the image the place is a distance, less one; in another it is counted from that image's start.
import { checkImageSize, checkTarget, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { widen555 } from './bitmap.ts';
import type { GlzWindow } from './glz-window.ts';
import { expandsBeyond, lzKinds, lzMagic, lzVersion, repeatWords } from './lz.ts';

const where = 'glz';
export const glzHeaderBytes = 33;
const opaque = 0xff000000 | 0;

export interface GlzHeader {
  readonly kind: 'rgb16' | 'rgb24' | 'rgb32' | 'rgba';
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly id: number;
  /** How many ids before this one the server's window begins. */
  readonly reach: number;
}

/** Reads the size; throws when it is out of bounds or more than so few bytes can hold. Palette kinds do not exist in GLZ. */
export function readGlzHeader(source: Uint8Array): GlzHeader {
  if (source.length < glzHeaderBytes) throw new ProtocolError(where, 'the data end before the header does');
  const view = new DataView(source.buffer, source.byteOffset, glzHeaderBytes);
  if (view.getUint32(0) !== lzMagic || view.getUint32(4) !== lzVersion) {
    throw new ProtocolError(where, 'the data are not GLZ version 1.1');
  }
  const kind = lzKinds[view.getUint8(8) & 15];
  if (kind !== 'rgb16' && kind !== 'rgb24' && kind !== 'rgb32' && kind !== 'rgba') {
    throw new ProtocolError(where, `there is no image kind ${view.getUint8(8) & 15}`);
  }
  const width = view.getUint32(9);
  const height = view.getUint32(13);
  checkImageSize(where, width, height);
  if (expandsBeyond(source.length, width * height)) {
    throw new ProtocolError(where, `${source.length} bytes cannot hold ${width} × ${height} pixels`);
  }
  const id = view.getUint32(21) * 2 ** 32 + view.getUint32(25);
  if (!Number.isSafeInteger(id)) throw new ProtocolError(where, 'the image has an id beyond 53 bits');
  return { kind, width, height, topDown: view.getUint8(8) > 15, id, reach: view.getUint32(29) };
}

/**
 * Decodes into the target, whose size must be the header's, and keeps the image in the window: from then on the target must not
 * be written to. Answers null; or, when it refers to an image that has not arrived yet, that image's id. Then nothing was kept,
 * and it is to be called again once the window has that image.
 */
export function decodeGlz(source: Uint8Array, target: Pixels, window: GlzWindow): number | null {
  const header = readGlzHeader(source);
  const { kind, width, height, topDown, id, reach } = header;
  checkTarget(where, width, height, target);
  const shown = signedWords(target);
  const words = topDown ? shown : new Int32Array(shown.length);
  unpacker.begin(source, header, words, window);
  if (!unpacker.unpack(kind === 'rgb16' ? 2 : 3) || (kind === 'rgba' && !unpacker.unpack(1))) {
    return unpacker.finish();
  }
  unpacker.finish();
  window.add(id, { kind, words, reach });
  if (!topDown) {
    for (let row = 0; row < height; row++) {
      shown.set(words.subarray(row * width, (row + 1) * width), (height - 1 - row) * width);
    }
  }
  return null;
}

const nothing = new Int32Array(0);
const noBytes = new Uint8Array(0);

class GlzUnpacker {
  #source: Uint8Array = noBytes;
  #at = 0;
  #id = 0;
  #kind = '';
  #words: Int32Array = nothing;
  #window: GlzWindow | null = null;
  #missing: number | null = null;
  /** The other image that was referred to last: references come in clusters. */
  #otherBack = 0;
  #other: Int32Array = nothing;

  begin(source: Uint8Array, header: GlzHeader, words: Int32Array, window: GlzWindow): void {
    this.#source = source;
    this.#at = glzHeaderBytes;
    this.#id = header.id;
    this.#kind = header.kind;
    this.#words = words;
    this.#window = window;
    this.#missing = null;
    this.#otherBack = 0;
  }

  /** Lets everything go; answers the id of the image that was missing, if any. */
  finish(): number | null {
    this.#source = noBytes;
    this.#words = nothing;
    this.#other = nothing;
    this.#window = null;
    return this.#missing;
  }

  /** One stream: colours of two or three bytes a pixel, or alpha of one. False when an image is missing. */
  unpack(pixelBytes: 1 | 2 | 3): boolean {
    const source = this.#source;
    const words = this.#words;
    const end = source.length;
    const size = words.length;
    const lengthBias = 3 - pixelBytes;
    let at = this.#at;
    let to = 0;
    while (to < size) {
      if (at >= end) throw new ProtocolError(where, 'the data end before the image does');
      const control = source[at++] as number;
      if (control < 32) {
        const stop = to + control + 1;
        if (stop > size) throw new ProtocolError(where, 'the data go beyond the image');
        if (at + (control + 1) * pixelBytes > end) {
          throw new ProtocolError(where, 'the data end before the image does');
        }
        if (pixelBytes === 3) {
          for (; to < stop; to++, at += 3) {
            words[to] =
              opaque |
              ((source[at] as number) << 16) |
              ((source[at + 1] as number) << 8) |
              (source[at + 2] as number);
          }
        } else if (pixelBytes === 2) {
          for (; to < stop; to++, at += 2) {
            words[to] = widen555(((source[at] as number) << 8) | (source[at + 1] as number));
          }
        } else {
          for (; to < stop; to++, at++) {
            words[to] = ((words[to] as number) & 0xffffff) | ((source[at] as number) << 24);
          }
        }
        continue;
      }

      let length = control >>> 5;
      if (length === 7) {
        let more = 255;
        while (more === 255 && length <= size) {
          more = at < end ? (source[at] as number) : 0;
          at++;
          length += more;
        }
      }
      length += lengthBias;
      // Two bytes at least, six more at most.
      if (at + 2 > end) throw new ProtocolError(where, 'the data end before the image does');
      let place = (control & 15) | ((source[at] as number) << 4);
      const second = source[at + 1] as number;
      at += 2;
      const backBytes = second >>> 6;
      let back = 0;
      if ((control & 16) === 0) {
        if (at + backBytes > end) throw new ProtocolError(where, 'the data end before the image does');
        back = second & 63;
        for (let shift = 6; shift < 6 + backBytes * 8; shift += 8) back |= (source[at++] as number) << shift;
      } else {
        const longer = (second >>> 5) & 1;
        if (at + backBytes + longer > end)
          throw new ProtocolError(where, 'the data end before the image does');
        place |= (second & 31) << 12;
        for (let shift = 0; shift < backBytes * 8; shift += 8) back |= (source[at++] as number) << shift;
        if (longer === 1) place |= (source[at++] as number) << 17;
      }
      if (length > size - to) throw new ProtocolError(where, 'a match goes beyond the image');

      if (back === 0) {
        const distance = place + 1;
        if (distance > to) throw new ProtocolError(where, 'a match reaches outside of the image');
        if (pixelBytes === 1) repeatAlpha(words, to, words, to - distance, length);
        else repeatWords(words, to, distance, length);
      } else {
        if (back !== this.#otherBack && !this.#lookUp(back)) return false;
        const other = this.#other;
        if (place + length > other.length)
          throw new ProtocolError(where, 'a match reaches outside of its image');
        if (pixelBytes === 1) repeatAlpha(words, to, other, place, length);
        else if (length > 512) words.set(other.subarray(place, place + length), to);
        else {
          for (let index = to, stop = to + length; index < stop; index++, place++) {
            words[index] = other[place] as number;
          }
        }
      }
      to += length;
    }
    this.#at = at;
    return true;
  }

  #lookUp(back: number): boolean {
    const id = this.#id - back;
    if (id < 0) throw new ProtocolError(where, `image ${this.#id} refers to one ${back} before it`);
    const image = this.#window?.find(id) ?? null;
    if (image === null) {
      this.#missing = id;
      return false;
    }
    if (image.kind !== this.#kind)
      throw new ProtocolError(where, `a ${this.#kind} image refers to a ${image.kind} one`);
    this.#otherBack = back;
    this.#other = image.words;
    return true;
  }
}

const unpacker = new GlzUnpacker();

function repeatAlpha(words: Int32Array, to: number, other: Int32Array, from: number, length: number): void {
  for (let index = to, ref = from, stop = to + length; index < stop; index++, ref++) {
    words[index] = ((words[index] as number) & 0xffffff) | ((other[ref] as number) & 0xff000000);
  }
}
