import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { ScriptedServer, type ServerOptions } from '../testing/server.ts';
import { Channel, type Notice } from './channel.ts';
import { LinkError } from './link-error.ts';
import { Serials } from './serials.ts';

const SET_ACK = 3;
const PING = 4;
const WAIT = 5;
const DISCONNECTING = 6;
const NOTIFY = 7;
const LIST = 8;

async function link(server: ScriptedServer, serials = new Serials(), id = 0, linkTimeoutMs = 5000) {
  return Channel.open(server.transport, {
    name: 'display',
    type: 2,
    id,
    connectionId: 77,
    password: '',
    capabilities: [1],
    maxMessageBytes: 1000,
    serials,
    linkTimeoutMs,
  });
}

async function open(options: ServerOptions = {}, serials = new Serials(), id = 0) {
  const server = await ScriptedServer.create(options);
  const channel = await link(server, serials, id);
  const heard = {
    messages: [] as number[],
    notices: [] as Notice[],
    closed: [] as (Error | null)[],
    hold: null as Promise<void> | null,
  };
  channel.start(
    {
      receive: (type) => {
        heard.messages.push(type);
        return heard.hold ?? undefined;
      },
    },
    { closed: (error) => heard.closed.push(error), notice: (notice) => heard.notices.push(notice) },
  );
  return { server, channel, heard };
}

const words = (...values: number[]): Uint8Array => {
  const writer = new ByteWriter(values.length * 4);
  for (const value of values) writer.u32(value);
  return writer.bytes;
};
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('links with the session id, then answers pings and sync', async () => {
  const { server, heard } = await open();
  expect(server.requested).toEqual({ connectionId: 77, type: 2, id: 0 });
  server.send(PING, words(9, 1, 2, 0));
  server.send(SET_ACK, words(5, 2));
  for (let count = 0; count < 5; count += 1) server.send(200);
  expect(server.received).toEqual([
    { type: 3, body: [...words(9, 1, 2)] },
    { type: 1, body: [...words(5)] },
    { type: 2, body: [] },
    { type: 2, body: [] },
  ]);
  expect(heard.messages).toEqual([200, 200, 200, 200, 200]);
});

test('a server without the mini header gets full ones, and its sub-list comes before its message', async () => {
  const { server, channel, heard } = await open({ fullHeader: true });
  const body = new ByteWriter(4 + 6 + 6).u32(0xabcd).u16(150).u32(0).u16(1).u32(4).bytes;
  server.send(201, body, 10);
  expect(heard.messages).toEqual([150, 201]);
  channel.send(101, Uint8Array.of(1));
  expect(server.received).toEqual([{ type: 101, body: [1] }]);
});

test('a list of messages is taken in order; a list in a list is refused', async () => {
  const { server, heard } = await open();
  server.send(LIST, new ByteWriter(2 + 8 + 12).u16(2).u32(16).u32(10).u16(150).u32(0).u16(151).u32(0).bytes);
  expect(heard.messages).toEqual([151, 150]);
  server.send(LIST, new ByteWriter(2 + 4 + 8).u16(1).u32(6).u16(LIST).u32(2).u16(0).bytes);
  expect(heard.closed[0]).toBeInstanceOf(ProtocolError);
  expect(server.closed).toBe(true);
});

test('a handler that needs time holds later messages back, and acknowledgements beyond one window', async () => {
  const { server, heard } = await open();
  server.send(SET_ACK, words(1, 1));
  const gate = Promise.withResolvers<void>();
  heard.hold = gate.promise;
  server.send(150);
  server.send(151);
  server.send(152);
  expect(heard.messages).toEqual([150]);
  expect(server.received.map(({ type }) => type)).toEqual([1, 2]);
  heard.hold = null;
  gate.resolve();
  await turn();
  expect(heard.messages).toEqual([150, 151, 152]);
  expect(server.received.map(({ type }) => type)).toEqual([1, 2, 2, 2]);
});

