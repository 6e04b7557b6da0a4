// QUIC: what SPICE made of SFALIC. A stream of 32-bit little-endian words, read from the top bit down: "QUIC", version 0, kind,
// width, height, then the rows. A sample is predicted from the one at its left and the one above, the difference is folded to
// 0, 1, -1, 2, -2 … and written in the Golomb-Rice code that was best lately after such a neighbour. Where the row above and the
// last two pixels stood still, a run length is written instead.
//
// Every index below is in range by construction (a row's columns, a byte's values), so the reads are not checked again; the
// reader hands out zeros behind the end and every row asks afterwards whether it did.
import { checkImageSize, checkTarget, maxImageSide, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { type CodeFamily, eightBitFamily, fiveBitFamily, Model, Pace, runOrders } from './quic-model.ts';

const where = 'quic';
export const quicMagic = 0x43495551;
export const quicHeaderBytes = 20;
/** By number on the wire. */
export const quicKinds = [null, 'gray', 'rgb16', 'rgb24', 'rgb32', 'rgba'] as const;
export type QuicKind = Exclude<(typeof quicKinds)[number], null>;

export interface QuicHeader {
  readonly kind: QuicKind;
  readonly width: number;
  readonly height: number;
}

/** Reads the size; throws when it is out of bounds or more than so few bytes can hold. */
export function readQuicHeader(source: Uint8Array): QuicHeader {
  if (source.length < quicHeaderBytes) throw new ProtocolError(where, 'the data end before the header does');
  const view = new DataView(source.buffer, source.byteOffset, quicHeaderBytes);
  const magic = view.getUint32(0, true);
  const version = view.getUint32(4, true);
  if (magic !== quicMagic || version !== 0) throw new ProtocolError(where, 'the data are not QUIC version 0');
  const kind = quicKinds[view.getUint32(8, true)];
  if (kind === null || kind === undefined) {
    throw new ProtocolError(where, `there is no image kind ${view.getUint32(8, true)}`);
  }
  const width = view.getUint32(12, true);
  const height = view.getUint32(16, true);
  checkImageSize(where, width, height);
  // The first pixel of every row takes a bit a channel at the least, and a run cannot begin before the third.
  if (height * Math.min(width, 3) > source.length * 8) {
    throw new ProtocolError(where, `${source.length} bytes cannot hold ${width} × ${height} pixels`);
  }
  return { kind, width, height };
}

/** Decodes into the target, whose size must be the header's. Without an alpha channel the pixels are opaque. */
export function decodeQuic(source: Uint8Array, target: Pixels): void {
  const { kind, width, height } = readQuicHeader(source);
  checkTarget(where, width, height, target);
  begin(kind === 'rgb16' ? fiveBitFamily : eightBitFamily);
  skip(source, 16);
  skip(source, 16);
  const cells = signedWords(target);
  const end = source.length & ~3;
  for (let row = 0; row < height; row++) {
    if (kind !== 'gray') colourRow(source, cells, row * width, width);
    if (kind === 'gray' || kind === 'rgba') plane(source, cells, row * width, width, kind);
    if ((reader[AT] as number) > end)
      throw new ProtocolError(where, `the data end in row ${row} of ${height}`);
  }
  if (kind === 'rgb16') widenFiveBits(cells);
}

// Places in the bit reader's state.
const BITS = 0; // the next 32 bits of the stream
const AHEAD = 1; // what was read beyond them, from the top bit down
const LEFT = 2; // how many bits there are in AHEAD
const AT = 3; // where the next word is in the source

const opaque = 0xff000000 | 0;
/** A longer run is left to the engine's own loop. */
const longFill = 24;

// The state is the module's: V8 then knows the tables' places and lengths, which saves half of the work of every access.
const reader = new Int32Array(4);
const model = new Model();
const codes = model.codes;
const colourPace = new Pace();
const planePace = new Pace();
/** The family's escapes by code: lengths, then bases, then masks. */
const escapes = new Uint8Array(24);
const BASE = 8;
const MASK = 16;
/** The folded differences of the row, three channels in a word; entry 0 stands for the pixel before the row. */
const contexts = new Int32Array(maxImageSide + 1);
/** The same for the single channel of gray and alpha. */
const planeContexts = new Uint8Array(maxImageSide + 1);
/** The single channel's rows: of the even rows, and of the odd ones. */
const evenPlane = new Uint8Array(maxImageSide);
const oddPlane = new Uint8Array(maxImageSide);

function begin(family: CodeFamily): void {
  model.reset(family);
  colourPace.reset();
  planePace.reset();
  escapes.set(family.escapeLength);
  escapes.set(family.escapeBase, BASE);
  escapes.set(family.escapeMask, MASK);
  contexts.fill(0, 0, 2);
  planeContexts.fill(0, 0, 2);
  reader.fill(0);
  reader[AT] = quicHeaderBytes;
}

/** Drops 1 to 31 bits. */
function skip(source: Uint8Array, bits: number): void {
  const ahead = reader[AHEAD] as number;
  reader[BITS] = ((reader[BITS] as number) << bits) | (ahead >>> (32 - bits));
  reader[AHEAD] = ahead << bits;
  const left = (reader[LEFT] as number) - bits;
  reader[LEFT] = left;
  if (left < 0) {
    const at = reader[AT] as number;
    const word = wordAt(source, at);
    reader[AT] = at + 4;
    reader[BITS] = (reader[BITS] as number) | (word >>> (32 + left));
    reader[AHEAD] = word << -left;
    reader[LEFT] = 32 + left;
  }
}

/** One sample in the code of its context (channel × 256 + the sample before). */
function sample(source: Uint8Array, context: number): number {
  const packed = codes[context & 1023] as number;
  const code = packed & 7;
  const bits = reader[BITS] as number;
  const zeros = Math.clz32(bits);
  if (zeros < packed >>> 3) {
    skip(source, zeros + code + 1);
    return ((zeros - 1) << code) + (bits >>> (31 - zeros - code));
  }
  const length = escapes[code] as number;
  skip(source, length);
  const beyond = (bits >>> (32 - length)) & (escapes[code + MASK] as number);
  return ((escapes[code + BASE] as number) + beyond) & model.family.sampleMask;
}

/** The folded differences of a pixel after the one with these. */
function threeSamples(source: Uint8Array, before: number): number {
  const red = sample(source, before & 255);
  const green = sample(source, 256 + ((before >>> 8) & 255));
  const blue = sample(source, 512 + ((before >>> 16) & 255));
  return red | (green << 8) | (blue << 16);
}

/** A run's length; never more than `most`, or it throws. */
function readRun(source: Uint8Array, pace: Pace, most: number): number {
  let length = 0;
  for (;;) {
    const ones = Math.min(8, Math.clz32(~(reader[BITS] as number)));
    for (let one = 0; one < ones; one++) {
      length += 1 << (runOrders[pace.runState] as number);
      if (pace.runState < 31) pace.runState++;
    }
    if (length > most) throw new ProtocolError(where, 'a run goes beyond its row');
    if (ones < 8) {
      skip(source, ones + 1);
      break;
    }
    skip(source, 8);
  }
  const order = runOrders[pace.runState] as number;
  if (order > 0) {
    length += (reader[BITS] as number) >>> (32 - order);
    skip(source, order);
  }
  if (pace.runState > 0) pace.runState--;
  if (length > most) throw new ProtocolError(where, 'a run goes beyond its row');
  return length;
}

function colourRow(source: Uint8Array, cells: Int32Array, at: number, width: number): void {
  contexts[0] = contexts[1] as number;
  for (let from = 0; from < width; ) {
    const end = colourPace.segmentEnd(from, width);
    let column = from;
    if (column === 0) {
      firstColour(source, cells, at, width);
      column = 1;
    }
    if (column < end) {
      if (at === 0) topColours(source, cells, column, end);
      else colours(source, cells, at, at - width, column, end);
    }
    from = end;
  }
}

function updateColours(column: number): void {
  const before = contexts[column] as number;
  const now = contexts[column + 1] as number;
  const halveAt = colourPace.halvingAt;
  model.update(0, before & 255, now & 255, halveAt);
  model.update(1, (before >>> 8) & 255, (now >>> 8) & 255, halveAt);
  model.update(2, (before >>> 16) & 255, (now >>> 16) & 255, halveAt);
}

/** The three channels of one pixel, predicted by `prediction`. */
function colour(source: Uint8Array, column: number, prediction: number): number {
  const folded = threeSamples(source, contexts[column] as number);
  contexts[column + 1] = folded;
  return opaque | (addUnfolded(prediction, folded) & Math.imul(model.family.sampleMask, 0x010101));
}

/** The first pixel of a row is predicted by the one above alone. */
function firstColour(source: Uint8Array, cells: Int32Array, at: number, width: number): void {
  cells[at] = colour(source, 0, at === 0 ? 0 : (cells[at - width] as number));
  if (colourPace.wait > 0) {
    colourPace.wait--;
  } else {
    colourPace.wait = colourPace.drawWait();
    updateColours(0);
  }
}

/** The first row is predicted by the left neighbour alone and has no runs. */
function topColours(source: Uint8Array, cells: Int32Array, from: number, end: number): void {
  let update = from + colourPace.wait;
  for (let column = from; column < end; column++) {
    cells[column] = colour(source, column, cells[column - 1] as number);
    if (column === update) {
      updateColours(column);
      update = column + 1 + colourPace.drawWait();
    }
  }
  colourPace.wait = update - end;
}

/**
 * The part of a row between two columns: nearly all of the time is spent here. The inner loop is `colour` with the bit reader in
 * local variables, three samples written out, and the arithmetic of the three channels done in one word. Nothing is called in it,
 * so that what V8 has checked of the arrays stays checked; what needs a call is done between its rounds.
 */
function colours(
  source: Uint8Array,
  cells: Int32Array,
  at: number,
  above: number,
  from: number,
  end: number,
): void {
  const colourMask = Math.imul(model.family.sampleMask, 0x010101);
  let column = from | 0;
  let update = (column + colourPace.wait) | 0;
  let runAt = 0;
  while (column < end) {
    let bits = reader[BITS] as number;
    let ahead = reader[AHEAD] as number;
    let leftOver = reader[LEFT] as number;
    let next = reader[AT] as number;
    let left = (cells[at + column - 1] as number) & 0xffffff;
    let beforeLeft = column > 2 ? (cells[at + column - 2] as number) & 0xffffff : -1;
    let aboveLeft = (cells[above + column - 1] as number) & 0xffffff;
    let folded = contexts[column] as number;
    const stop = Math.min(end, update + 1) | 0;
    let run = false;
    let long = false;

    while (column < stop) {
      const up = (cells[above + column] as number) & 0xffffff;
      if (up === aboveLeft && left === beforeLeft && runAt !== column) {
        run = true;
        break;
      }

      // All three samples out of the same 32 bits: a codeword that does not end within them is read as a longer one.
      let packed = codes[folded & 255] as number;
      let code = packed & 7;
      let zeros = Math.clz32(bits);
      let length = zeros + code + 1;
      let red = (((zeros - 1) << code) + (bits >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = escapes[code] as number;
        red =
          (escapes[code + BASE] as number) + ((bits >>> (32 - length)) & (escapes[code + MASK] as number));
      }
      let total = length;
      let rest = bits << length;

      packed = codes[256 + ((folded >>> 8) & 255)] as number;
      code = packed & 7;
      zeros = Math.clz32(rest);
      length = zeros + code + 1;
      let green = (((zeros - 1) << code) + (rest >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = escapes[code] as number;
        green =
          (escapes[code + BASE] as number) + ((rest >>> (32 - length)) & (escapes[code + MASK] as number));
      }
      total += length;
      rest <<= length;

      packed = codes[512 + ((folded >>> 16) & 255)] as number;
      code = packed & 7;
      zeros = Math.clz32(rest);
      length = zeros + code + 1;
      let blue = (((zeros - 1) << code) + (rest >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = escapes[code] as number;
        blue =
          (escapes[code + BASE] as number) + ((rest >>> (32 - length)) & (escapes[code + MASK] as number));
      }
      total += length;
      if (total > 31) {
        long = true;
        break;
      }

      folded = (red | (green << 8) | (blue << 16)) & colourMask;
      contexts[column + 1] = folded;
      bits = (bits << total) | (ahead >>> (32 - total));
      ahead <<= total;
      leftOver -= total;
      if (leftOver < 0) {
        let word = 0;
        if (next + 3 < source.length) {
          word =
            (source[next] as number) |
            ((source[next + 1] as number) << 8) |
            ((source[next + 2] as number) << 16) |
            ((source[next + 3] as number) << 24);
        }
        next += 4;
        ahead = word << -leftOver;
        leftOver += 32;
        bits |= word >>> leftOver;
      }

      beforeLeft = column > 1 ? left : -1;
      const sum = (left & up) + (((left ^ up) & 0xfefefe) >>> 1);
      // addUnfolded, by hand.
      const signs = folded & 0x010101;
      const differences = ((folded >>> 1) & 0x7f7f7f) ^ ((signs << 8) - signs);
      left = (((sum & 0x7f7f7f) + (differences & 0x7f7f7f)) ^ ((sum ^ differences) & 0x808080)) & colourMask;
      cells[at + column] = left | opaque;
      aboveLeft = up;
      column = (column + 1) | 0;
    }

    reader[BITS] = bits;
    reader[AHEAD] = ahead;
    reader[LEFT] = leftOver;
    reader[AT] = next;
    if (run) {
      runAt = column;
      // What a call answers is an object to V8 until it is told otherwise, and then so is all that it is added to.
      const length = readRun(source, colourPace, end - column) | 0;
      const same = left | opaque;
      if (length > longFill) cells.fill(same, at + column, at + column + length);
      else for (let cell = at + column, last = cell + length; cell < last; cell++) cells[cell] = same;
      // The wait for the next update stands still during a run.
      update = (update + length) | 0;
      column = (column + length) | 0;
      continue;
    }
    if (long) {
      const up = (cells[above + column] as number) & 0xffffff;
      cells[at + column] = colour(source, column, (left & up) + (((left ^ up) & 0xfefefe) >>> 1));
      column++;
    }
    if (column === update + 1) {
      updateColours(update);
      update = (column + colourPace.drawWait()) | 0;
    }
  }
  colourPace.wait = update - end;
}

/** A row of the single channel, and what becomes of it in the pixels. */
function plane(
  source: Uint8Array,
  cells: Int32Array,
  at: number,
  width: number,
  kind: 'gray' | 'rgba',
): void {
  const odd = (at / width) & 1;
  const row = odd === 1 ? oddPlane : evenPlane;
  const above = odd === 1 ? evenPlane : oddPlane;
  const channel = kind === 'gray' ? 0 : 768;
  planeContexts[0] = planeContexts[1] as number;
  for (let from = 0; from < width; ) {
    const end = planePace.segmentEnd(from, width);
    let column = from;
    if (column === 0) {
      const folded = sample(source, channel + (planeContexts[0] as number));
      planeContexts[1] = folded;
      row[0] = addUnfolded(at === 0 ? 0 : (above[0] as number), folded);
      if (planePace.wait > 0) {
        planePace.wait--;
      } else {
        planePace.wait = planePace.drawWait();
        model.update(channel >> 8, planeContexts[0] as number, folded, planePace.halvingAt);
      }
      column = 1;
    }
    if (column < end) {
      if (at === 0) topPlane(source, row, channel, column, end);
      else planeSegment(source, row, above, channel, column, end);
    }
    from = end;
  }
  if (kind === 'gray') {
    for (let column = 0; column < width; column++) {
      cells[at + column] = opaque | Math.imul(row[column] as number, 0x010101);
    }
  } else {
    for (let column = 0; column < width; column++) {
      cells[at + column] = ((cells[at + column] as number) & 0xffffff) | ((row[column] as number) << 24);
    }
  }
}

function topPlane(source: Uint8Array, row: Uint8Array, channel: number, from: number, end: number): void {
  let update = from + planePace.wait;
  for (let column = from; column < end; column++) {
    const before = planeContexts[column] as number;
    const folded = sample(source, channel + before);
    planeContexts[column + 1] = folded;
    row[column] = addUnfolded(row[column - 1] as number, folded);
    if (column === update) {
      model.update(channel >> 8, before, folded, planePace.halvingAt);
      update = column + 1 + planePace.drawWait();
    }
  }
  planePace.wait = update - end;
}

/** As `colours`, for one channel. */
function planeSegment(
  source: Uint8Array,
  row: Uint8Array,
  above: Uint8Array,
  channel: number,
  from: number,
  end: number,
): void {
  let column = from | 0;
  let update = (column + planePace.wait) | 0;
  let runAt = 0;
  while (column < end) {
    let bits = reader[BITS] as number;
    let ahead = reader[AHEAD] as number;
    let leftOver = reader[LEFT] as number;
    let next = reader[AT] as number;
    let left = row[column - 1] as number;
    let beforeLeft = column > 2 ? (row[column - 2] as number) : -1;
    let aboveLeft = above[column - 1] as number;
    let folded = planeContexts[column] as number;
    const stop = Math.min(end, update + 1) | 0;
    let run = false;

    while (column < stop) {
      const up = above[column] as number;
      if (up === aboveLeft && left === beforeLeft && runAt !== column) {
        run = true;
        break;
      }
      const packed = codes[(channel + folded) & 1023] as number;
      const code = packed & 7;
      const zeros = Math.clz32(bits);
      let length = zeros + code + 1;
      folded = (((zeros - 1) << code) + (bits >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = escapes[code] as number;
        const beyond = (bits >>> (32 - length)) & (escapes[code + MASK] as number);
        folded = ((escapes[code + BASE] as number) + beyond) & 255;
      }
      planeContexts[column + 1] = folded;
      bits = (bits << length) | (ahead >>> (32 - length));
      ahead <<= length;
      leftOver -= length;
      if (leftOver < 0) {
        let word = 0;
        if (next + 3 < source.length) {
          word =
            (source[next] as number) |
            ((source[next + 1] as number) << 8) |
            ((source[next + 2] as number) << 16) |
            ((source[next + 3] as number) << 24);
        }
        next += 4;
        ahead = word << -leftOver;
        leftOver += 32;
        bits |= word >>> leftOver;
      }
      beforeLeft = column > 1 ? left : -1;
      aboveLeft = up;
      left = (((left + up) >>> 1) + ((folded >>> 1) ^ -(folded & 1))) & 255;
      row[column] = left;
      column = (column + 1) | 0;
    }

    reader[BITS] = bits;
    reader[AHEAD] = ahead;
    reader[LEFT] = leftOver;
    reader[AT] = next;
    if (run) {
      runAt = column;
      const length = readRun(source, planePace, end - column) | 0;
      if (length > longFill) row.fill(left, column, column + length);
      else for (let cell = column, last = cell + length; cell < last; cell++) row[cell] = left;
      update = (update + length) | 0;
      column = (column + length) | 0;
      continue;
    }
    if (column === update + 1) {
      model.update(
        channel >> 8,
        planeContexts[update] as number,
        planeContexts[update + 1] as number,
        planePace.halvingAt,
      );
      update = (column + planePace.drawWait()) | 0;
    }
  }
  planePace.wait = update - end;
}

/** A little-endian word; zero behind the end. */
function wordAt(source: Uint8Array, at: number): number {
  if (at + 3 >= source.length) return 0;
  return (
    (source[at] as number) |
    ((source[at + 1] as number) << 8) |
    ((source[at + 2] as number) << 16) |
    ((source[at + 3] as number) << 24)
  );
}

/** Adds folded differences to three channels at once, each modulo 256. */
function addUnfolded(channels: number, folded: number): number {
  const signs = folded & 0x010101;
  const differences = ((folded >>> 1) & 0x7f7f7f) ^ ((signs << 8) - signs);
  return ((channels & 0x7f7f7f) + (differences & 0x7f7f7f)) ^ ((channels ^ differences) & 0x808080);
}

/** Spreads three channels of 5 bits to 8 in place. */
function widenFiveBits(cells: Int32Array): void {
  for (let index = 0; index < cells.length; index++) {
    const cell = (cells[index] as number) & 0x1f1f1f;
    cells[index] = opaque | (cell << 3) | ((cell >>> 2) & 0x070707);
  }
}
