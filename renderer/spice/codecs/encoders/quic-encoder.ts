// The other direction of quic.ts, for tests, benchmarks and servers of our own: plain rather than fast.
import type { Pixels } from '../../protocol/pixels.ts';
import { type QuicKind, quicKinds, quicMagic } from '../quic-header.ts';
import { type CodeFamily, eightBitFamily, fiveBitFamily, Pace, runOrders } from '../quic-model.ts';
import { ByteWriter } from './byte-writer.ts';
import { EncoderModel } from './quic-encoder-model.ts';

/** Encodes as spice-server does. rgb16 takes the upper five bits of each colour, gray takes red. */
export function encodeQuic(pixels: Pixels, kind: QuicKind): Uint8Array {
  return new QuicEncoder(pixels, kind).encode();
}

class QuicEncoder {
  readonly #pixels: Pixels;
  readonly #kind: QuicKind;
  readonly #family: CodeFamily;
  readonly #model: EncoderModel;
  readonly #output = new ByteWriter();
  #word = 0;
  #room = 32;

  constructor(pixels: Pixels, kind: QuicKind) {
    this.#pixels = pixels;
    this.#kind = kind;
    this.#family = kind === 'rgb16' ? fiveBitFamily : eightBitFamily;
    this.#model = new EncoderModel(this.#family);
  }

  encode(): Uint8Array {
    const { width, height } = this.#pixels;
    for (const word of [quicMagic, 0, quicKinds.indexOf(this.#kind), width, height])
      this.#output.word(word, true);
    const colours = new Plane(this.#kind === 'gray' ? [0] : [0, 1, 2], this.#channels(), width);
    const alpha = this.#kind === 'rgba' ? new Plane([3], this.#channels(), width) : null;
    for (let row = 0; row < height; row++) {
      this.#row(colours, row);
      if (alpha !== null) this.#row(alpha, row);
    }
    // The decoder looks a word ahead.
    this.#flush();
    this.#output.word(0, true);
    return this.#output.finish();
  }

  #channels(): Uint8Array[] {
    const { data } = this.#pixels;
    const shift = this.#kind === 'rgb16' ? 3 : 0;
    return [0, 8, 16, 24].map((at) => Uint8Array.from(data, (word) => ((word >>> at) & 255) >> shift));
  }

  #row(plane: Plane, row: number): void {
    const { width } = this.#pixels;
    plane.startRow(row);
    for (let from = 0; from < width; ) {
      const end = plane.pace.segmentEnd(from, width);
      this.#segment(plane, row, from, end);
      from = end;
    }
  }

  #segment(plane: Plane, row: number, from: number, end: number): void {
    const { pace } = plane;
    let column = from;
    let runAt = -1;
    let update = column + pace.wait;
    while (column < end) {
      if (column > 2 && runAt !== column && plane.stoodStill(row, column)) {
        runAt = column;
        let length = 0;
        while (column + length < end && plane.same(row, column + length, row, column + length - 1)) length++;
        this.#run(pace, length);
        column += length;
        update += length;
        continue;
      }
      for (const channel of plane.channels) this.#sample(plane, channel, row, column);
      if (column === update) {
        for (const channel of plane.channels) plane.learn(this.#model, channel, column);
        update = column + 1 + pace.drawWait();
      }
      column++;
    }
    pace.wait = update - end;
  }

  #sample(plane: Plane, channel: number, row: number, column: number): void {
    const family = this.#family;
    const difference = plane.difference(channel, row, column) & family.sampleMask;
    const half = family.sampleMask >> 1;
    const folded = difference <= half ? difference * 2 : (family.sampleMask - difference) * 2 + 1;
    const code = this.#model.codeAfter(channel, plane.before(channel, column));
    const base = family.escapeBase[code] ?? 0;
    const length = family.lengths[difference * 8 + code] ?? 0;
    this.#put(folded < base ? (1 << code) | (folded & ((1 << code) - 1)) : folded - base, length);
    plane.remember(channel, column, difference);
  }

  #run(pace: Pace, length: number): void {
    let rest = length;
    for (
      let order = 1 << (runOrders[pace.runState] ?? 0);
      rest >= order;
      order = 1 << (runOrders[pace.runState] ?? 0)
    ) {
      this.#put(1, 1);
      rest -= order;
      if (pace.runState < 31) pace.runState++;
    }
    this.#put(rest, (runOrders[pace.runState] ?? 0) + 1);
    if (pace.runState > 0) pace.runState--;
  }

  /** Up to 31 bits, from the top of the word down. */
  #put(value: number, length: number): void {
    if (length <= this.#room) {
      this.#room -= length;
      this.#word |= value << this.#room;
      if (this.#room === 0) this.#flush();
      return;
    }
    const over = length - this.#room;
    this.#word |= value >>> over;
    this.#room = 0;
    this.#flush();
    this.#room = 32 - over;
    this.#word = value << this.#room;
  }

  #flush(): void {
    if (this.#room === 32) return;
    this.#output.word(this.#word >>> 0, true);
    this.#word = 0;
    this.#room = 32;
  }
}

/** Channels that are coded together, and the differences of their row from what was predicted. */
class Plane {
  readonly channels: readonly number[];
  readonly pace = new Pace();
  readonly #values: readonly Uint8Array[];
  readonly #width: number;
  /** By channel; entry 0 stands for the pixel before the row. */
  readonly #differences: readonly Uint8Array[];

  constructor(channels: readonly number[], values: readonly Uint8Array[], width: number) {
    this.channels = channels;
    this.#values = values;
    this.#width = width;
    this.#differences = values.map(() => new Uint8Array(width + 1));
  }

  startRow(row: number): void {
    for (const differences of this.#differences) differences[0] = row === 0 ? 0 : (differences[1] ?? 0);
  }

  before(channel: number, column: number): number {
    return this.#differences[channel]?.[column] ?? 0;
  }

  remember(channel: number, column: number, difference: number): void {
    const row = this.#differences[channel];
    if (row !== undefined) row[column + 1] = difference;
  }

  learn(model: EncoderModel, channel: number, column: number): void {
    model.learn(channel, this.before(channel, column), this.before(channel, column + 1), this.pace.halvingAt);
  }

  difference(channel: number, row: number, column: number): number {
    const left = column === 0 ? null : this.#value(channel, row, column - 1);
    const above = row === 0 ? null : this.#value(channel, row - 1, column);
    const prediction = left === null ? (above ?? 0) : above === null ? left : (left + above) >> 1;
    return this.#value(channel, row, column) - prediction;
  }

  same(row: number, column: number, otherRow: number, otherColumn: number): boolean {
    return this.channels.every(
      (channel) => this.#value(channel, row, column) === this.#value(channel, otherRow, otherColumn),
    );
  }

  /** Whether a run is tried here: the row above and the last two pixels did not change. */
  stoodStill(row: number, column: number): boolean {
    return (
      row > 0 &&
      this.same(row - 1, column - 1, row - 1, column) &&
      this.same(row, column - 1, row, column - 2)
    );
  }

  #value(channel: number, row: number, column: number): number {
    return this.#values[channel]?.[row * this.#width + column] ?? 0;
  }
}
