// The streams of bytes in LZ: palette images, and the alpha that follows the colours of an RGBA image.
import { ProtocolError } from '../protocol/protocol-error.ts';
import { farDistance, IN, OUT, place, setAlpha, slack, unpackUsualBytes } from './lz-fast.ts';
import { scratchBytes } from './scratch.ts';

const where = 'lz';

/** The alpha of all cells, which have the `usual` one so far: as most pictures have one alpha, there is mostly nothing to write. */
export function unpackAlpha(source: Uint8Array, from: number, cells: Int32Array, usual: number): void {
  const first = skipUsual(source, from, cells.length, usual);
  if (first === cells.length) return;
  const alpha = scratchBytes(cells.length + slack);
  alpha.fill(usual, 0, first);
  unpackBytes(source, place[IN] as number, alpha, first, cells.length);
  const bytes = new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength);
  const fours = first + ((cells.length - first) & ~3);
  setAlpha(bytes, new DataView(alpha.buffer, alpha.byteOffset, alpha.length), first, fours);
  for (let index = fours; index < cells.length; index++) bytes[index * 4 + 3] = alpha[index] as number;
}

/** Reads from the begin as long as all bytes are the `usual` one; answers how many these are, and in `place` where they end. */
function skipUsual(source: Uint8Array, from: number, size: number, usual: number): number {
  let at = from;
  let to = 0;
  while (to < size) {
    place[IN] = at;
    if (at >= source.length) break;
    const control = source[at++] as number;
    if (control >= 32) {
      at = readMatch(source, at, control, 2, to, size);
      to += match[LENGTH] as number;
      continue;
    }
    const stop = at + control + 1;
    if (stop > source.length || to + control + 1 > size) break;
    while (at < stop && source[at] === usual) at++;
    if (at < stop) break;
    to += control + 1;
  }
  return to;
}

/** Fills `bytes` from `first` to `size`, of pixels of one byte; it goes on for the slack behind that. */
export function unpackBytes(
  source: Uint8Array,
  from: number,
  bytes: Uint8Array,
  first: number,
  size: number,
): void {
  const end = source.length;
  const input = new DataView(source.buffer, source.byteOffset, end);
  const output = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = from;
  let to = first;
  while (to < size) {
    place[IN] = at;
    place[OUT] = to;
    unpackUsualBytes(input, output, size);
    at = place[IN] as number;
    to = place[OUT] as number;
    if (to >= size) return;
    if (at >= end) throw new ProtocolError(where, 'the data end before the image does');
    const control = source[at++] as number;
    if (control >= 32) {
      at = readMatch(source, at, control, 2, to, size);
      const length = match[LENGTH] as number;
      repeatBytes(bytes, to, match[DISTANCE] as number, length);
      to += length;
      continue;
    }
    const stop = to + control + 1;
    if (stop > size) throw new ProtocolError(where, 'the data go beyond the image');
    if (at + control + 1 > end) throw new ProtocolError(where, 'the data end before the image does');
    while (to < stop) bytes[to++] = source[at++] as number;
  }
}

/** What readMatch read. */
export const match = new Int32Array(2);
export const LENGTH = 0;
export const DISTANCE = 1;

/**
 * Reads the rest of a match after its control byte into `match`; it lies within the `size` pixels or bytes, of which `to` are there.
 * Answers where in the source it stopped.
 */
export function readMatch(
  source: Uint8Array,
  from: number,
  control: number,
  lengthBias: number,
  to: number,
  size: number,
): number {
  const end = source.length;
  let at = from;
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
  let distance = (control & 31) << 8;
  const low = at < end ? (source[at] as number) : 0;
  at++;
  if (low === 255 && control % 32 === 31) {
    distance = at + 1 < end ? ((source[at] as number) << 8) | (source[at + 1] as number) : 0;
    distance += farDistance;
    at += 2;
  } else {
    distance += low + 1;
  }
  if (at > end) throw new ProtocolError(where, 'the data end before the image does');
  if (distance > to || length > size - to)
    throw new ProtocolError(where, 'a match reaches outside of the image');
  match[LENGTH] = length;
  match[DISTANCE] = distance;
  return at;
}

/** Copies `length` bytes from `distance` bytes before `to`, which may overlap; for a length that is worth it. */
export function repeatBytes(bytes: Uint8Array, to: number, distance: number, length: number): void {
  const stop = to + length;
  if (distance === 1) {
    bytes.fill(bytes[to - 1] as number, to, stop);
    return;
  }
  const first = to - distance;
  for (let next = to; next < stop; ) {
    const count = Math.min(next - first, stop - next);
    bytes.copyWithin(next, first, first + count);
    next += count;
  }
}
