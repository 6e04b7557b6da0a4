// QUIC: what SPICE made of SFALIC. A stream of 32-bit little-endian words, read from the top bit down: "QUIC", version 0, kind,
// width, height, then the rows. A sample is predicted from the one at its left and the one above, the difference is folded to
// 0, -1, 1, -2, 2 … and written in the Golomb-Rice code that was best lately after such a neighbour. Where the row above and the
// last two pixels stood still, a run length is written instead.
//
// Every index below is in range by construction (a row's columns, a byte's values), so the reads are not checked again; the
// reader hands out zeros behind the end and every row asks afterwards whether it did.
import { checkTarget, maxImageSide, type Pixels, signedWords } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { quicHeaderBytes, quicName, readQuicHeader } from './quic-header.ts';
import {
  type CodeFamily,
  codewordsPerChannel,
  eightBitFamily,
  firstCodeword,
  fiveBitFamily,
  longCodeword,
  Pace,
  runOrders,
} from './quic-model.ts';

/** Decodes into the target, whose size must be the header's. Without an alpha channel the pixels are opaque. */
export function decodeQuic(source: Uint8Array, target: Pixels): void {
  const { kind, width, height } = readQuicHeader(source);
  checkTarget(quicName, width, height, target);
  begin(kind === 'rgb16' ? fiveBitFamily : eightBitFamily);
  const cells = signedWords(target);
  const rowWords = width * longestPixelWords + 16;
  const finishedRow = state.subarray(ROW, ROW + width);
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
      throw new ProtocolError(quicName, `the data end in row ${row} of ${height}`);
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
/** In one codeword or the sum of three: that one was not looked up. */
const anyLong = longCodeword * 3;

// Everything that is read or written per sample lies in one array of the module, at these offsets. V8 puts its address and its
// length into the code as numbers, but only in a function that has no loop in a loop: that is why `pixels` and `levels` are apart.
const CODEWORDS = 0;
const RUN_ORDER = CODEWORDS + 4 * codewordsPerChannel;
/** By state of the run coder: the length of a run of as many ones from the first state on. */
const RUN_TOTAL = RUN_ORDER + 32;
/** By difference: its bucket. */
const BUCKET = RUN_TOTAL + 40;
/** By channel + BUCKET's: where the entries of the bucket's code begin in CODEWORDS, with its guard if the channel is a colour. */
const CODE = BUCKET + 256;
/**
 * As CODE × 4: for each code, what it would have taken in this bucket lately, in bits; two in each of four words. The best is halved above
 * 900 at most and grows by 1 a sample at least, the worst by 27 at most: none comes near 2^15, the sign bits of `learn`.
 */
const COUNTERS = CODE + 32;
/** By difference × 4: the codeword's length in each code, as COUNTERS. */
const LENGTHS = COUNTERS + 128;
/** By code × 4: by how much each code has to be above this one to be worse, as COUNTERS: 1 for higher codes, as they win ties. */
const TIES = LENGTHS + 1024;
/** Which bit of the window is next. */
const POSITION = TIES + 32;
/** The column after which the model learns next. */
const UPDATE = POSITION + 1;
/** The pixel or level two at the left, and the one above the left one, which is gone where it was. */
const BEFORE_LEFT = POSITION + 2;
const ABOVE_LEFT = POSITION + 3;
const PIXEL_MASK = POSITION + 4;
/**
 * The pixels of the last row, and the levels of its single channel; what is not decoded yet is still of the row above. Colours are
 * decoded as opaque, then levels are put into them: of the row above, only colours count.
 */
const ROW = POSITION + 8;
const PLANE = ROW + maxImageSide;
/** The differences of the last row; entry 0 stands for the pixel before the row. A run leaves what was there before. */
const CONTEXT = PLANE + maxImageSide;
const PLANE_CONTEXT = CONTEXT + maxImageSide + 8;
const WINDOW = PLANE_CONTEXT + maxImageSide + 8;
const state = new Int32Array(WINDOW + windowWords);
/** COUNTERS, LENGTHS and TIES one by one. */
const halves = new Uint16Array(state.buffer);
const bytes = new Uint8Array(state.buffer);
/** In `bytes`: the alpha of ROW. */
const ALPHA = ROW * 4 + 3;
const windowBytes = new Uint8Array(state.buffer, WINDOW * 4);
state.set(runOrders, RUN_ORDER);
for (let ones = 0; ones < 39; ones++) {
  const order = runOrders[Math.min(ones, 31)] as number;
  state[RUN_TOTAL + ones + 1] = (state[RUN_TOTAL + ones] as number) + (1 << order);
}
for (let code = 0; code < 8; code++)
  halves.fill(1, (TIES + code * 4) * 2 + code + 1, (TIES + code * 4) * 2 + 8);

// The channels' places in CODE; the single channel is alpha or gray.
const RED = 0;
const GREEN = 8;
const BLUE = 16;
const SINGLE = 24;
const colourPace = new Pace();
const planePace = new Pace();
let family = eightBitFamily;
setFamily(family);

/** Fills the window with the source from this word on, and with zeros for one row behind its end. Answers where it begins, in bits. */
function fillWindow(source: Uint8Array, word: number, rowWords: number): number {
  const part = source.subarray(word * 4, Math.min(source.length & ~3, (word + windowWords) * 4));
  windowBytes.set(part);
  windowBytes.fill(0, part.length, part.length + rowWords * 4);
  return word * 32;
}

function begin(next: CodeFamily): void {
  if (family !== next) setFamily(next);
  state.fill(0, COUNTERS, COUNTERS + 128);
  for (const channel of [RED, GREEN, BLUE, SINGLE]) {
    state.fill(codeEntry(channel, next.bits - 1), CODE + channel, CODE + channel + 8);
  }
  colourPace.reset();
  planePace.reset();
  state.fill(0, CONTEXT, CONTEXT + 2);
  state.fill(0, PLANE_CONTEXT, PLANE_CONTEXT + 2);
  state[POSITION] = quicHeaderBytes * 8;
}

function setFamily(next: CodeFamily): void {
  family = next;
  state.set(next.codewords, CODEWORDS);
  state.set(next.buckets, BUCKET);
  halves.set(next.lengths, LENGTHS * 2);
  state[PIXEL_MASK] = opaque | Math.imul(next.sampleMask, 0x010101);
}

/** What CODE has for a bucket. */
function codeEntry(channel: number, code: number): number {
  const first = firstCodeword(channel >> 3, code);
  return channel === SINGLE ? first : first | (family.guards[code] as number);
}

/** The 32 bits from this one on. */
function peek(position: number): number {
  const at = (WINDOW + (position >>> 5)) | 0;
  // A shift takes the low five bits of its count: ~position stands for 31 - position.
  return ((state[at] as number) << position) | (((state[at + 1] as number) >>> 1) >>> ~position);
}

/** The difference of one sample whose codeword may be long. */
function sample(channel: number, before: number): number {
  const { escapeZeros, escapeLength, escapeMask, escapeBase, unfolded, sampleMask } = family;
  const code = (codeAfter(channel, before) - 1) & 7;
  const position = state[POSITION] as number;
  const bits = peek(position);
  const zeros = Math.clz32(bits);
  if (zeros < (escapeZeros[code] as number)) {
    state[POSITION] = position + zeros + code + 1;
    return unfolded[((zeros - 1) << code) + (bits >>> (31 - zeros - code))] as number;
  }
  const length = escapeLength[code] as number;
  state[POSITION] = position + length;
  const beyond = (bits >>> (32 - length)) & (escapeMask[code] as number);
  return unfolded[((escapeBase[code] as number) + beyond) & sampleMask] as number;
}

/** CODE's entry for what follows this difference. */
function codeAfter(channel: number, difference: number): number {
  return state[(CODE + channel + (state[(BUCKET + difference) | 0] as number)) | 0] as number;
}

/** The sign bits of both halves of a word. */
const signs = 0x80008000 | 0;

/** Learns that `difference` followed `before` in this channel. All counters of the bucket are added to and compared two at a time. */
function learn(channel: number, before: number, difference: number, halveAt: number): void {
  const bucket = (channel + (state[(BUCKET + before) | 0] as number)) | 0;
  const at = (COUNTERS + bucket * 4) | 0;
  const length = (LENGTHS + difference * 4) | 0;
  const first = ((state[at] as number) + (state[length] as number)) | 0;
  const second = ((state[(at + 1) | 0] as number) + (state[(length + 1) | 0] as number)) | 0;
  const third = ((state[(at + 2) | 0] as number) + (state[(length + 2) | 0] as number)) | 0;
  const fourth = ((state[(at + 3) | 0] as number) + (state[(length + 3) | 0] as number)) | 0;
  state[at] = first;
  state[(at + 1) | 0] = second;
  state[(at + 2) | 0] = third;
  state[(at + 3) | 0] = fourth;
  const code = ((state[(CODE + bucket) | 0] as number) - 1) & 7;
  const sum = halves[(at * 2 + code) | 0] as number;
  const both = Math.imul(sum, 0x10001);
  const tie = (TIES + code * 4) | 0;
  // A sign bit is left in each half that is not better than the bucket's code.
  const notBetter =
    ((first | signs) - (both + (state[tie] as number))) &
    ((second | signs) - (both + (state[(tie + 1) | 0] as number))) &
    ((third | signs) - (both + (state[(tie + 2) | 0] as number))) &
    ((fourth | signs) - (both + (state[(tie + 3) | 0] as number))) &
    signs;
  if (notBetter !== signs || sum > halveAt) choose(channel, bucket, halveAt);
}

/** Gives a bucket the code that would have been best, and halves its counters when that is above `halveAt`. */
function choose(channel: number, bucket: number, halveAt: number): void {
  const at = (COUNTERS + bucket * 4) | 0;
  let least = ranked(at, 0);
  least = lesser(least, ranked(at, 1));
  least = lesser(least, ranked(at, 2));
  least = lesser(least, ranked(at, 3));
  least = lesser(least, ranked(at, 4));
  least = lesser(least, ranked(at, 5));
  least = lesser(least, ranked(at, 6));
  least = lesser(least, ranked(at, 7));
  state[CODE + bucket] = codeEntry(channel, 7 - (least & 7));
  if (least >> 3 <= halveAt) return;
  for (let word = 0; word < 4; word++) {
    state[at + word] = ((state[at + word] as number) >>> 1) & 0x7fff7fff;
  }
}

/** A code's counter, which is less for the higher one of codes that are as good as each other. */
function ranked(at: number, code: number): number {
  return ((halves[(at * 2 + code) | 0] as number) << 3) | (7 - code);
}

/** The lesser of the two without a branch, as nothing foretells which it is. */
function lesser(one: number, other: number): number {
  const less = (other - one) | 0;
  return (one + (less & (less >> 31))) | 0;
}

/** The length of a run of 8 ones at most. */
function totalOfRun(runState: number, ones: number): number {
  const from = (RUN_TOTAL + runState) | 0;
  return ((state[(from + ones) | 0] as number) - (state[from] as number)) | 0;
}

/** A run's length, 0 if it is empty; never more than `most`, or it throws. */
function readRun(pace: Pace, most: number): number {
  let position = state[POSITION] as number;
  let length = 0;
  for (;;) {
    const ones = Math.min(8, Math.clz32(~peek(position)));
    length += totalOfRun(pace.runState, ones);
    pace.runState = Math.min(31, pace.runState + ones);
    if (length > most) throw new ProtocolError(quicName, 'a run goes beyond its row');
    position += ones;
    if (ones < 8) break;
  }
  // After the zero that ends the ones; in no bits at all, too, is a remainder of 0.
  const order = state[RUN_ORDER + pace.runState] as number;
  length += (peek(position + 1) >>> 1) >>> (31 - order);
  state[POSITION] = position + 1 + order;
  if (pace.runState > 0) pace.runState--;
  if (length > most) throw new ProtocolError(quicName, 'a run goes beyond its row');
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
      colours(column, end, row === 0);
    }
    from = end;
  }
}

