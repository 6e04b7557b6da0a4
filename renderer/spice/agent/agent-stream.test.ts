import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { AGENT_MESSAGE, MAX_TEXT_BYTES } from './agent-constants.ts';
import { AgentStream } from './agent-stream.ts';

type Heard = readonly [type: number, data: readonly number[]];

function stream() {
  const heard: Heard[] = [];
  const tooLarge: number[] = [];
  const reader = new AgentStream({
    message: (type, data) => heard.push([type, [...data]]),
    tooLarge: (bytes) => tooLarge.push(bytes),
  });
  return { reader, heard, tooLarge };
}

function message(type: number, data: readonly number[], size = data.length): number[] {
  const header = new ByteWriter(20).u32(1).u32(type).u64(0n).u32(size).bytes;
  return [...header, ...data];
}

const known = Object.values(AGENT_MESSAGE).filter(
  (type) => type !== AGENT_MESSAGE.monitorsConfig && type !== AGENT_MESSAGE.maxClipboard,
);

test('messages come whole, wherever their bytes are cut', () => {
  const messages = fc.array(
    fc.tuple(fc.oneof(fc.constantFrom(...known), fc.nat(30)), fc.array(fc.nat(255), { maxLength: 40 })),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
      const { reader, heard } = stream();
      const bytes = Uint8Array.from(sent.flatMap(([type, data]) => message(type, data)));
      let at = 0;
      for (const length of [...cuts, bytes.length]) {
        reader.push(bytes.subarray(at, at + length));
        at += length;
      }
      expect(heard).toEqual(sent.filter(([type]) => known.some((one) => one === type)));
    }),
  );
});

test('any bytes either are messages or a ProtocolError, in any pieces alike', () => {
  const outcome = (pieces: readonly Uint8Array[]): unknown => {
    const { reader, heard } = stream();
    try {
      for (const piece of pieces) reader.push(piece);
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolError);
      return [heard, 'ended'];
    }
    return [heard, 'open'];
  };
  const begins = fc.constantFrom(...known.map((type) => message(type, [], 12)), []);
  fc.assert(
    fc.property(begins, fc.uint8Array({ maxLength: 200 }), fc.nat(200), (begin, rest, cut) => {
      const bytes = Uint8Array.from([...begin, ...rest]);
      expect(outcome([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(outcome([bytes]));
    }),
  );
});

test('a clipboard that is too large is passed over without being kept, however it is cut', () => {
  const { reader, heard, tooLarge } = stream();
  reader.push(Uint8Array.from(message(AGENT_MESSAGE.clipboard, [], 0xffff_ffff)));
  expect(tooLarge).toEqual([0xffff_ffff]);
  const piece = new Uint8Array(64 * 1024 * 1024);
  for (let left = 0xffff_ffff; left > 0; left -= piece.length)
    reader.push(piece.subarray(0, Math.min(left, piece.length)));
  reader.push(Uint8Array.from(message(AGENT_MESSAGE.clipboardRelease, [])));
  expect(heard).toEqual([[AGENT_MESSAGE.clipboardRelease, []]]);
});

test('the last piece of what is passed over is no message', () => {
  const { reader, heard } = stream();
  const size = MAX_TEXT_BYTES + 100;
  reader.push(Uint8Array.from(message(AGENT_MESSAGE.clipboard, [], size)));
  reader.push(new Uint8Array(size - 3));
  reader.push(new Uint8Array(3));
  expect(heard).toEqual([]);
});

test('what is no agent message ends the stream', () => {
  const other = message(AGENT_MESSAGE.reply, []);
  other[0] = 2;
  expect(() => stream().reader.push(Uint8Array.from(other))).toThrow(ProtocolError);
  const long = message(AGENT_MESSAGE.announceCapabilities, [], 1_000_000);
  expect(() => stream().reader.push(Uint8Array.from(long))).toThrow(ProtocolError);
});
