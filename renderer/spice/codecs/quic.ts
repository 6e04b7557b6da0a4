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
import { scratchBytes } from './scratch.ts';

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
  const words = wordsOf(source, width);
  begin(kind === 'rgb16' ? fiveBitFamily : eightBitFamily, words);
  const cells = signedWords(target);
  const end = source.length >> 2;
  for (let row = 0; row < height; row++) {
    if (kind !== 'gray') colourRow(words, cells, row * width, width);
    if (kind === 'gray' || kind === 'rgba') plane(words, cells, row * width, width, kind);
    if ((stateWords[AT] as number) > end)
      throw new ProtocolError(where, `the data end in row ${row} of ${height}`);
  }
  if (kind === 'rgb16') widenFiveBits(cells);
}

const opaque = 0xff000000 | 0;
/** A longer run is left to the engine's own loop. */
const longFill = 24;

// The state is the module's and in one buffer: V8 then knows where it is and how long, and keeps its registers for the rest.
const colourPace = new Pace();
const planePace = new Pace();
const codesBytes = 1024;
const CODES = 0;
/** The family's escapes by code: lengths, then bases, then masks. */
const LENGTH = codesBytes;
const BASE = LENGTH + 8;
const MASK = BASE + 8;
const RUN_ORDER = MASK + 8;
/** The single channel's rows: of the even rows, and of the odd ones. */
const EVEN_PLANE = RUN_ORDER + 32;
const ODD_PLANE = EVEN_PLANE + maxImageSide;
/** The folded differences of the row's single channel, of gray and alpha; entry 0 stands for the pixel before the row. */
const PLANE_CONTEXT = ODD_PLANE + maxImageSide;
// The rest is in words.
/** The same for colours, three channels in a word. */
const CONTEXT = (PLANE_CONTEXT + maxImageSide + 8) >> 2;
const BITS = CONTEXT + maxImageSide + 4; // the next 32 bits of the stream
const AHEAD = BITS + 1; // what was read beyond them, from the top bit down
const LEFT = BITS + 2; // how many bits there are in AHEAD
const AT = BITS + 3; // where the next word is in the source
const memory = new ArrayBuffer((BITS + 4) * 4);
const state = new Uint8Array(memory);
const stateWords = new Int32Array(memory);
state.set(runOrders, RUN_ORDER);
const model = new Model(state.subarray(CODES, CODES + codesBytes));

function begin(family: CodeFamily, words: Int32Array): void {
  model.reset(family);
  colourPace.reset();
  planePace.reset();
  state.set(family.escapeLength, LENGTH);
  state.set(family.escapeBase, BASE);
  state.set(family.escapeMask, MASK);
  stateWords.fill(0, CONTEXT, CONTEXT + 2);
  state.fill(0, PLANE_CONTEXT, PLANE_CONTEXT + 2);
  stateWords[BITS] = words[quicHeaderBytes / 4] as number;
  stateWords[AHEAD] = words[quicHeaderBytes / 4 + 1] as number;
  stateWords[LEFT] = 32;
  stateWords[AT] = quicHeaderBytes / 4 + 2;
}

/** Drops 1 to 31 bits. */
function skip(words: Int32Array, bits: number): void {
  const ahead = stateWords[AHEAD] as number;
  stateWords[BITS] = ((stateWords[BITS] as number) << bits) | (ahead >>> (32 - bits));
  stateWords[AHEAD] = ahead << bits;
  const left = (stateWords[LEFT] as number) - bits;
  stateWords[LEFT] = left;
  if (left < 0) {
    const at = stateWords[AT] as number;
    const word = words[at] as number;
    stateWords[AT] = at + 1;
    stateWords[BITS] = (stateWords[BITS] as number) | (word >>> (32 + left));
    stateWords[AHEAD] = word << -left;
    stateWords[LEFT] = 32 + left;
  }
}

/** One sample in the code of its context (channel × 256 + the sample before). */
function sample(words: Int32Array, context: number): number {
  const packed = state[(CODES + context) & 1023] as number;
  const code = packed & 7;
  const bits = stateWords[BITS] as number;
  const zeros = Math.clz32(bits);
  if (zeros < packed >>> 3) {
    skip(words, zeros + code + 1);
    return ((zeros - 1) << code) + (bits >>> (31 - zeros - code));
  }
  const length = state[LENGTH + code] as number;
  skip(words, length);
  const beyond = (bits >>> (32 - length)) & (state[MASK + code] as number);
  return ((state[BASE + code] as number) + beyond) & model.family.sampleMask;
}

