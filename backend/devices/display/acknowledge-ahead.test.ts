import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type HeaderForm, MessageAssembler } from '../../../renderer/spice/link/message-assembler.ts';
import { AcknowledgeAhead } from './acknowledge-ahead.ts';
import { DisplayEnds } from './testing/display-ends.ts';
import { message, words } from './testing/spice-bytes.ts';

const [ACK_SYNC, ACK, PONG] = [1, 2, 3];
const SET_ACK = 3;
const DRAW = 304;
const MIB = 1024 * 1024;

interface Begun {
  readonly ahead: AcknowledgeAhead;
  /** The types of what the server gets for messages that are passed on to the client. */
  passed(...messages: readonly Buffer[]): number[];
  /** And for what the client says. */
  sent(...messages: readonly Buffer[]): number[];
}

function begun(form: HeaderForm = 'mini'): Begun {
  const ahead = new AcknowledgeAhead(form);
  return {
    ahead,
    passed: (...messages) => {
      const due = ahead.passed(Buffer.concat(messages), 0);
      return due === null ? [] : typesOf(form, [due]);
    },
    sent: (...messages) => typesOf(form, ahead.sent(Buffer.concat(messages))),
  };
}

function typesOf(form: HeaderForm, parts: readonly Uint8Array[]): number[] {
  const assembler = new MessageAssembler(form, 'test', 1e6);
  for (const part of parts) assembler.push(part);
  const types: number[] = [];
  while (assembler.next()) types.push(assembler.type);
  expect(assembler.isBetween).toBe(true);
  return types;
}

/** With a window that the client has confirmed. */
function withWindow(window: number, form: HeaderForm = 'mini'): Begun {
  const link = begun(form);
  link.passed(message(form, SET_ACK, words(7, window)));
  link.sent(message(form, ACK_SYNC, words(7)));
  return link;
}

const draws = (count: number, size = 10, form: HeaderForm = 'mini'): Buffer[] =>
  Array.from({ length: count }, () => message(form, DRAW, size));
const acks = (count: number, form: HeaderForm = 'mini'): Buffer[] =>
  Array.from({ length: count }, () => message(form, ACK));

for (const form of ['mini', 'full'] as const) {
  test(`each window passed on is acknowledged once, ${form} headers`, () => {
    const { passed, sent } = withWindow(20, form);
    expect(passed(...draws(19, 10, form))).toEqual([]);
    expect(passed(...draws(1, 10, form))).toEqual([ACK]);
    expect(passed(...draws(45, 10, form))).toEqual([ACK, ACK]);
    expect(sent(...acks(2, form), message(form, PONG, 12), ...acks(1, form))).toEqual([PONG]);
    expect(passed(...draws(15, 10, form))).toEqual([ACK]);
    expect(sent(...acks(1, form))).toEqual([]);
  });
}

test('none is given without a window, before it is confirmed, or for another one', () => {
  const { passed, sent } = begun();
  expect(passed(...draws(50))).toEqual([]);
  expect(passed(message('mini', SET_ACK, words(7, 0)), ...draws(50))).toEqual([]);
  expect(sent(message('mini', ACK_SYNC, words(7)))).toEqual([ACK_SYNC]);
  expect(passed(...draws(50))).toEqual([]);
  expect(passed(message('mini', SET_ACK, words(8, 10)), ...draws(25))).toEqual([]);
  expect(sent(message('mini', ACK_SYNC, words(7)), ...acks(1))).toEqual([ACK_SYNC, ACK]);
  // The confirmation comes first.
  expect(sent(message('mini', ACK_SYNC, words(8)))).toEqual([ACK_SYNC, ACK, ACK]);
});

test('a new window in the midst of the stream begins anew', () => {
  const { passed, sent } = withWindow(10);
  expect(passed(...draws(35))).toEqual([ACK, ACK, ACK]);
  expect(passed(message('mini', SET_ACK, words(8, 3)), ...draws(7))).toEqual([]);
  // Of the old one, which the server takes no notice of any more.
  expect(sent(...acks(1))).toEqual([ACK]);
  expect(sent(message('mini', ACK_SYNC, words(8)), ...acks(2))).toEqual([ACK_SYNC, ACK, ACK]);
  expect(passed(...draws(2))).toEqual([ACK]);
});

