// QUIC: what SPICE made of SFALIC. A stream of 32-bit little-endian words, read from the top bit down: "QUIC", version 0, kind,
// width, height, then the rows. A sample is predicted from the one at its left and the one above, the difference is folded to
// 0, -1, 1, -2, 2 … and written in the Golomb-Rice code that was best lately after such a neighbour. Where the row above and the
// last two pixels stood still, a run length is written instead.
//
// Every index below is in range by construction (a row's columns, a byte's values), so the reads are not checked again; the
// reader hands out zeros behind the end and every row asks afterwards whether it did.
import { checkImageSize, checkTarget, maxImageSide, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import {
  type CodeFamily,
  codewordsPerChannel,
  eightBitFamily,
  fiveBitFamily,
  longCodeword,
  Model,
  Pace,
  runOrders,
} from './quic-model.ts';

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
  // A pixel takes a bit a channel at the least. A run takes one too, and cannot begin before the fourth.
  const channels = kind === 'gray' ? 1 : kind === 'rgba' ? 4 : 3;
  const runs = width > 3 ? (kind === 'rgba' ? 2 : 1) : 0;
  const bitsPerRow = channels * Math.min(width, 3) + runs;
  if (bitsPerRow * height > (source.length - quicHeaderBytes) * 8) {
    throw new ProtocolError(where, `${source.length} bytes cannot hold ${width} × ${height} pixels`);
  }
  return { kind, width, height };
}

/** Decodes into the target, whose size must be the header's. Without an alpha channel the pixels are opaque. */
export function decodeQuic(source: Uint8Array, target: Pixels): void {
  const { kind, width, height } = readQuicHeader(source);
  checkTarget(where, width, height, target);
  begin(kind === 'rgb16' ? fiveBitFamily : eightBitFamily);
  const cells = signedWords(target);
  const rowWords = width * longestPixelWords + 16;
  const finished = kind === 'rgba' ? MERGED : ROW;
  const finishedRow = state.subarray(finished, finished + width);
  const end = (source.length >> 2) * 32;
  let windowBit = fillWindow(source, 0, rowWords);
  for (let row = 0; row < height; row++) {
    const position = state[POSITION] as number;
    if (position > (windowWords - rowWords) * 32) {
      windowBit = fillWindow(source, windowBit / 32 + (position >>> 5), rowWords);
      state[POSITION] = position & 31;
    }
    if (kind === 'gray') {
      planeRow(row, width);
      setGray(cells, row * width, width);
    } else {
      colourRow(row, width);
      if (kind === 'rgba') planeRow(row, width);
      cells.set(finishedRow, row * width);
    }
    if (windowBit + (state[POSITION] as number) > end)
      throw new ProtocolError(where, `the data end in row ${row} of ${height}`);
  }
  if (kind === 'rgb16') widenFiveBits(cells);
}

const opaque = 0xff000000 | 0;
/** A longer run is left to the engine's own loop. */
const longFill = 24;
/** Four samples of 26 bits and two empty runs of 16 take 136 bits; what a longer run takes, it has in pixels. */
const longestPixelWords = 5;
/** For the longest row, and so much more that the window is seldom filled. */
const windowWords = (maxImageSide + 16) * (longestPixelWords + 4);
/** In the sum of three codewords: that one of them was not looked up. */
const anyLong = longCodeword * 3;

// Everything that is read or written per sample lies in one array of the module, at these offsets. V8 puts its address and its
// length into the code as numbers, but only in a function that has no loop in a loop: that is why `pixels` and `levels` are apart.
const CODEWORDS = 0;
/** The model's. */
const CODES = CODEWORDS + 4 * codewordsPerChannel;
const RUN_ORDER = CODES + 1024;
/** Which bit of the window is next. */
const POSITION = RUN_ORDER + 32;
/** The column after which the model learns next. */
const UPDATE = POSITION + 1;
/** The pixel or level two at the left, and the one above the left one, which is gone where it was. */
const BEFORE_LEFT = POSITION + 2;
const ABOVE_LEFT = POSITION + 3;
const PIXEL_MASK = POSITION + 4;
/** The colours of the last row, and the levels of its single channel; what is not decoded yet is still of the row above. */
const ROW = POSITION + 8;
const PLANE = ROW + maxImageSide;
/** The row's colours with its levels as their alpha. */
const MERGED = PLANE + maxImageSide;
/** The differences of the last row; entry 0 stands for the pixel before the row. A run leaves what was there before. */
const CONTEXT = MERGED + maxImageSide;
const PLANE_CONTEXT = CONTEXT + maxImageSide + 8;
const WINDOW = PLANE_CONTEXT + maxImageSide + 8;
const state = new Int32Array(WINDOW + windowWords);
const windowBytes = new Uint8Array(state.buffer, WINDOW * 4);
state.set(runOrders, RUN_ORDER);

