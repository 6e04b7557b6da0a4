import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineReader } from './line-reader.ts';

test('however the bytes are cut, the lines and the rest are the same', () => {
  fc.assert(
    fc.property(
      fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => Buffer.from(bytes.map((byte) => (byte < 40 ? 10 : byte)))),
      fc.array(fc.nat(300)),
      (bytes, cuts) => {
        const reader = new LineReader(1000);
        const lines: string[] = [];
        let from = 0;
        for (const cut of [
          ...cuts.filter((at) => at < bytes.length).toSorted((a, b) => a - b),
          bytes.length,
        ]) {
          reader.push(bytes.subarray(from, cut));
          from = cut;
          for (let line = reader.next(); line !== null; line = reader.next())
            lines.push(line.toString('latin1'));
        }
        expect([...lines, reader.takeRest().toString('latin1')]).toEqual(
          bytes.toString('latin1').split('\n'),
        );
      },
    ),
  );
});

test('a line that is longer than allowed shows', () => {
  const reader = new LineReader(4);
  reader.push(Buffer.from('12345'));
  expect(reader.overflowed).toBe(true);
  expect(reader.takeRest().toString()).toBe('12345');
  expect(reader.overflowed).toBe(false);
});
