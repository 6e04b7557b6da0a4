import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

test('whatever the pieces, the same bytes come out in the same order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }),
      fc.array(fc.nat(60), { maxLength: 30 }),
      (pieces, wanted) => {
        const all = pieces.flatMap((piece) => [...piece]);
        const queue = new ByteQueue();
        for (const piece of pieces) queue.push(new Uint8Array(piece).buffer);
        let at = 0;
        for (const length of wanted) {
          const message = queue.take(length);
          if (at + length > all.length) {
            expect(message).toBeNull();
            continue;
          }
          expect([...new Uint8Array(message ?? new ArrayBuffer(0))]).toEqual(all.slice(at, at + length));
          at += length;
          expect(queue.held).toBe(all.length - at);
        }
      },
    ),
  );
});

test('a piece that is exactly what is asked for is not copied', () => {
  const queue = new ByteQueue();
  const piece = new ArrayBuffer(8);
  queue.push(piece);
  expect(queue.take(8)).toBe(piece);
});