function updateColours(column: number): void {
  learnColours(
    state[CONTEXT + column] as number,
    state[CONTEXT + column + 1] as number,
    colourPace.halvingAt,
  );
}

/** As `learn`, for the differences of a pixel. */
function learnColours(before: number, differences: number, halveAt: number): void {
  learn(RED, before & 255, differences & 255, halveAt);
  learn(GREEN, (before >>> 8) & 255, (differences >>> 8) & 255, halveAt);
  learn(BLUE, (before >>> 16) & 255, (differences >>> 16) & 255, halveAt);
}

/** Decodes the three channels of one pixel, whatever their codewords are. */
function colour(column: number, prediction: number): void {
  const before = state[CONTEXT + column] as number;
  const red = sample(RED, before & 255);
  const green = sample(GREEN, (before >>> 8) & 255);
  const blue = sample(BLUE, (before >>> 16) & 255);
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
  state[ABOVE_LEFT] = (state[ROW] as number) | opaque;
  colour(0, row === 0 ? 0 : (state[ABOVE_LEFT] as number));
  if (colourPace.wait > 0) {
    colourPace.wait--;
  } else {
    colourPace.wait = colourPace.drawWait();
    updateColours(0);
  }
}

/** Repeats the pixel at the left of some columns in them. */
function repeatPixel(from: number, end: number): void {
  const pixel = state[ROW + from - 1] as number;
  if (end - from > longFill) state.fill(pixel, ROW + from, ROW + end);
  else for (let column = from; column < end; column++) state[ROW + column] = pixel;
}