/** The folded differences of a pixel after the one with these. */
function threeSamples(words: Int32Array, before: number): number {
  const red = sample(words, before & 255);
  const green = sample(words, 256 + ((before >>> 8) & 255));
  const blue = sample(words, 512 + ((before >>> 16) & 255));
  return red | (green << 8) | (blue << 16);
}

/** A run's length; never more than `most`, or it throws. */
function readRun(words: Int32Array, pace: Pace, most: number): number {
  let length = 0;
  for (;;) {
    const ones = Math.min(8, Math.clz32(~(stateWords[BITS] as number)));
    for (let one = 0; one < ones; one++) {
      length += 1 << (state[RUN_ORDER + pace.runState] as number);
      if (pace.runState < 31) pace.runState++;
    }
    if (length > most) throw new ProtocolError(where, 'a run goes beyond its row');
    if (ones < 8) {
      skip(words, ones + 1);
      break;
    }
    skip(words, 8);
  }
  const order = state[RUN_ORDER + pace.runState] as number;
  if (order > 0) {
    length += (stateWords[BITS] as number) >>> (32 - order);
    skip(words, order);
  }
  if (pace.runState > 0) pace.runState--;
  if (length > most) throw new ProtocolError(where, 'a run goes beyond its row');
  return length;
}

function colourRow(words: Int32Array, cells: Int32Array, at: number, width: number): void {
  stateWords[CONTEXT + 0] = stateWords[CONTEXT + 1] as number;
  for (let from = 0; from < width; ) {
    const end = colourPace.segmentEnd(from, width);
    let column = from;
    if (column === 0) {
      firstColour(words, cells, at, width);
      column = 1;
    }
    if (column < end) {
      if (at === 0) inParts(column, end, (first, last) => topColours(words, cells, first, last));
      else colours(words, cells, at, at - width, column, end);
    }
    from = end;
  }
}

/** The first row comes once an image: in parts, so that V8 has seen the end of its loop before it compiles that. */
function inParts(from: number, end: number, decode: (from: number, end: number) => void): void {
  for (let part = from; part < end; part += 64) decode(part, Math.min(end, part + 64));
}

function updateColours(column: number): void {
  const before = stateWords[CONTEXT + column] as number;
  const now = stateWords[CONTEXT + column + 1] as number;
  const halveAt = colourPace.halvingAt;
  model.update(0, before & 255, now & 255, halveAt);
  model.update(1, (before >>> 8) & 255, (now >>> 8) & 255, halveAt);
  model.update(2, (before >>> 16) & 255, (now >>> 16) & 255, halveAt);
}

/** The three channels of one pixel, predicted by `prediction`. */
function colour(words: Int32Array, column: number, prediction: number): number {
  const folded = threeSamples(words, stateWords[CONTEXT + column] as number);
  stateWords[CONTEXT + column + 1] = folded;
  return opaque | (addUnfolded(prediction, folded) & Math.imul(model.family.sampleMask, 0x010101));
}

/** The first pixel of a row is predicted by the one above alone. */
function firstColour(words: Int32Array, cells: Int32Array, at: number, width: number): void {
  cells[at] = colour(words, 0, at === 0 ? 0 : (cells[at - width] as number));
  if (colourPace.wait > 0) {
    colourPace.wait--;
  } else {
    colourPace.wait = colourPace.drawWait();
    updateColours(0);
  }
}

