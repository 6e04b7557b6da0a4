import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROPD } from '../protocol/constants.ts';
import {
  isCareful,
  isCopy,
  rop3OfCode,
  rop3Row,
  ropFill,
  ropOfDescriptor,
  ropOfTable,
  ropRow,
} from './rop.ts';

const words = fc.uint32Array({ minLength: 8, maxLength: 8 });

test('each of the 16 binary operations is its truth table, bit by bit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), words, words, (table, source, dest) => {
      const data = dest.slice();
      ropRow(ropOfTable(table), data, 0, source, 0, 8);
      const wanted = dest.map((d, i) => byTable(table, [source[i] ?? 0, d]));
      expect(data).toEqual(wanted);
      const filled = dest.slice();
      ropFill(ropOfTable(table), filled, 0, source[0] ?? 0, 8);
      expect(filled).toEqual(dest.map((d) => byTable(table, [source[0] ?? 0, d])));
    }),
  );
});

test('each of the 256 ternary operations is its truth table, bit by bit', () => {
  fc.assert(
    fc.property(words, words, words, (brush, source, dest) => {
      for (let code = 0; code < 256; code++) {
        const data = dest.slice();
        rop3Row(rop3OfCode(code), data, 0, source, 0, brush, 0, 8);
        expect(data).toEqual(dest.map((d, i) => byTable(code, [brush[i] ?? 0, source[i] ?? 0, d])));
      }
    }),
    { numRuns: 5 },
  );
});

/** The first input is the highest bit of the table's index. */
function byTable(table: number, inputs: readonly number[]): number {
  let out = 0;
  for (let bit = 0; bit < 32; bit++) {
    const index = inputs.reduce((at, word) => at * 2 + ((word >>> bit) & 1), 0);
    out |= ((table >> index) & 1) << bit;
  }
  return out >>> 0;
}

test('a descriptor inverts what it says, and takes the first operation', () => {
  const run = (descriptor: number): number => {
    const data = Uint32Array.of(0b0101);
    ropFill(ropOfDescriptor(descriptor, 'src', 'dest'), data, 0, 0b0011, 1);
    return (data[0] ?? 0) & 15;
  };
  expect(run(ROPD.put)).toBe(0b0011);
  expect(run(ROPD.put | ROPD.inverseSource)).toBe(0b1100);
  expect(run(ROPD.put | ROPD.inverseSource | ROPD.inverseResult)).toBe(0b0011);
  expect(run(ROPD.or | ROPD.inverseDestination)).toBe(0b1011);
  expect(run(ROPD.and | ROPD.inverseResult)).toBe(0b1110);
  expect(run(ROPD.xor)).toBe(0b0110);
  expect(run(ROPD.blackness | ROPD.inverseResult)).toBe(0);
  expect(run(ROPD.whiteness)).toBe(15);
  expect(run(ROPD.inverse)).toBe(0b1010);
  expect(run(ROPD.put | ROPD.xor)).toBe(0b0011);
  expect(run(ROPD.put | ROPD.inverseBrush)).toBe(0b0011);
  expect(run(0)).toBe(0b0011);
});

test('copying is known, and so are the operations that must not be done twice', () => {
  expect(isCopy(ropOfTable(0b1100))).toBe(true);
  expect(isCopy(ropOfTable(0b0011))).toBe(false);
  const careful = Array.from({ length: 16 }, (_, table) => table).filter((table) =>
    isCareful(ropOfTable(table)),
  );
  // f(s, f(s, d)) differs from f(s, d) wherever some s inverts d.
  expect(careful).toEqual(
    Array.from({ length: 16 }, (_, table) => table).filter((table) => (table & 3) === 1 || table >> 2 === 1),
  );
});