/** The part of a row between two columns: what is rare in it. The first row has no runs. */
function colours(from: number, end: number, isFirstRow: boolean): void {
  let column = from | 0;
  state[UPDATE] = column + colourPace.wait;
  // No pixel is 0: no run is tried before column 3.
  state[BEFORE_LEFT] = column > 2 ? (state[ROW + column - 2] as number) : 0;
  while (column < end) {
    if (column > 1) column = pixels(column, end, isFirstRow) | 0;
    if (column === end) break;
    const left = state[ROW + column - 1] as number;
    const up = isFirstRow ? left : (state[ROW + column] as number) | opaque;
    const run = !isFirstRow && up === state[ABOVE_LEFT] && left === state[BEFORE_LEFT];
    const length = run ? readRun(colourPace, end - column) : 0;
    if (length > 0) {
      const next = column + length;
      state[ABOVE_LEFT] = (state[ROW + next - 1] as number) | opaque;
      repeatPixel(column, next);
      // The wait for the next update stands still during a run.
      state[UPDATE] = (state[UPDATE] as number) + length;
      column = next | 0;
      continue;
    }
    state[BEFORE_LEFT] = column > 1 ? left : 0;
    state[ABOVE_LEFT] = up;
    colour(column, (left & up) + (((left ^ up) & 0xfefefe) >>> 1));
    if (column === state[UPDATE]) {
      updateColours(column);
      state[UPDATE] = column + 1 + colourPace.drawWait();
    }
    column = (column + 1) | 0;
  }
  colourPace.wait = (state[UPDATE] as number) - end;
}