/** The single channel's place in the model, alpha or gray. */
const PLANE_CHANNEL = 3;
const colourPace = new Pace();
const planePace = new Pace();
const model = new Model(state.subarray(CODES, CODES + 1024));
state.set(model.family.codewords, CODEWORDS);

/** Fills the window with the source from this word on, and with zeros for one row behind its end. Answers where it begins, in bits. */
function fillWindow(source: Uint8Array, word: number, rowWords: number): number {
  const part = source.subarray(word * 4, Math.min(source.length & ~3, (word + windowWords) * 4));
  windowBytes.set(part);
  windowBytes.fill(0, part.length, part.length + rowWords * 4);
  return word * 32;
}

function begin(next: CodeFamily): void {
  if (model.family !== next) state.set(next.codewords, CODEWORDS);
  model.reset(next);
  colourPace.reset();
  planePace.reset();
  state.fill(0, CONTEXT, CONTEXT + 2);
  state.fill(0, PLANE_CONTEXT, PLANE_CONTEXT + 2);
  state[POSITION] = quicHeaderBytes * 8;
  state[PIXEL_MASK] = opaque | Math.imul(next.sampleMask, 0x010101);
}

/** The 32 bits from this one on. */
function peek(position: number): number {
  const at = (WINDOW + (position >>> 5)) | 0;
  // A shift takes the low five bits of its count: ~position stands for 31 - position.
  return ((state[at] as number) << position) | (((state[at + 1] as number) >>> 1) >>> ~position);
}

/** The difference of one sample, in the code of its context (channel × 256 + the difference before). */
function sample(context: number): number {
  const { family } = model;
  const code = (state[CODES + context] as number) & 7;
  const position = state[POSITION] as number;
  const bits = peek(position);
  const zeros = Math.clz32(bits);
  if (zeros < (family.escapeZeros[code] as number)) {
    state[POSITION] = position + zeros + code + 1;
    return family.unfolded[((zeros - 1) << code) + (bits >>> (31 - zeros - code))] as number;
  }
  const length = family.escapeLength[code] as number;
  state[POSITION] = position + length;
  const beyond = (bits >>> (32 - length)) & (family.escapeMask[code] as number);
  return family.unfolded[((family.escapeBase[code] as number) + beyond) & family.sampleMask] as number;
}

/** A run's length, 0 if it is empty; never more than `most`, or it throws. */
function readRun(pace: Pace, most: number): number {
  let position = state[POSITION] as number;
  let length = 0;
  for (;;) {
    const ones = Math.min(8, Math.clz32(~peek(position)));
    for (let one = 0; one < ones; one++) {
      length += 1 << (state[RUN_ORDER + pace.runState] as number);
      if (pace.runState < 31) pace.runState++;
    }
    if (length > most) throw new ProtocolError(where, 'a run goes beyond its row');
    position += ones;
    if (ones < 8) break;
  }
  // After the zero that ends the ones; in no bits at all, too, is a remainder of 0.
  const order = state[RUN_ORDER + pace.runState] as number;
  length += (peek(position + 1) >>> 1) >>> (31 - order);
  state[POSITION] = position + 1 + order;
  if (pace.runState > 0) pace.runState--;
  if (length > most) throw new ProtocolError(where, 'a run goes beyond its row');
  return length;
}

function colourRow(row: number, width: number): void {
  state[CONTEXT] = state[CONTEXT + 1] as number;
  for (let from = 0; from < width; ) {
    const end = colourPace.segmentEnd(from, width);
    let column = from;
    if (column === 0) {
      firstColour(row);
      column = 1;
    }
    if (column < end) {
      if (row === 0) inParts(column, end, topColours);
      else colours(column, end);
    }
    from = end;
  }
}