/** The first row is predicted by the left neighbour alone and has no runs. */
function topColours(words: Int32Array, cells: Int32Array, from: number, end: number): void {
  let update = from + colourPace.wait;
  for (let column = from; column < end; column++) {
    cells[column] = colour(words, column, cells[column - 1] as number);
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
  words: Int32Array,
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
    let bits = stateWords[BITS] as number;
    let ahead = stateWords[AHEAD] as number;
    let leftOver = stateWords[LEFT] as number;
    let next = stateWords[AT] as number;
    let left = (cells[at + column - 1] as number) & 0xffffff;
    let beforeLeft = column > 2 ? (cells[at + column - 2] as number) & 0xffffff : -1;
    let aboveLeft = (cells[above + column - 1] as number) & 0xffffff;
    let folded = stateWords[CONTEXT + column] as number;
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
      let packed = state[(CODES + folded) & 255] as number;
      let code = packed & 7;
      let zeros = Math.clz32(bits);
      let length = zeros + code + 1;
      let red = (((zeros - 1) << code) + (bits >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = state[LENGTH + code] as number;
        red = (state[BASE + code] as number) + ((bits >>> (32 - length)) & (state[MASK + code] as number));
      }
      let total = length;
      let rest = bits << length;

      packed = state[CODES + 256 + ((folded >>> 8) & 255)] as number;
      code = packed & 7;
      zeros = Math.clz32(rest);
      length = zeros + code + 1;
      let green = (((zeros - 1) << code) + (rest >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = state[LENGTH + code] as number;
        green = (state[BASE + code] as number) + ((rest >>> (32 - length)) & (state[MASK + code] as number));
      }
      total += length;
      rest <<= length;

      packed = state[CODES + 512 + ((folded >>> 16) & 255)] as number;
      code = packed & 7;
      zeros = Math.clz32(rest);
      length = zeros + code + 1;
      let blue = (((zeros - 1) << code) + (rest >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = state[LENGTH + code] as number;
        blue = (state[BASE + code] as number) + ((rest >>> (32 - length)) & (state[MASK + code] as number));
      }
      total += length;
      if (total > 31) {
        long = true;
        break;
      }

      folded = (red | (green << 8) | (blue << 16)) & colourMask;
      stateWords[CONTEXT + column + 1] = folded;
      bits = (bits << total) | (ahead >>> (32 - total));
      ahead <<= total;
      leftOver -= total;
      if (leftOver < 0) {
        const word = words[next] as number;
        next = (next + 1) | 0;
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

    stateWords[BITS] = bits;
    stateWords[AHEAD] = ahead;
    stateWords[LEFT] = leftOver;
    stateWords[AT] = next;
    if (run) {
      runAt = column;
      // What a call answers is an object to V8 until it is told otherwise, and then so is all that it is added to.
      const length = readRun(words, colourPace, end - column) | 0;
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
      cells[at + column] = colour(words, column, (left & up) + (((left ^ up) & 0xfefefe) >>> 1));
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
function plane(words: Int32Array, cells: Int32Array, at: number, width: number, kind: 'gray' | 'rgba'): void {
  const odd = (at / width) & 1;
  const row = odd === 1 ? ODD_PLANE : EVEN_PLANE;
  const above = odd === 1 ? EVEN_PLANE : ODD_PLANE;
  const channel = kind === 'gray' ? 0 : 768;
  state[PLANE_CONTEXT + 0] = state[PLANE_CONTEXT + 1] as number;
  for (let from = 0; from < width; ) {
    const end = planePace.segmentEnd(from, width);
    let column = from;
    if (column === 0) {
      const folded = sample(words, channel + (state[PLANE_CONTEXT + 0] as number));
      state[PLANE_CONTEXT + 1] = folded;
      state[row] = addUnfolded(at === 0 ? 0 : (state[above] as number), folded);
      if (planePace.wait > 0) {
        planePace.wait--;
      } else {
        planePace.wait = planePace.drawWait();
        model.update(channel >> 8, state[PLANE_CONTEXT + 0] as number, folded, planePace.halvingAt);
      }
      column = 1;
    }
    if (column < end) {
      if (at === 0) inParts(column, end, (first, last) => topPlane(words, row, channel, first, last));
      else planeSegment(words, row, above, channel, column, end);
    }
    from = end;
  }
  if (kind === 'gray') {
    for (let column = 0; column < width; column++) {
      cells[at + column] = opaque | Math.imul(state[row + column] as number, 0x010101);
    }
  } else {
    setAlpha(cells, at, row, width);
  }
}

/** The colours are opaque so far, and most of most pictures stays so: look at four at a time. */
function setAlpha(cells: Int32Array, at: number, row: number, width: number): void {
  const whole = width >> 2;
  const first = row >> 2;
  let cell = at | 0;
  for (let quad = 0; quad < whole; quad++, cell = (cell + 4) | 0) {
    const four = stateWords[first + quad] as number;
    if (four === -1) continue;
    cells[cell] = ((cells[cell] as number) & 0xffffff) | (four << 24);
    cells[cell + 1] = ((cells[cell + 1] as number) & 0xffffff) | ((four << 16) & 0xff000000);
    cells[cell + 2] = ((cells[cell + 2] as number) & 0xffffff) | ((four << 8) & 0xff000000);
    cells[cell + 3] = ((cells[cell + 3] as number) & 0xffffff) | (four & 0xff000000);
  }
  for (let column = whole << 2; column < width; column++, cell++) {
    cells[cell] = ((cells[cell] as number) & 0xffffff) | ((state[row + column] as number) << 24);
  }
}

function topPlane(words: Int32Array, row: number, channel: number, from: number, end: number): void {
  let update = from + planePace.wait;
  for (let column = from; column < end; column++) {
    const before = state[PLANE_CONTEXT + column] as number;
    const folded = sample(words, channel + before);
    state[PLANE_CONTEXT + column + 1] = folded;
    state[row + column] = addUnfolded(state[row + column - 1] as number, folded);
    if (column === update) {
      model.update(channel >> 8, before, folded, planePace.halvingAt);
      update = column + 1 + planePace.drawWait();
    }
  }
  planePace.wait = update - end;
}

/**
 * As `colours`, for one channel. Where alpha is a gradient it stands still every few pixels and most runs are empty: those are
 * read together with the sample behind them, without a branch, as nothing foretells them.
 */
function planeSegment(
  words: Int32Array,
  row: number,
  above: number,
  channel: number,
  from: number,
  end: number,
): void {
  let column = from | 0;
  let update = (column + planePace.wait) | 0;
  while (column < end) {
    let bits = stateWords[BITS] as number;
    let ahead = stateWords[AHEAD] as number;
    let leftOver = stateWords[LEFT] as number;
    let next = stateWords[AT] as number;
    let runState = planePace.runState | 0;
    let order = state[RUN_ORDER + runState] as number;
    let left = state[row + column - 1] as number;
    let beforeLeft = column > 2 ? (state[row + column - 2] as number) : noSample;
    let aboveLeft = state[above + column - 1] as number;
    let folded = state[PLANE_CONTEXT + column] as number;
    const stop = Math.min(end, update + 1) | 0;
    let run = false;
    let still = 0;

    while (column < stop) {
      const up = state[above + column] as number;
      // All ones where a run begins, else 0.
      still = (((up ^ aboveLeft) | (left ^ beforeLeft)) - 1) >> 31;
      run = (still & (bits >>> (31 - order))) !== 0;
      if (run) break;
      const empty = still & (order + 1);
      const window = bits << empty;
      const packed = state[(CODES + (channel + folded)) & 1023] as number;
      const code = packed & 7;
      const zeros = Math.clz32(window);
      let length = (zeros + code + 1) | 0;
      let value = (((zeros - 1) << code) + (window >>> (32 - length))) | 0;
      if (zeros >= packed >>> 3) {
        length = state[LENGTH + code] as number;
        const beyond = (window >>> (32 - length)) & (state[MASK + code] as number);
        value = ((state[BASE + code] as number) + beyond) & 255;
      }
      const total = (empty + length) | 0;
      if (total > 31) break;

      folded = value;
      state[PLANE_CONTEXT + column + 1] = folded;
      runState = (runState + (still & (-runState >> 31))) | 0;
      order = state[RUN_ORDER + runState] as number;
      bits = (bits << total) | (ahead >>> (32 - total));
      ahead <<= total;
      leftOver -= total;
      if (leftOver < 0) {
        const word = words[next] as number;
        next = (next + 1) | 0;
        ahead = word << -leftOver;
        leftOver += 32;
        bits |= word >>> leftOver;
      }
      beforeLeft = column > 1 ? left : noSample;
      aboveLeft = up;
      left = (((left + up) >>> 1) + ((folded >>> 1) ^ -(folded & 1))) & 255;
      state[row + column] = left;
      column = (column + 1) | 0;
    }

    stateWords[BITS] = bits;
    stateWords[AHEAD] = ahead;
    stateWords[LEFT] = leftOver;
    stateWords[AT] = next;
    planePace.runState = runState;
    if (run) {
      const length = readRun(words, planePace, end - column) | 0;
      if (length > longFill) state.fill(left, row + column, row + column + length);
      else for (let cell = column, last = cell + length; cell < last; cell++) state[row + cell] = left;
      update = (update + length) | 0;
      column = (column + length) | 0;
      continue;
    }
    if (column < stop) {
      // An empty run and its sample that do not fit into 32 bits.
      if (still !== 0) readRun(words, planePace, 0);
      folded = sample(words, channel + folded);
      state[PLANE_CONTEXT + column + 1] = folded;
      state[row + column] = addUnfolded((left + (state[above + column] as number)) >>> 1, folded);
      column = (column + 1) | 0;
    }
    if (column === update + 1) {
      model.update(
        channel >> 8,
        state[PLANE_CONTEXT + update] as number,
        state[PLANE_CONTEXT + update + 1] as number,
        planePace.halvingAt,
      );
      update = (column + planePace.drawWait()) | 0;
    }
  }
  planePace.wait = update - end;
}

/** In the place of a sample: one that equals none. */
const noSample = 256;

/** The stream as words, with zeros behind it for more than a row can take. */
function wordsOf(source: Uint8Array, width: number): Int32Array {
  const size = source.length & ~3;
  const bytes = scratchBytes(size + width * 24 + 64);
  bytes.set(size === source.length ? source : source.subarray(0, size));
  bytes.fill(0, size);
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
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