/**
 * Decodes pixels up to where a run of more than 8 begins or a codeword is not among those that are looked up. Answers the column.
 * Nearly all of the time is spent here, in `levels` and in `learn`. What a processor cannot foretell is not branched on, and what
 * waits for nothing but the bits is kept short: the next codeword begins behind zeros that are counted, not looked up.
 */
function pixels(from: number, end: number, isFirstRow: boolean): number {
  const last = end | 0;
  // The first row has no runs.
  const noRuns = isFirstRow ? 1 : 0;
  const halveAt = colourPace.halvingAt;
  const pixelMask = (state[PIXEL_MASK] as number) | 0;
  let update = (state[UPDATE] as number) | 0;
  let column = from | 0;
  let left = (state[(ROW - 1 + column) | 0] as number) | 0;
  let beforeLeft = (state[BEFORE_LEFT] as number) | 0;
  let aboveLeft = (state[ABOVE_LEFT] as number) | 0;
  let position = (state[POSITION] as number) | 0;
  let bits = peek(position) | 0;
  let ahead = peek((position + 32) | 0) | 0;
  let runState = colourPace.runState | 0;
  let before = (state[(CONTEXT + column) | 0] as number) | 0;
  let redCode = codeAfter(RED, before & 255) | 0;
  let greenCode = codeAfter(GREEN, (before >>> 8) & 255) | 0;
  let blueCode = codeAfter(BLUE, (before >>> 16) & 255) | 0;
  while (column < last) {
    // The first row is predicted by the left neighbour alone.
    const up = isFirstRow ? left : (state[(ROW + column) | 0] as number) | opaque;
    if (((up ^ aboveLeft) | (left ^ beforeLeft) | noRuns) === 0) {
      // As readRun and repeatPixel, for a run of 8 at most, or an empty one.
      const ones = Math.clz32(~bits);
      const nextState = Math.min(31, (runState + ones) | 0);
      const order = state[(RUN_ORDER + nextState) | 0] as number;
      const length = (totalOfRun(runState, ones) + (((bits << ones) & 0x7fffffff) >>> (31 - order))) | 0;
      if (length > 8 || length > last - column || ones > 7) break;
      position = (position + ones + 1 + order) | 0;
      const word = ((position >>> 5) + WINDOW) | 0;
      const middle = state[(word + 1) | 0] as number;
      bits = ((state[word] as number) << position) | ((middle >>> 1) >>> ~position);
      ahead = (middle << position) | (((state[(word + 2) | 0] as number) >>> 1) >>> ~position);
      runState = (nextState + (-nextState >> 31)) | 0;
      // No other behind an empty one.
      beforeLeft = left & (-length >> 31);
      const at = (ROW + column) | 0;
      aboveLeft = (state[(at + length - 1) | 0] as number) | opaque;
      state[at] = merge(state[at] as number, left, -length >> 31);
      state[(at + 1) | 0] = merge(state[(at + 1) | 0] as number, left, (1 - length) >> 31);
      state[(at + 2) | 0] = merge(state[(at + 2) | 0] as number, left, (2 - length) >> 31);
      state[(at + 3) | 0] = merge(state[(at + 3) | 0] as number, left, (3 - length) >> 31);
      if (length > 4) {
        state[(at + 4) | 0] = merge(state[(at + 4) | 0] as number, left, (4 - length) >> 31);
        state[(at + 5) | 0] = merge(state[(at + 5) | 0] as number, left, (5 - length) >> 31);
        state[(at + 6) | 0] = merge(state[(at + 6) | 0] as number, left, (6 - length) >> 31);
        state[(at + 7) | 0] = merge(state[(at + 7) | 0] as number, left, (7 - length) >> 31);
      }
      column = (column + length) | 0;
      update = (update + length) | 0;
      before = (state[(CONTEXT + column) | 0] as number) | 0;
      redCode = codeAfter(RED, before & 255) | 0;
      greenCode = codeAfter(GREEN, (before >>> 8) & 255) | 0;
      blueCode = codeAfter(BLUE, (before >>> 16) & 255) | 0;
      continue;
    }
    const red = state[((redCode & 0xffff) + (bits >>> 22)) | 0] as number;
    // A shift takes the low five bits of its count alone.
    const redLength = (Math.clz32(bits | redCode) + redCode) | 0;
    const behindRed = bits << redLength;
    const green = state[((greenCode & 0xffff) + (behindRed >>> 22)) | 0] as number;
    const greenLength = (Math.clz32(behindRed | greenCode) + greenCode) | 0;
    const behindGreen = behindRed << greenLength;
    const blue = state[((blueCode & 0xffff) + (behindGreen >>> 22)) | 0] as number;
    const blueZeros = Math.clz32(behindGreen | blueCode);
    // The three differences above the sum of their buckets.
    const sum = (red + green + blue) | 0;
    if ((sum & anyLong) !== 0) break;
    const allButZeros = (redLength + greenLength + blueCode) | 0;
    bits = (behindGreen << (blueZeros + blueCode)) | (ahead >>> (-allButZeros - blueZeros));
    position = (position + ((allButZeros + blueZeros) & 31)) | 0;
    const word = ((position >>> 5) + (WINDOW + 1)) | 0;
    ahead = ((state[word] as number) << position) | (((state[(word + 1) | 0] as number) >>> 1) >>> ~position);
    const differences = sum >>> 8;
    state[(CONTEXT + 1 + column) | 0] = differences;
    if (column === update) {
      learnColours(before, differences, halveAt);
      update = (column + 1 + colourPace.drawWait()) | 0;
    }
    before = differences;
    redCode = state[(CODE + RED + (red & 7)) | 0] as number;
    greenCode = state[(CODE + GREEN + (green & 7)) | 0] as number;
    blueCode = state[(CODE + BLUE + (blue & 7)) | 0] as number;
    beforeLeft = left;
    aboveLeft = up;
    // As addChannels.
    const mean = ((left & up) + (((left ^ up) & 0xfefefe) >>> 1)) | 0;
    left = (((mean & 0xff7f7f7f) + (differences & 0x7f7f7f)) ^ ((mean ^ differences) & 0x808080)) & pixelMask;
    state[(ROW + column) | 0] = left;
    column = (column + 1) | 0;
  }
  colourPace.runState = runState;
  state[UPDATE] = update;
  state[POSITION] = position;
  state[BEFORE_LEFT] = beforeLeft;
  state[ABOVE_LEFT] = aboveLeft;
  return column;
}