/** The first row comes once an image: in parts, so that V8 has seen the end of its loop before it compiles that. */
function inParts(from: number, end: number, decode: (from: number, end: number) => void): void {
  for (let part = from; part < end; part += 64) decode(part, Math.min(end, part + 64));
}

function updateColours(column: number): void {
  const before = state[CONTEXT + column] as number;
  const now = state[CONTEXT + column + 1] as number;
  const halveAt = colourPace.halvingAt;
  model.update(0, before & 255, now & 255, halveAt);
  model.update(1, (before >>> 8) & 255, (now >>> 8) & 255, halveAt);
  model.update(2, (before >>> 16) & 255, (now >>> 16) & 255, halveAt);
}

/** Decodes the three channels of one pixel, whatever their codewords are. */
function colour(column: number, prediction: number): void {
  const before = state[CONTEXT + column] as number;
  const red = sample(before & 255);
  const green = sample(256 + ((before >>> 8) & 255));
  const blue = sample(512 + ((before >>> 16) & 255));
  const differences = red | (green << 8) | (blue << 16);
  state[CONTEXT + column + 1] = differences;
  state[ROW + column] = opaque | (addChannels(prediction, differences) & (state[PIXEL_MASK] as number));
}

/** Adds three channels at once, each modulo 256; what is above them stays. */
function addChannels(channels: number, differences: number): number {
  return ((channels & 0xff7f7f7f) + (differences & 0x7f7f7f)) ^ ((channels ^ differences) & 0x808080);
}

/** The first pixel of a row is predicted by the one above alone. */
function firstColour(row: number): void {
  state[ABOVE_LEFT] = state[ROW] as number;
  colour(0, row === 0 ? 0 : (state[ABOVE_LEFT] as number));
  if (colourPace.wait > 0) {
    colourPace.wait--;
  } else {
    colourPace.wait = colourPace.drawWait();
    updateColours(0);
  }
}

/** The first row is predicted by the left neighbour alone and has no runs. */
function topColours(from: number, end: number): void {
  let update = from + colourPace.wait;
  for (let column = from; column < end; column++) {
    colour(column, state[ROW + column - 1] as number);
    if (column === update) {
      updateColours(column);
      update = column + 1 + colourPace.drawWait();
    }
  }
  colourPace.wait = update - end;
}

/** Repeats the pixel at the left of some columns in them. */
function repeatPixel(from: number, end: number): void {
  const pixel = state[ROW + from - 1] as number;
  if (end - from > longFill) state.fill(pixel, ROW + from, ROW + end);
  else for (let column = from; column < end; column++) state[ROW + column] = pixel;
}

/** The part of a row between two columns: what is rare in it. */
function colours(from: number, end: number): void {
  let column = from | 0;
  state[UPDATE] = column + colourPace.wait;
  // No pixel is 0: no run is tried before column 3.
  state[BEFORE_LEFT] = column > 2 ? (state[ROW + column - 2] as number) : 0;
  while (column < end) {
    if (column > 1) column = pixels(column, end) | 0;
    if (column < end && column <= (state[UPDATE] as number)) {
      const left = state[ROW + column - 1] as number;
      const up = state[ROW + column] as number;
      const run = up === state[ABOVE_LEFT] && left === state[BEFORE_LEFT];
      const length = run ? readRun(colourPace, end - column) : 0;
      if (length > 0) {
        const next = column + length;
        state[ABOVE_LEFT] = state[ROW + next - 1] as number;
        repeatPixel(column, next);
        // The wait for the next update stands still during a run.
        state[UPDATE] = (state[UPDATE] as number) + length;
        column = next | 0;
        continue;
      }
      state[BEFORE_LEFT] = column > 1 ? left : 0;
      state[ABOVE_LEFT] = up;
      colour(column, (left & up) + (((left ^ up) & 0xfefefe) >>> 1));
      column = (column + 1) | 0;
    }
    if (column > (state[UPDATE] as number)) {
      updateColours(column - 1);
      state[UPDATE] = column + colourPace.drawWait();
    }
  }
  colourPace.wait = (state[UPDATE] as number) - end;
}

