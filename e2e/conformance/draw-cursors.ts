import { Dice } from '../../renderer/spice/canvas/testing/message-builder.ts';
import type { CursorShape } from '../../renderer/spice/channels/cursor-shape.ts';
import { CHANNEL, CURSOR_TYPE } from '../../renderer/spice/protocol/constants.ts';
import { cursor } from '../spice-server/cursor-messages.ts';
import type { DrawPair } from './draw-pair.ts';
import type { Row } from './oracles.ts';
import type { ReferenceCursor } from './reference/reference-client.ts';

/** Left out: pointers of 8 and 24 bits, which spice-gtk does not draw ("unimplemented cursor type"). */
const types = {
  alpha: CURSOR_TYPE.alpha,
  mono: CURSOR_TYPE.mono,
  'color 4': CURSOR_TYPE.color4,
  'color 16': CURSOR_TYPE.color16,
  'color 32': CURSOR_TYPE.color32,
} as const;
type CursorKind = (typeof types)[keyof typeof types];

const SHAPES = 40;

/** Pointers of each kind, some kept and shown again, against what spice-gtk gives to its window. */
export async function cursorRows(pair: DrawPair, report: (row: Row) => void): Promise<void> {
  for (const [mode, type] of Object.entries(types)) {
    const dice = new Dice(type + 1);
    let differing = 0;
    let note = '';
    for (let count = 0; count < SHAPES; count += 1) {
      const found = await compareOne(pair, dice, type, BigInt(type * 1000 + count));
      differing += found.differing;
      if (found.differing > 0) note ||= `shape ${count}: ${found.first}`;
    }
    const drawn = `${SHAPES} shapes, ${SHAPES * 5} messages`;
    const row = { what: 'pointer', mode, differing, oracle: 'spice-gtk', drawn };
    report({ ...row, ...(note === '' ? {} : { note }) });
  }
}

interface Found {
  readonly differing: number;
  readonly first: string;
}

async function compareOne(pair: DrawPair, dice: Dice, type: CursorKind, id: bigint): Promise<Found> {
  const width = dice.pick([1, 7, 8, 9, 16, 24, 31, 32, 64]);
  const height = dice.pick([1, 5, 8, 17, 32, 64]);
  const hotspot = { x: dice.between(0, width + 3), y: dice.between(0, height + 3) };
  const shape = { id, keep: true, type, width, height, hotspot, data: dataOf(dice, type, width, height) };
  const position = { x: dice.between(-20, 900), y: dice.between(-20, 900) };
  const first = await see(pair, [cursor.set(shape, position)]);
  // Another one in between, so that the kept one has to come back.
  const black = { type: CURSOR_TYPE.mono, width: 1, height: 1, data: Uint8Array.of(0, 0) };
  const second = await see(pair, [cursor.set(black), cursor.hide(), cursor.set({ keptAs: id }, position)]);
  const moved = { x: dice.between(0, 2000), y: dice.between(0, 2000) };
  await pair.send(CHANNEL.cursor, [cursor.move(moved)]);
  const { position: at } = await pair.theirs.cursor();
  const ours = pair.ours.cursor?.position;
  const apart = ours?.x === at.x && ours.y === at.y ? 0 : 1;
  return {
    differing: first.differing + second.differing + apart,
    first: first.first || second.first || `at ${ours?.x},${ours?.y}, theirs ${at.x},${at.y}`,
  };
}

async function see(pair: DrawPair, messages: Parameters<DrawPair['send']>[1]): Promise<Found> {
  await pair.send(CHANNEL.cursor, messages);
  const theirs = await pair.theirs.cursor();
  const ours = pair.ours.cursor?.shape ?? null;
  return ours === null ? { differing: 1, first: 'we have no pointer' } : compareShapes(ours, theirs);
}

/**
 * Where the guest's screen is to be inverted spice-gtk, which cannot, has a look of its own: white, black at its edges, or a pattern that is half
 * through. There, and beside it, only that it shows something is compared; where nothing shows, only that.
 */
function compareShapes({ pixels, hotspot, invert }: CursorShape, theirs: ReferenceCursor): Found {
  const { width, height } = pixels;
  if (width !== theirs.width || height !== theirs.height) {
    return { differing: width * height, first: `theirs is ${theirs.width}×${theirs.height}` };
  }
  let differing = 0;
  let first = '';
  if (hotspot.x !== theirs.hot.x || hotspot.y !== theirs.hot.y) {
    differing = 1;
    first = `hotspot ${hotspot.x},${hotspot.y}, theirs ${theirs.hot.x},${theirs.hot.y}`;
  }
  const view = new DataView(theirs.rgba.buffer, theirs.rgba.byteOffset);
  for (let at = 0; at < pixels.data.length; at += 1) {
    const mine = pixels.data[at] ?? 0;
    const other = view.getUint32(at * 4, true);
    const same =
      invert?.[at] === 1
        ? other >>> 24 !== 0
        : mine >>> 24 === 0
          ? other >>> 24 === 0 || isBeside(invert, at, width)
          : mine === other || (isBeside(invert, at, width) && other === 0xff000000);
    if (same) continue;
    differing += 1;
    first ||= `pixel ${at % width},${Math.floor(at / width)} ours ${mine.toString(16)}, theirs ${other.toString(16)}`;
  }
  return { differing, first };
}

function isBeside(invert: Uint8Array | null, at: number, width: number): boolean {
  if (invert === null) return false;
  const x = at % width;
  for (const [dx, dy] of [-1, 0, 1].flatMap((left) => [-1, 0, 1].map((up) => [left, up] as const))) {
    if (x + dx < 0 || x + dx >= width) continue;
    if (invert[at + dx + dy * width] === 1) return true;
  }
  return false;
}

/** struct Cursor's data: colours, for 4 bits a palette, then a mask of one bit; with the colour that inverts now and then. */
function dataOf(dice: Dice, type: CursorKind, width: number, height: number): Uint8Array {
  const count = width * height;
  const mask = bytes(dice, Math.ceil(count / 8));
  switch (type) {
    case CURSOR_TYPE.alpha:
      return bytes(dice, count * 4);
    case CURSOR_TYPE.mono:
      return bytes(dice, ((width + 7) >> 3) * height * 2);
    case CURSOR_TYPE.color4: {
      const palette = new Uint8Array(64);
      for (let at = 0; at < 64; at += 4) palette.set(color(dice), at);
      return joined(bytes(dice, ((width + 1) >> 1) * height), palette, mask);
    }
    case CURSOR_TYPE.color16: {
      const words = new Uint8Array(count * 2);
      for (let at = 0; at < words.length; at += 2) {
        const word = dice.chance(25) ? 0x7fff : dice.between(0, 0x7ffe);
        words[at] = word;
        words[at + 1] = word >> 8;
      }
      return joined(words, mask);
    }
    case CURSOR_TYPE.color32: {
      const words = new Uint8Array(count * 4);
      for (let at = 0; at < words.length; at += 4) words.set(color(dice), at);
      return joined(words, mask);
    }
  }
}

/** Blue, green, red, and a spare byte of 0. */
function color(dice: Dice): Uint8Array {
  return dice.chance(25) ? Uint8Array.of(255, 255, 255, 0) : Uint8Array.of(...bytes(dice, 3), 0);
}

function bytes(dice: Dice, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => dice.next() >>> 5);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