/** The bits of `inside` where the mask is one, else those of `outside`. */
function merge(outside: number, inside: number, mask: number): number {
  return outside ^ ((outside ^ inside) & mask);
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
      if (row === 0) firstLevels(column, end);
      else plane(column, end);
    }
    from = end;
  }
}

/** Decodes one sample of the single channel, whatever its codeword is. */
function level(column: number, prediction: number): void {
  const difference = sample(SINGLE, state[PLANE_CONTEXT + column] as number);
  state[PLANE_CONTEXT + column + 1] = difference;
  const value = (prediction + difference) & 255;
  state[PLANE + column] = value;
  bytes[ALPHA + column * 4] = value;
}

function updatePlane(column: number): void {
  const before = state[PLANE_CONTEXT + column] as number;
  learn(SINGLE, before, state[PLANE_CONTEXT + column + 1] as number, planePace.halvingAt);
}

/** The rest of the first row is predicted by the left neighbour alone and has no runs. */
function firstLevels(from: number, end: number): void {
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
  // The colours are opaque as it is.
  if (level === 255) return;
  for (let at = ALPHA + from * 4; at < ALPHA + end * 4; at += 4) bytes[at] = level;
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
 * As `pixels`, for one channel, up to where a run of more than 1 begins or the model is to learn. A level takes few bits: the window is
 * read again once it is due. Where alpha is a gradient it stands still every few pixels and most runs are empty: both what stands here
 * and what stands behind an empty run are looked up, as nothing foretells which it is.
 */
function levels(from: number, end: number): number {
  let update = (state[UPDATE] as number) | 0;
  let last = (end <= update ? end : update + 1) | 0;
  let column = from | 0;
  let left = (state[(PLANE - 1 + column) | 0] as number) | 0;
  let beforeLeft = (state[BEFORE_LEFT] as number) | 0;
  let aboveLeft = (state[ABOVE_LEFT] as number) | 0;
  let position = (state[POSITION] as number) | 0;
  // 31 bits and a one behind them, which tells how many are gone.
  let bits = peek(position) | 1;
  let runState = planePace.runState | 0;
  let difference = (state[(PLANE_CONTEXT + column) | 0] as number) | 0;
  let code = codeAfter(SINGLE, difference) | 0;
  while (column < last) {
    const up = state[(PLANE + column) | 0] as number;
    // Fewer than 11.
    if ((bits & 0x1fffff) === 0) {
      position = (position + (31 - Math.clz32(bits & -bits))) | 0;
      const word = (WINDOW + (position >>> 5)) | 0;
      bits =
        ((state[word] as number) << position) | (((state[(word + 1) | 0] as number) >>> 1) >>> ~position) | 1;
    }
    // All ones where a run may begin, else 0.
    const still = (((up ^ aboveLeft) | (left ^ beforeLeft)) - 1) >> 31;
    if ((still & runState) !== 0) {
      const order = state[(RUN_ORDER + runState) | 0] as number;
      if (order > 9 || bits >>> (31 - order) !== 0) break;
      bits <<= order + 1;
      runState = (runState - 1) | 0;
      beforeLeft = noSample;
      continue;
    }
    if ((still & bits) < 0) {
      // In the first state, 10 is a run of one.
      if ((bits & 0x40000000) !== 0) break;
      bits <<= 2;
      difference = (state[(PLANE_CONTEXT + 1 + column) | 0] as number) | 0;
      code = codeAfter(SINGLE, difference) | 0;
      state[(PLANE + column) | 0] = left;
      bytes[(ALPHA + column * 4) | 0] = left;
      aboveLeft = up;
      column = (column + 1) | 0;
      update = (update + 1) | 0;
      last = (end <= update ? end : update + 1) | 0;
      continue;
    }
    const here = state[(code + (bits >>> 22)) | 0] as number;
    const behind = state[(code + ((bits << 1) >>> 22)) | 0] as number;
    const codeword = merge(here, behind, still) | 0;
    if ((codeword & anyLong) !== 0) break;
    // An empty run's bit is one more leading zero: the sum is the same with it.
    if (code < guardedCode) bits <<= Math.clz32(bits) + code;
    else bits = (bits + (bits & still)) << (codeword >>> 16);
    difference = (codeword >>> 8) & 255;
    // A branch, as the code seldom changes: the processor goes on without waiting for it.
    const nextCode = state[(CODE + SINGLE + (codeword & 7)) | 0] as number;
    if (nextCode !== code) code = nextCode;
    state[(PLANE_CONTEXT + 1 + column) | 0] = difference;
    beforeLeft = left;
    aboveLeft = up;
    left = (((left + up) >>> 1) + difference) & 255;
    state[(PLANE + column) | 0] = left;
    bytes[(ALPHA + column * 4) | 0] = left;
    column = (column + 1) | 0;
  }
  planePace.runState = runState;
  state[UPDATE] = update;
  state[POSITION] = position + 31 - Math.clz32(bits & -bits);
  state[BEFORE_LEFT] = beforeLeft;
  state[ABOVE_LEFT] = aboveLeft;
  return column;
}

/** Where the entries of the first code with a guard begin: there, zeros do not tell the length. */
const guardedCode = firstCodeword(
  SINGLE >> 3,
  eightBitFamily.guards.findIndex((guard) => guard !== 0),
);
/** In the place of a sample: one that equals none. */
const noSample = 256;

/** Spreads three channels of 5 bits to 8 in place. */
function widenFiveBits(cells: Int32Array): void {
  for (let index = 0; index < cells.length; index++) {
    const cell = (cells[index] as number) & 0x1f1f1f;
    cells[index] = opaque | (cell << 3) | ((cell >>> 2) & 0x070707);
  }
}