/**
 * Decodes pixels up to where the model learns, a run of some length begins or a codeword is not among those that are looked up.
 * Answers the column. Nearly all of the time is spent here and in `levels`: nothing is called in their loops.
 */
function pixels(from: number, end: number): number {
  const update = (state[UPDATE] as number) | 0;
  const last = (end <= update ? end : update + 1) | 0;
  const pixelMask = (state[PIXEL_MASK] as number) | 0;
  let column = from | 0;
  let left = (state[(ROW - 1 + column) | 0] as number) | 0;
  let beforeLeft = (state[BEFORE_LEFT] as number) | 0;
  let aboveLeft = (state[ABOVE_LEFT] as number) | 0;
  let position = (state[POSITION] as number) | 0;
  let bits = peek(position) | 0;
  let ahead = peek((position + 32) | 0) | 0;
  let runState = colourPace.runState | 0;
  const before = (state[(CONTEXT + column) | 0] as number) | 0;
  let redCode = (state[(CODES + (before & 255)) | 0] as number) | 0;
  let greenCode = (state[(CODES + 256 + ((before >>> 8) & 255)) | 0] as number) | 0;
  let blueCode = (state[(CODES + 512 + ((before >>> 16) & 255)) | 0] as number) | 0;
  while (column < last) {
    const up = state[(ROW + column) | 0] as number;
    if (up === aboveLeft && left === beforeLeft) {
      const order = state[(RUN_ORDER + runState) | 0] as number;
      if (bits >>> (31 - order) !== 0) break;
      // An empty run, and no other behind it.
      bits = (bits << (order + 1)) | (ahead >>> (31 - order));
      position = (position + order + 1) | 0;
      const word = ((position >>> 5) + (WINDOW + 1)) | 0;
      ahead =
        ((state[word] as number) << position) | (((state[(word + 1) | 0] as number) >>> 1) >>> ~position);
      if (runState > 0) runState = (runState - 1) | 0;
      beforeLeft = 0;
      continue;
    }
    const red = state[(redCode + (bits >>> 22)) | 0] as number;
    const behindRed = bits << red;
    const green = state[(greenCode + (behindRed >>> 22)) | 0] as number;
    const behindGreen = behindRed << green;
    const blue = state[(blueCode + (behindGreen >>> 22)) | 0] as number;
    // The three differences above the sum of the lengths; a shift takes no more of it than that.
    const sum = (red + green + blue) | 0;
    if ((sum & anyLong) !== 0) break;
    bits = (behindGreen << blue) | (ahead >>> -sum);
    position = (position + (sum & 31)) | 0;
    const word = ((position >>> 5) + (WINDOW + 1)) | 0;
    ahead = ((state[word] as number) << position) | (((state[(word + 1) | 0] as number) >>> 1) >>> ~position);
    const differences = sum >>> 8;
    redCode = (state[(CODES + (red >>> 8)) | 0] as number) | 0;
    greenCode = (state[(CODES + 256 + (green >>> 16)) | 0] as number) | 0;
    blueCode = (state[(CODES + 512 + (blue >>> 24)) | 0] as number) | 0;
    state[(CONTEXT + 1 + column) | 0] = differences;
    beforeLeft = left;
    aboveLeft = up;
    // As addChannels.
    const mean = ((left & up) + (((left ^ up) & 0xfefefe) >>> 1)) | 0;
    left = (((mean & 0xff7f7f7f) + (differences & 0x7f7f7f)) ^ ((mean ^ differences) & 0x808080)) & pixelMask;
    state[(ROW + column) | 0] = left;
    column = (column + 1) | 0;
  }
  colourPace.runState = runState;
  state[POSITION] = position;
  state[BEFORE_LEFT] = beforeLeft;
  state[ABOVE_LEFT] = aboveLeft;
  return column;
}

