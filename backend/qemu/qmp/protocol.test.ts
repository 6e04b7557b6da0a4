import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseServerMessage } from './protocol.ts';

const encode = (text: string) => new TextEncoder().encode(text);

function kindOf(line: Uint8Array): string {
  try {
    return parseServerMessage(line).kind;
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    return 'refused';
  }
}

test('any bytes are a message or an Error', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => ['refused'].includes(kindOf(bytes))));
  const key = fc.constantFrom(
    'return',
    'error',
    'event',
    'data',
    'timestamp',
    'id',
    'QMP',
    'class',
    'desc',
    'seconds',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.dictionary(key, tie('tree')),
      fc.constant({ seconds: 1, microseconds: 2 }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, tree), (message) => {
      expect(['refused', 'return', 'error', 'event', 'greeting']).toContain(
        kindOf(encode(JSON.stringify(message))),
      );
    }),
    { numRuns: 60 },
  );
});

test('what it hands out is complete', () => {
  expect(parseServerMessage(encode('{"return":[1],"id":3}'))).toEqual({ kind: 'return', id: 3, value: [1] });
  expect(
    parseServerMessage(encode('{"timestamp":{"seconds":1,"microseconds":2},"event":"RESUME"}\r')),
  ).toEqual({
    kind: 'event',
    event: 'RESUME',
    data: {},
    timestamp: { seconds: 1, microseconds: 2 },
  });
});
