import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { type HeaderForm, MessageAssembler } from './message-assembler.ts';

const LIMIT = 100_000;

function frame(form: HeaderForm, type: number, body: Uint8Array): Uint8Array {
  return form === 'mini'
    ? new ByteWriter(6 + body.length).u16(type).u32(body.length).put(body).bytes
    : new ByteWriter(18 + body.length).u64(1n).u16(type).u32(body.length).u32(0).put(body).bytes;
}

test('however the stream is cut, the same messages come out', () => {
  const message = fc.tuple(fc.nat(0xffff), fc.uint8Array({ maxLength: 40 }));
  fc.assert(
    fc.property(
      fc.constantFrom<HeaderForm>('mini', 'full'),
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      (form, messages, cuts) => {
        const stream = messages.flatMap(([type, body]) => [...frame(form, type, body)]);
        const assembler = new MessageAssembler(form, 'test', LIMIT);
        const found: [number, Uint8Array][] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const length = cuts[turn % cuts.length] ?? 1;
          assembler.push(Uint8Array.from(stream.slice(at, at + length)));
          at += length;
          // Now and then several chunks wait.
          if (turn % 3 === 0) continue;
          while (assembler.next()) found.push([assembler.type, Uint8Array.from(assembler.body)]);
        }
        while (assembler.next()) found.push([assembler.type, Uint8Array.from(assembler.body)]);
        expect(found).toEqual(messages);
        expect(assembler.held).toBe(0);
      },
    ),
  );
});

test('a message in one chunk is a view of it', () => {
  const assembler = new MessageAssembler('mini', 'test', LIMIT);
  const chunk = frame('mini', 104, Uint8Array.of(1, 2, 3));
  assembler.push(chunk);
  expect(assembler.next()).toBe(true);
  expect(assembler.body.buffer).toBe(chunk.buffer);
});

test('a message past the limit is refused by its header alone', () => {
  const assembler = new MessageAssembler('mini', 'test', LIMIT);
  assembler.push(new ByteWriter(6).u16(1).u32(LIMIT + 1).bytes);
  expect(() => assembler.next()).toThrow(ProtocolError);
});

test('a large message costs memory only as it comes', () => {
  const size = 100 * 1024 * 1024;
  const assembler = new MessageAssembler('mini', 'test', size);
  assembler.push(new ByteWriter(6).u16(1).u32(size).bytes);
  expect(assembler.next()).toBe(false);
  const piece = new Uint8Array(7 * 1024 * 1024 + 1).fill(5);
  let pushed = 0;
  while (pushed < size) {
    const length = Math.min(piece.length, size - pushed);
    assembler.push(piece.subarray(0, length));
    pushed += length;
    expect(assembler.next()).toBe(pushed === size);
  }
  expect(assembler.body.length).toBe(size);
  expect(assembler.body.at(-1)).toBe(5);
});