/** A row of the single channel. */
function planeRow(row: number, width: number): void {
  state[PLANE_CONTEXT] = state[PLANE_CONTEXT + 1] as number;
  for (let from = 0; from < width; ) {
    const end = planePace.segmentEnd(from, width);
    let column = from;
    if (column === 0) {
      state[ABOVE_LEFT] = state[PLANE] as number;
      level(0, row === 0 ? 0 : (state[ABOVE_LEFT] as number));
      if (planePace.wait > 0) {
        planePace.wait--;
      } else {
        planePace.wait = planePace.drawWait();
        updatePlane(0);
      }
      column = 1;
    }
    if (column < end) {
      if (row === 0) inParts(column, end, topPlane);
      else plane(column, end);
    }
    from = end;
  }
}

/** Decodes one sample of the single channel, whatever its codeword is. */
function level(column: number, prediction: number): void {
  const difference = sample(PLANE_CHANNEL * 256 + (state[PLANE_CONTEXT + column] as number));
  state[PLANE_CONTEXT + column + 1] = difference;
  const value = (prediction + difference) & 255;
  state[PLANE + column] = value;
  state[MERGED + column] = ((state[ROW + column] as number) & 0xffffff) | (value << 24);
}

function updatePlane(column: number): void {
  const before = state[PLANE_CONTEXT + column] as number;
  model.update(PLANE_CHANNEL, before, state[PLANE_CONTEXT + column + 1] as number, planePace.halvingAt);
}

function topPlane(from: number, end: number): void {
  let update = from + planePace.wait;
  for (let column = from; column < end; column++) {
    level(column, state[PLANE + column - 1] as number);
    if (column === update) {
      updatePlane(column);
      update = column + 1 + planePace.drawWait();
    }
  }
  planePace.wait = update - end;
}

function setGray(cells: Int32Array, at: number, width: number): void {
  for (let column = 0; column < width; column++) {
    cells[at + column] = opaque | Math.imul(state[PLANE + column] as number, 0x010101);
  }
}

/** Repeats the level at the left of some columns in them, and gives it to their colours. */
function repeatLevel(from: number, end: number): void {
  const level = state[PLANE + from - 1] as number;
  if (end - from > longFill) state.fill(level, PLANE + from, PLANE + end);
  else for (let column = from; column < end; column++) state[PLANE + column] = level;
  if (level === 255) {
    if (end - from > longFill) state.copyWithin(MERGED + from, ROW + from, ROW + end);
    else
      for (let column = from; column < end; column++) state[MERGED + column] = state[ROW + column] as number;
    return;
  }
  const alpha = level << 24;
  for (let column = from; column < end; column++) {
    state[MERGED + column] = ((state[ROW + column] as number) & 0xffffff) | alpha;
  }
}

/** As `colours`, for one channel. */
function plane(from: number, end: number): void {
  let column = from | 0;
  state[UPDATE] = column + planePace.wait;
  state[BEFORE_LEFT] = column > 2 ? (state[PLANE + column - 2] as number) : noSample;
  while (column < end) {
    if (column > 1) column = levels(column, end) | 0;
    if (column < end && column <= (state[UPDATE] as number)) {
      const left = state[PLANE + column - 1] as number;
      const up = state[PLANE + column] as number;
      const run = up === state[ABOVE_LEFT] && left === state[BEFORE_LEFT];
      const length = run ? readRun(planePace, end - column) : 0;
      if (length > 0) {
        const next = column + length;
        state[ABOVE_LEFT] = state[PLANE + next - 1] as number;
        repeatLevel(column, next);
        state[UPDATE] = (state[UPDATE] as number) + length;
        column = next | 0;
        continue;
      }
      state[BEFORE_LEFT] = column > 1 ? left : noSample;
      state[ABOVE_LEFT] = up;
      level(column, (left + up) >>> 1);
      column = (column + 1) | 0;
    }
    if (column > (state[UPDATE] as number)) {
      updatePlane(column - 1);
      state[UPDATE] = column + planePace.drawWait();
    }
  }
  planePace.wait = (state[UPDATE] as number) - end;
}

/**
 * As `pixels`, for one channel and its merging with the colours. A level takes few bits: the window is read again once it is due.
 * Where alpha is a gradient it stands still every few pixels and most runs are empty: both what stands here and what stands behind
 * an empty run are looked up, as nothing foretells which it is.
 */
