import { ROPD } from '../protocol/constants.ts';

/**
 * Bitwise operations between what is drawn and what is there. Each is a polynomial over GF(2) whose coefficients are
 * all-ones or all-zero words, so one loop without branches serves every operation.
 */

/** Result = one ^ (d & dest) ^ (s & (src ^ (d & both))). */
export interface Rop {
  readonly one: number;
  readonly dest: number;
  readonly src: number;
  readonly both: number;
}

/** From a truth table: bit 2s + d is the result for source bit s and destination bit d. */
export function ropOfTable(table: number): Rop {
  const at = (i: number): number => -((table >> i) & 1);
  return { one: at(0), dest: at(0) ^ at(1), src: at(0) ^ at(2), both: at(0) ^ at(1) ^ at(2) ^ at(3) };
}

export const ropCopy = ropOfTable(0b1100);
export const ropInvert = ropOfTable(0b0101);

export function isCopy(rop: Rop): boolean {
  return rop.one === 0 && rop.dest === 0 && rop.src === -1 && rop.both === 0;
}

/** What plays the source and what the destination in a descriptor, so which of its invert bits count. */
export type RopInput = 'src' | 'brush' | 'dest';

const inversOf = {
  src: ROPD.inverseSource,
  brush: ROPD.inverseBrush,
  dest: ROPD.inverseDestination,
} as const;

/** A descriptor's operation. The first operation bit wins; INVERS_RES does not touch black, white and invert. */
export function ropOfDescriptor(descriptor: number, source: RopInput, dest: RopInput): Rop {
  const s = (descriptor & inversOf[source]) !== 0 ? 0b0011 : 0b1100;
  const d = (descriptor & inversOf[dest]) !== 0 ? 0b0101 : 0b1010;
  const flip = (descriptor & ROPD.inverseResult) !== 0 ? 0b1111 : 0;
  if ((descriptor & ROPD.put) !== 0) return ropOfTable(s ^ flip);
  if ((descriptor & ROPD.or) !== 0) return ropOfTable((s | d) ^ flip);
  if ((descriptor & ROPD.and) !== 0) return ropOfTable((s & d) ^ flip);
  if ((descriptor & ROPD.xor) !== 0) return ropOfTable(s ^ d ^ flip);
  if ((descriptor & ROPD.blackness) !== 0) return ropOfTable(0);
  if ((descriptor & ROPD.whiteness) !== 0) return ropOfTable(0b1111);
  if ((descriptor & ROPD.inverse) !== 0) return ropInvert;
  return ropCopy;
}

/** Whether drawing a pixel twice gives something else than drawing it once. */
export function isCareful(rop: Rop): boolean {
  const f = (s: number, d: number): number => rop.one ^ (d & rop.dest) ^ (s & (rop.src ^ (d & rop.both)));
  for (const s of [0, -1]) for (const d of [0, -1]) if (f(s, f(s, d)) !== f(s, d)) return true;
  return false;
}

/** The same for a source whose top byte counts as 0, whatever is stored. */
export function blankingTop(rop: Rop): Rop {
  return { ...rop, src: rop.src & 0x00ffffff, both: rop.both & 0x00ffffff };
}

/** Source rows onto destination rows. */
export function ropRow(
  rop: Rop,
  data: Uint32Array,
  at: number,
  source: Uint32Array,
  from: number,
  count: number,
): void {
  const { one, dest, src, both } = rop;
  for (let i = 0; i < count; i++) {
    const d = data[at + i] ?? 0;
    data[at + i] = one ^ (d & dest) ^ ((source[from + i] ?? 0) & (src ^ (d & both)));
  }
}

/** One word onto a destination row. */
export function ropFill(rop: Rop, data: Uint32Array, at: number, word: number, count: number): void {
  const keep = rop.dest ^ (word & rop.both);
  const add = rop.one ^ (word & rop.src);
  for (let i = 0; i < count; i++) data[at + i] = add ^ ((data[at + i] ?? 0) & keep);
}

/** Coefficients for a ternary code: bit 4p + 2s + d is the result. Index: 4 brush, 2 source, 1 destination. */
export type Rop3 = readonly [number, number, number, number, number, number, number, number];

export function rop3OfCode(code: number): Rop3 {
  const c = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 8; j++) if ((i & j) === j) c[i] = (c[i] ?? 0) ^ -((code >> j) & 1);
  }
  return [c[0] ?? 0, c[1] ?? 0, c[2] ?? 0, c[3] ?? 0, c[4] ?? 0, c[5] ?? 0, c[6] ?? 0, c[7] ?? 0];
}

/** A row of destination words under a ternary operation; brush words in `brush` from `brushFrom` on. */
export function rop3Row(
  c: Rop3,
  data: Uint32Array,
  at: number,
  source: Uint32Array,
  from: number,
  brush: Uint32Array,
  brushFrom: number,
  count: number,
): void {
  const [c0, c1, c2, c3, c4, c5, c6, c7] = c;
  for (let i = 0; i < count; i++) {
    const d = data[at + i] ?? 0;
    const s = source[from + i] ?? 0;
    const p = brush[brushFrom + i] ?? 0;
    data[at + i] = c0 ^ (d & c1) ^ (s & (c2 ^ (d & c3))) ^ (p & (c4 ^ (d & c5) ^ (s & (c6 ^ (d & c7)))));
  }
}
