import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { HeaderForm } from './message-assembler.ts';

const SET_ACK = 3;
const DRAW = 304;

function message(form: HeaderForm, type: number, size: number): Uint8Array {
  const writer = new ByteWriter((form === 'mini' ? 6 : 18) + size);
  if (form === 'full') writer.u64(1n);
  writer.u16(type).u32(size);
  if (form === 'full') writer.u32(0);
  return writer.put(new Uint8Array(size)).bytes;
}

/** Handled at once, as the channel does. */
function withWindow(window: number, form: HeaderForm = 'mini'): Acknowledgements {
  const acknowledgements = new Acknowledgements(form);
  acknowledgements.arrive(message(form, SET_ACK, 8));
  acknowledgements.setWindow(window);
  acknowledgements.handle();
  return acknowledgements;
}

test('without a window none is given', () => {
  const acknowledgements = new Acknowledgements('mini');
  acknowledgements.arrive(message('mini', DRAW, 10));
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(0);
});

test('they are given on arrival, and run one window ahead of what has been handled', () => {
  const acknowledgements = withWindow(2);
  for (let count = 0; count < 6; count += 1) acknowledgements.arrive(message('mini', DRAW, count));
  expect(acknowledgements.take()).toBe(1);
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(0);
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(1);
  acknowledgements.handle();
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(1);
  acknowledgements.handle();
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(0);
});

test('what arrives around a new window counts for the right one', () => {
  const acknowledgements = withWindow(2);
  acknowledgements.arrive(message('mini', DRAW, 4));
  acknowledgements.arrive(message('mini', SET_ACK, 8));
  for (let count = 0; count < 3; count += 1) acknowledgements.arrive(message('mini', DRAW, 4));
  expect(acknowledgements.take()).toBe(0);
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(0);
  acknowledgements.setWindow(3);
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(1);
});

test('a window that was set inside another message, and one that is taken back', () => {
  const acknowledgements = new Acknowledgements('mini');
  acknowledgements.arrive(message('mini', 8, 30));
  acknowledgements.setWindow(1);
  acknowledgements.handle();
  expect(acknowledgements.take()).toBe(0);
  acknowledgements.arrive(message('mini', DRAW, 0));
  expect(acknowledgements.take()).toBe(1);
  acknowledgements.setWindow(0);
  acknowledgements.handle();
  acknowledgements.arrive(message('mini', DRAW, 0));
  expect(acknowledgements.take()).toBe(0);
});

test('however the stream is cut, as many are given, never for more than arrived nor a window ahead', () => {
  const cases = {
    form: fc.constantFrom<HeaderForm>('mini', 'full'),
    sizes: fc.array(fc.nat(40), { maxLength: 60 }),
    window: fc.integer({ min: 1, max: 7 }),
    cuts: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }),
    lag: fc.nat(20),
  };
  fc.assert(
    fc.property(fc.record(cases), ({ form, sizes, window, cuts, lag }) => {
      const acknowledgements = withWindow(window, form);
      const bytes = Buffer.concat(sizes.map((size) => message(form, DRAW, size)));
      const ends = sizes.map(
        ((end) => (size: number) => {
          end += size + (form === 'mini' ? 6 : 18);
          return end;
        })(0),
      );
      let given = 0;
      let handled = 0;
      const check = (arrived: number): void => {
        given += acknowledgements.take();
        expect(given * window).toBeLessThanOrEqual(arrived);
        expect(given * window).toBeLessThanOrEqual(handled + window);
      };
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const end = Math.min(bytes.length, at + (cuts[turn % cuts.length] ?? 1));
        acknowledgements.arrive(bytes.subarray(at, end));
        at = end;
        const arrived = ends.filter((one) => one <= at).length;
        check(arrived);
        while (handled < arrived - lag) {
          acknowledgements.handle();
          handled += 1;
          check(arrived);
        }
      }
      for (; handled < sizes.length; handled += 1) acknowledgements.handle();
      check(sizes.length);
      expect(given).toBe(Math.floor(sizes.length / window));
    }),
  );
});