test.each([
  ['mini', false],
  ['full', true],
])(
  'acknowledgements that are due at once go out in one piece, each with its %s header',
  async (_form, fullHeader) => {
    const { server, channel } = await open({ fullHeader });
    server.send(SET_ACK, words(1, 1));
    const sent: Uint8Array[] = [];
    server.transport.send = (bytes) => sent.push(bytes);
    const gathered: Uint8Array[] = [];
    const deliver = server.transport.onData;
    server.transport.onData = (bytes) => gathered.push(bytes);
    server.send(150);
    server.send(151);
    server.send(152);
    deliver(Buffer.concat(gathered));
    channel.send(101, Uint8Array.of(7));
    // One on arrival, as nothing has been drawn; the others with what is drawn.
    const ack = (serial: bigint): number[] => {
      const full = new ByteWriter(18).u64(serial).u16(2).u32(0).u32(0);
      return [...(fullHeader ? full : new ByteWriter(6).u16(2).u32(0)).bytes];
    };
    expect(sent.slice(0, -1).map((bytes) => [...bytes])).toEqual([ack(2n), [...ack(3n), ...ack(4n)]]);
  },
);

test('a channel waits for another one, never for itself or for one that is not there', async () => {
  const serials = new Serials();
  const first = await open({}, serials, 0);
  const second = await open({}, serials, 1);
  const wait = (id: number, serial: bigint): Uint8Array =>
    new ByteWriter(11).u8(1).u8(2).u8(id).u64(serial).bytes;
  first.server.send(WAIT, wait(0, 100n));
  first.server.send(WAIT, wait(9, 100n));
  first.server.send(150);
  expect(first.heard.messages).toEqual([150]);
  first.server.send(WAIT, wait(1, 2n));
  first.server.send(151);
  second.server.send(150);
  await turn();
  expect(first.heard.messages).toEqual([150]);
  second.server.send(150);
  await turn();
  expect(first.heard.messages).toEqual([150, 151]);
});

test('notices, and an end in words', async () => {
  const { server, heard } = await open();
  const text = new TextEncoder().encode('low disk\0junk');
  server.send(
    NOTIFY,
    new ByteWriter(24 + text.length).u64(0n).u32(1).u32(0).u32(0).u32(text.length).put(text).bytes,
  );
  expect(heard.notices).toEqual([{ severity: 'warning', text: 'low disk' }]);
  server.send(DISCONNECTING, new ByteWriter(12).u64(0n).u32(7).bytes);
  server.send(150);
  expect(heard.closed).toMatchObject([{ kind: 'permissionDenied' }]);
  expect(heard.messages).toEqual([]);
});

test('a connection that breaks, in order or not', async () => {
  const first = await open();
  first.server.transport.onClose(null);
  expect(first.heard.closed).toEqual([null]);
  const second = await open();
  second.server.transport.onClose(new Error('ECONNRESET'));
  expect(second.heard.closed).toMatchObject([{ kind: 'lost' }]);
  // In a message's header, and in its body.
  for (const bytes of [Uint8Array.of(200, 0, 8), Uint8Array.of(200, 0, 8, 0, 0, 0, 1, 2, 3)]) {
    const { server, heard } = await open();
    server.send(200);
    server.raw(bytes);
    server.transport.onClose(null);
    expect(heard.closed).toMatchObject([{ kind: 'lost' }]);
  }
});

test.each([
  ['an error in the reply', { error: 9 }, { kind: 'channelNotAvailable' }],
  ['a wrong password', { result: 7 }, { kind: 'permissionDenied' }],
  [
    'something else that listens',
    { reply: new TextEncoder().encode('HTTP/1.1 400 Bad Request') },
    { name: 'ProtocolError' },
  ],
])('%s ends the link in words', async (_what, options, error) => {
  const server = await ScriptedServer.create(options);
  await expect(link(server)).rejects.toMatchObject(error);
  expect(server.closed).toBe(true);
});

test('a server that says nothing, and one that goes away', async () => {
  const silent = await ScriptedServer.create({ reply: new Uint8Array(0) });
  await expect(link(silent, new Serials(), 0, 20)).rejects.toMatchObject({ kind: 'timeout' });
  const gone = await ScriptedServer.create({ reply: new Uint8Array(0) });
  const linking = link(gone);
  gone.transport.onClose(null);
  await expect(linking).rejects.toBeInstanceOf(LinkError);
});

test('whatever a server sends, the channel goes on or ends with an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 60 })), { maxLength: 6 }),
      fc.uint8Array({ maxLength: 40 }),
      async (fullHeader, messages, noise) => {
        const { server, heard } = await open({ fullHeader });
        for (const [type, body] of messages) server.send(type, body, fullHeader ? (body[0] ?? 0) % 9 : 0);
        server.raw(noise);
        for (const error of heard.closed) {
          expect(error === null || error instanceof ProtocolError || error instanceof LinkError).toBe(true);
        }
      },
    ),
    { numRuns: 200 },
  );
});