test('a client that is slow is at most 640 messages behind', () => {
  const { passed, sent } = withWindow(20);
  expect(passed(...draws(2000))).toHaveLength(32);
  expect(passed(...draws(100))).toEqual([]);
  // From now on the server waits for each of the client's.
  expect(sent(...acks(1))).toEqual([ACK]);
  expect(sent(...acks(1))).toEqual([ACK]);
});

test('a client that is slow is at most 2 MiB behind', () => {
  const { passed, sent } = withWindow(2);
  expect(passed(...draws(20, MIB / 4))).toHaveLength(4);
  expect(sent(...acks(1))).toEqual([ACK]);
  expect(passed(message('mini', DRAW, 4 * MIB), ...draws(1))).toEqual([]);
  // Eleven in all, as many as the client has given, whatever the bytes.
  expect(sent(...acks(10))).toHaveLength(11 - 4 - 1);
});

test('windows of more messages than may be ahead are the client’s own', () => {
  const { passed, sent } = withWindow(1000);
  expect(passed(...draws(5000, 0))).toEqual([]);
  expect(sent(...acks(5))).toHaveLength(5);
});

test('inside a message of the client’s they wait for its end', () => {
  const { ahead, passed } = withWindow(1);
  const pong = message('mini', PONG, 12);
  expect(ahead.sent(pong.subarray(0, 8))).toHaveLength(1);
  expect(passed(...draws(2))).toEqual([]);
  const parts = ahead.sent(Buffer.concat([pong.subarray(8), pong]));
  expect(typesOf('mini', [pong.subarray(0, 8), ...parts])).toEqual([PONG, ACK, ACK, PONG]);
});

test('the start of a header is held until it is known whose it is', () => {
  const { ahead, passed } = withWindow(1);
  passed(...draws(1));
  const [ack, pong] = [message('mini', ACK), message('mini', PONG, 12)];
  expect(ahead.sent(Buffer.concat([pong, ack.subarray(0, 4)]))).toEqual([pong]);
  expect(ahead.held).toEqual(new Uint8Array(ack.subarray(0, 4)));
  expect(passed(...draws(1))).toEqual([ACK]);
  expect(ahead.sent(ack.subarray(4))).toEqual([]);
  expect(ahead.held).toBeNull();
});

test('what comes in one piece is passed on as it is', () => {
  const { ahead } = withWindow(20);
  const chunk = Buffer.concat([message('mini', PONG, 12), message('mini', 102, 9)]);
  expect(ahead.sent(chunk)[0]).toBe(chunk);
});

test('whatever the cuts and the client’s pace, the server’s count never runs under and nothing else changes', () => {
  const step = fc.record({ fromServer: fc.nat(400), toClient: fc.nat(3), fromClient: fc.nat(60) });
  const said = fc.oneof(
    { weight: 30, arbitrary: fc.nat(60).map((size) => ({ window: null, size })) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 6 }).map((window) => ({ window, size: 8 })) },
  );
  fc.assert(
    fc.property(
      fc.constantFrom<HeaderForm>('mini', 'full'),
      fc.array(said, { maxLength: 150 }),
      fc.array(step, { minLength: 1, maxLength: 60 }),
      (form, script, steps) => {
        const ends = new DisplayEnds(form, [{ window: 3, size: 8 }, ...script]);
        for (const { fromServer, toClient, fromClient } of steps) {
          ends.serverSends(fromServer);
          ends.clientHandles(toClient);
          ends.clientSends(fromClient);
        }
        ends.finish();
        expect(ends.serverGot).toEqual(ends.clientSaid);
        expect(ends.unacknowledged).toBeLessThan(Math.max(1, ends.window));
      },
    ),
  );
});

test('noise from either side breaks nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 100 })), { maxLength: 40 }),
      (chunks) => {
        const { ahead } = withWindow(1);
        let said = 0;
        let got = 0;
        for (const [isServer, bytes] of chunks) {
          if (isServer) ahead.passed(Buffer.from(bytes), 0);
          else {
            said += bytes.length;
            for (const part of ahead.sent(Buffer.from(bytes))) got += part.length;
          }
        }
        // Acknowledgements that waited for the end of a message are all that can be added.
        expect(got).toBeLessThanOrEqual(said + 640 * 6);
      },
    ),
  );
});
