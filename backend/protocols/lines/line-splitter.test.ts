import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.ts';

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const edges = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

test('lines do not depend on where the chunks end', () => {
  const bytes = fc.array(fc.oneof(fc.constant(0x0a), fc.integer({ min: 0, max: 255 })), { maxLength: 200 });
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 12 }), (numbers, places) => {
      const input = Uint8Array.from(numbers);
      const whole = Buffer.from(input).toString('latin1').split('\n');
      const rest = whole.pop() ?? '';
      const splitter = new LineSplitter(1000);
      const lines = cut(input, places).flatMap((chunk) => splitter.push(chunk));
      expect(lines.map((line) => Buffer.from(line).toString('latin1'))).toEqual(whole);
      expect(splitter.pendingBytes).toBe(rest.length);
    }),
  );
});

test('a line longer than the limit is refused, however it comes', () => {
  const splitter = new LineSplitter(4);
  expect(splitter.push(Buffer.from('abcd\nab'))).toHaveLength(1);
  expect(() => splitter.push(Buffer.from('cde'))).toThrow(RangeError);
  expect(() => new LineSplitter(4).push(Buffer.from('abcde\n'))).toThrow(RangeError);
});

test('thirty-two megabytes in small chunks take linear time', () => {
  const chunk = new Uint8Array(1024).fill(0x61);
  const measure = (chunks: number) => {
    const splitter = new LineSplitter(64 * 1024 * 1024);
    const started = performance.now();
    for (let i = 0; i < chunks; i += 1) splitter.push(chunk);
    expect(splitter.push(Buffer.from('\n'))[0]?.length).toBe(chunks * 1024);
    return performance.now() - started;
  };
  measure(1024);
  const small = measure(2 * 1024);
  // Sixteen times the bytes; a quadratic splitter takes 256 times as long.
  expect(measure(32 * 1024)).toBeLessThan(small * 100 + 200);
});
