import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgentReader } from './framing.ts';

const line = (text: string) => Buffer.from(`${text}\n`);

test('a sentinel ends whatever went before and marks the reply after it', () => {
  const reader = new AgentReader(1000);
  expect(reader.push(Buffer.concat([Buffer.from('{"return": "torso'), Buffer.of(0xff)]))).toEqual([]);
  expect(reader.push(line('{"return": 7}'))).toEqual([
    { delimited: true, body: { kind: 'return', value: 7 } },
  ]);
  expect(reader.push(line('{"return": {}}'))).toEqual([
    { delimited: false, body: { kind: 'return', value: {} } },
  ]);
});

test('errors and garbage', () => {
  const reader = new AgentReader(1000);
  expect(reader.push(line('{"error":{"class":"GenericError","desc":"no"}}'))[0]?.body).toEqual({
    kind: 'error',
    errorClass: 'GenericError',
    description: 'no',
  });
  for (const text of ['x', '[]', 'null', '{}', '{"error":1}', '{"error":{"class":"a"}}']) {
    expect(reader.push(line(text))[0]?.body.kind).toBe('garbage');
  }
});

test('a reply that outgrows the limit is reported once and then skipped', () => {
  const reader = new AgentReader(12);
  expect(reader.push(Buffer.from('x'.repeat(13)))[0]?.body.kind).toBe('garbage');
  expect(reader.push(Buffer.from('x'.repeat(1000)))).toEqual([]);
  expect(reader.push(Buffer.from('xxx\n{"return"'))).toEqual([]);
  expect(reader.push(line(':1}'))).toEqual([{ delimited: false, body: { kind: 'return', value: 1 } }]);
});

test('any bytes in any chunks: no exception, and a delimited reply after them is always found', () => {
  const token = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constant(Buffer.of(0xff)),
    fc.constant(line('{"return": {}}')),
    fc.constant(Buffer.from('{"return": [')),
    fc.constant(Buffer.alloc(300, 0x61)),
  );
  fc.assert(
    fc.property(
      fc.array(token, { maxLength: 20 }),
      fc.nat(1000),
      fc.integer({ min: 1, max: 50 }),
      (tokens, id, size) => {
        const reader = new AgentReader(200);
        const sync = Buffer.concat([Buffer.of(0xff), line(`{"return": ${id}}`)]);
        const stream = Buffer.concat([...tokens, sync]);
        const replies = [];
        for (let at = 0; at < stream.length; at += size)
          replies.push(...reader.push(stream.subarray(at, at + size)));
        expect(replies.at(-1)).toEqual({ delimited: true, body: { kind: 'return', value: id } });
      },
    ),
  );
});