function levels(from: number, end: number): number {
  let update = (state[UPDATE] as number) | 0;
  let last = (end <= update ? end : update + 1) | 0;
  let column = from | 0;
  let left = (state[(PLANE - 1 + column) | 0] as number) | 0;
  let beforeLeft = (state[BEFORE_LEFT] as number) | 0;
  let aboveLeft = (state[ABOVE_LEFT] as number) | 0;
  let position = (state[POSITION] as number) | 0;
  let bits = peek(position) | 0;
  // How many of the bits are still to come.
  let valid = 32;
  let runState = planePace.runState | 0;
  let difference = (state[(PLANE_CONTEXT + column) | 0] as number) | 0;
  let code = (state[(CODES + PLANE_CHANNEL * 256 + difference) | 0] as number) | 0;
  while (column < last) {
    const up = state[(PLANE + column) | 0] as number;
    if (valid < 16) {
      position = (position + 32 - valid) | 0;
      const word = (WINDOW + (position >>> 5)) | 0;
      bits =
        ((state[word] as number) << position) | (((state[(word + 1) | 0] as number) >>> 1) >>> ~position);
      valid = 32;
    }
    // All ones where a run may begin, else 0.
    const still = (((up ^ aboveLeft) | (left ^ beforeLeft)) - 1) >> 31;
    if ((still & runState) !== 0) {
      const order = state[(RUN_ORDER + runState) | 0] as number;
      if (bits >>> (31 - order) !== 0) break;
      position = (position + 33 - valid + order) | 0;
      const word = (WINDOW + (position >>> 5)) | 0;
      bits =
        ((state[word] as number) << position) | (((state[(word + 1) | 0] as number) >>> 1) >>> ~position);
      valid = 32;
      runState = (runState - 1) | 0;
      beforeLeft = noSample;
      continue;
    }
    if ((still & bits) < 0) {
      // In the first state, 10 is a run of one.
      if ((bits & 0x40000000) !== 0) break;
      bits <<= 2;
      valid = (valid - 2) | 0;
      difference = (state[(PLANE_CONTEXT + 1 + column) | 0] as number) | 0;
      code = (state[(CODES + PLANE_CHANNEL * 256 + difference) | 0] as number) | 0;
      state[(PLANE + column) | 0] = left;
      state[(MERGED + column) | 0] = ((state[(ROW + column) | 0] as number) & 0xffffff) | (left << 24);
      aboveLeft = up;
      column = (column + 1) | 0;
      update = (update + 1) | 0;
      last = (end <= update ? end : update + 1) | 0;
      continue;
    }
    const here = state[(code + (bits >>> 22)) | 0] as number;
    const behind = state[(code + ((bits << 1) >>> 22)) | 0] as number;
    const codeword = (here ^ ((here ^ (behind + 1)) & still)) | 0;
    if ((codeword & anyLong) !== 0) break;
    bits <<= codeword;
    valid = (valid - (codeword & 31)) | 0;
    difference = codeword >>> 8;
    // A branch, as the code seldom changes: the processor goes on without waiting for it.
    const nextCode = (state[(CODES + PLANE_CHANNEL * 256 + difference) | 0] as number) | 0;
    if (nextCode !== code) code = nextCode;
    state[(PLANE_CONTEXT + 1 + column) | 0] = difference;
    beforeLeft = left;
    aboveLeft = up;
    left = (((left + up) >>> 1) + difference) & 255;
    state[(PLANE + column) | 0] = left;
    state[(MERGED + column) | 0] = ((state[(ROW + column) | 0] as number) & 0xffffff) | (left << 24);
    column = (column + 1) | 0;
  }
  planePace.runState = runState;
  state[POSITION] = position + 32 - valid;
  state[UPDATE] = update;
  state[BEFORE_LEFT] = beforeLeft;
  state[ABOVE_LEFT] = aboveLeft;
  return column;
}

/** In the place of a sample: one that equals none. */
const noSample = 256;

/** Spreads three channels of 5 bits to 8 in place. */
function widenFiveBits(cells: Int32Array): void {
  for (let index = 0; index < cells.length; index++) {
    const cell = (cells[index] as number) & 0x1f1f1f;
    cells[index] = opaque | (cell << 3) | ((cell >>> 2) & 0x070707);
  }
}
