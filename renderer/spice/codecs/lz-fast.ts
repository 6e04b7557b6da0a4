// The loops of lz.ts for what is usual in its streams. They call nothing, so that V8 checks the views once and not in every round, and
// stop before what is long or near an end; lz.ts does that with every check. Copies are of two pixels or eight bytes at a time and may
// write some too many, which what follows overwrites.

/** Where the source is read, and how many pixels there are so far. */
export const place = new Int32Array(2);
export const IN = 0;
export const OUT = 1;

/** Bytes that unpackUsualBytes and setAlpha need behind the last one. */
export const slack = 32;
/** From these lengths on the engine's own copying is as fast, in pixels. */
const longColours = 64;
const longBytes = 128;

/** Pixels of three bytes from `input` into words of `output`, which get `spare` beside their colours. */
export function unpackUsualColours(input: DataView, output: DataView, spare: number): void {
  const end = input.byteLength;
  const last = (output.byteLength - 32) | 0;
  let at = place[IN] as number;
  let to = ((place[OUT] as number) * 4) | 0;
  while (((at + 6) | 0) < end) {
    const control = input.getUint8(at);
    if (control < 32) {
      const next = (at + control * 3 + 4) | 0;
      const stop = (to + control * 4 + 4) | 0;
      if (((next + 12) | 0) > end || stop > last) break;
      // A word that begins a byte before its pixel, in the order of the wire: its lower three bytes are the pixel in ours.
      for (let from = at; to < stop; to = (to + 16) | 0, from = (from + 12) | 0) {
        output.setInt32(to, spare | (input.getInt32(from) & 0xffffff), true);
        output.setInt32(to + 4, spare | (input.getInt32(from + 3) & 0xffffff), true);
        output.setInt32(to + 8, spare | (input.getInt32(from + 6) & 0xffffff), true);
        output.setInt32(to + 12, spare | (input.getInt32(from + 9) & 0xffffff), true);
      }
      at = next;
      to = stop;
      continue;
    }
    let next = (at + 1) | 0;
    let length = control >>> 5;
    if (length === 7) {
      length = (7 + input.getUint8(next)) | 0;
      next = (next + 1) | 0;
      if (length > longColours) break;
    }
    let distance = (((control & 31) << 8) + input.getUint8(next) + 1) | 0;
    next = (next + 1) | 0;
    if (distance === farDistance) {
      distance = (farDistance + input.getUint16(next)) | 0;
      next = (next + 2) | 0;
    }
    let back = (to - distance * 4) | 0;
    const stop = (to + length * 4) | 0;
    if (back < 0 || stop > last) break;
    if (distance === 1) {
      const cell = output.getInt32(back, true);
      for (; to < stop; to = (to + 16) | 0) {
        output.setInt32(to, cell, true);
        output.setInt32(to + 4, cell, true);
        output.setInt32(to + 8, cell, true);
        output.setInt32(to + 12, cell, true);
      }
    } else {
      // Most are of eight pixels at most: without a branch that nothing foretells.
      output.setBigInt64(to, output.getBigInt64(back, true), true);
      output.setBigInt64(to + 8, output.getBigInt64(back + 8, true), true);
      output.setBigInt64(to + 16, output.getBigInt64(back + 16, true), true);
      output.setBigInt64(to + 24, output.getBigInt64(back + 24, true), true);
      for (
        to = (to + 32) | 0, back = (back + 32) | 0;
        to < stop;
        to = (to + 16) | 0, back = (back + 16) | 0
      ) {
        output.setBigInt64(to, output.getBigInt64(back, true), true);
        output.setBigInt64(to + 8, output.getBigInt64(back + 8, true), true);
      }
    }
    at = next;
    to = stop;
  }
  place[IN] = at;
  place[OUT] = to >> 2;
}

/** From this distance on two more bytes tell it: what thirteen bits can say, and the bias of one. */
export const farDistance = 8191 + 1;

/** Pixels of one byte from `input` into `output`, which has room for `size` and the slack. */
export function unpackUsualBytes(input: DataView, output: DataView, size: number): void {
  const end = (input.byteLength - 33) | 0;
  let at = place[IN] as number;
  let to = place[OUT] as number;
  while (at < end && to < size) {
    const control = input.getUint8(at);
    if (control < 32) {
      const stop = (to + control + 1) | 0;
      if (stop > size) break;
      output.setBigInt64(to, input.getBigInt64(at + 1, true), true);
      if (control >= 8) {
        output.setBigInt64(to + 8, input.getBigInt64(at + 9, true), true);
        output.setBigInt64(to + 16, input.getBigInt64(at + 17, true), true);
        output.setBigInt64(to + 24, input.getBigInt64(at + 25, true), true);
      }
      at = (at + control + 2) | 0;
      to = stop;
      continue;
    }
    let next = (at + 1) | 0;
    let length = ((control >>> 5) + 2) | 0;
    if (length === 9) {
      length = (9 + input.getUint8(next)) | 0;
      next = (next + 1) | 0;
      if (length > longBytes) break;
    }
    let distance = (((control & 31) << 8) + input.getUint8(next) + 1) | 0;
    next = (next + 1) | 0;
    if (distance === farDistance) {
      distance = (farDistance + input.getUint16(next)) | 0;
      next = (next + 2) | 0;
    }
    let back = (to - distance) | 0;
    const stop = (to + length) | 0;
    if (back < 0 || stop > size) break;
    if (distance < 8) {
      for (; to < stop; to = (to + 1) | 0, back = (back + 1) | 0) output.setInt8(to, output.getInt8(back));
    } else {
      for (; to < stop; to = (to + 8) | 0, back = (back + 8) | 0)
        output.setBigInt64(to, output.getBigInt64(back, true), true);
    }
    at = next;
    to = stop;
  }
  place[IN] = at;
  place[OUT] = to;
}

/** Puts alpha into the pixels of `bytes` from `first` to `last`, four at a time; a loop for the rest would make V8's code for this one slow. */
export function setAlpha(bytes: Uint8Array, alpha: DataView, first: number, last: number): void {
  let at = (first * 4 + 3) | 0;
  for (let index = first; index < last; index = (index + 4) | 0, at = (at + 16) | 0) {
    const word = alpha.getInt32(index, true);
    bytes[at] = word;
    bytes[at + 4] = word >> 8;
    bytes[at + 8] = word >> 16;
    bytes[at + 12] = word >>> 24;
  }
}
