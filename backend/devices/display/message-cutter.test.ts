import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageCutter } from './message-cutter.ts';
import { message, words } from './testing/spice-bytes.ts';

const form = fc.constantFrom('mini' as const, 'full' as const);

/** What is found where a stream comes in pieces of these sizes, in turns. */
function found(cutter: MessageCutter, bytes: Buffer, pieces: readonly number[]): [number, number][] {
  const whole: [number, number][] = [];
  for (let from = 0, turn = 0; from < bytes.length; turn += 1) {
    const chunk = bytes.subarray(from, from + (pieces[turn % pieces.length] ?? 1));
    from += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      at = cutter.read(chunk, at);
      if (cutter.isWhole) whole.push([cutter.type, cutter.size]);
    }
  }
  return whole;
}

test('the same messages are found however the stream is cut', () => {
  fc.assert(
    fc.property(
      form,
      fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.nat(50)), { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
      (which, messages, pieces) => {
        const bytes = Buffer.concat(messages.map(([type, size]) => message(which, type, size)));
        expect(found(new MessageCutter(which), bytes, pieces)).toEqual(messages);
      },
    ),
  );
});

test('the first words of a body of BaseChannel are kept, as far as it has them', () => {
  for (let piece = 1; piece < 30; piece += 1) {
    const cutter = new MessageCutter('full');
    found(cutter, message('full', 3, words(7, 8, 9)), [piece]);
    expect([cutter.word(0), cutter.word(1), cutter.word(2)]).toEqual([7, 8, null]);
    found(cutter, message('full', 1, words(5)), [piece]);
    expect([cutter.word(0), cutter.word(1)]).toEqual([5, null]);
  }
});

test('what makes a message whole is known wherever it is cut off', () => {
  const bytes = message('mini', 0x102, 300);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const cutter = new MessageCutter('mini');
    found(cutter, bytes.subarray(0, cut), [bytes.length]);
    // The low byte of the size, 300, comes third.
    const size = [0, 0, 0, 300 & 0xff][cut] ?? 300;
    expect(cutter.cutOff().missing).toBe(cut === 0 ? 0 : size + 6 - cut);
  }
});

test('noise of any kind is skipped, and takes no more than it is', () => {
  fc.assert(
    fc.property(form, fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 })), (which, chunks) => {
      const cutter = new MessageCutter(which);
      for (const bytes of chunks) {
        const chunk = Buffer.from(bytes);
        for (let at = 0; at < chunk.length; ) {
          const next = cutter.read(chunk, at);
          expect(next).toBeGreaterThan(at);
          expect(next).toBeLessThanOrEqual(chunk.length);
          at = next;
        }
      }
    }),
  );
});
