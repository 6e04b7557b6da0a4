import { expect, test, vi } from 'vitest';
import type { ChannelSender } from './link/channel.ts';
import { ByteWriter } from './protocol/byte-writer.ts';
import type { ChannelId } from './protocol/messages.ts';
import { ProtocolError } from './protocol/protocol-error.ts';
import { type SessionHost, SpiceSession } from './session.ts';
import { ScriptedServer, type ServerOptions } from './testing/server.ts';

const INIT = new ByteWriter(32).u32(42).u32(1).u32(3).u32(2).u32(0).u32(0).u32(0).u32(0).bytes;

/** A server whose main channel tells of `listed`; `refuse` says how it treats a channel. */
function stage(listed: readonly ChannelId[], refuse: (channel: ChannelId) => ServerOptions = () => ({})) {
  const servers: ScriptedServer[] = [];
  const closed: (Error | null)[] = [];
  const disposed: number[] = [];
  const host: SessionHost = {
    openTransport: async (channel) => {
      const server = await ScriptedServer.create(refuse(channel));
      servers.push(server);
      return server.transport;
    },
    mouseMode: () => undefined,
    agent: () => undefined,
    agentData: () => undefined,
    cursor: () => undefined,
    modifiers: () => undefined,
    guest: () => undefined,
    notice: () => undefined,
    closed: (error) => closed.push(error),
  };
  const connect = async (
    options: { signal?: AbortSignal; interactive?: boolean; connectTimeoutMs?: number } = {},
  ) => {
    const display = {
      capabilities: [1],
      create: (sender: ChannelSender) => ({
        receive: () => undefined,
        [Symbol.dispose]: () => {
          disposed.push(sender.id);
        },
      }),
    };
    return SpiceSession.connect(host, { display, ...options });
  };
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
  /** Sends INIT and the list as soon as the main channel takes messages. */
  const speak = async (): Promise<void> => {
    while (servers[0] === undefined || !servers[0].linked) await settle();
    await settle();
    servers[0].send(103, INIT);
    const list = new ByteWriter(4 + 2 * listed.length).u32(listed.length);
    for (const { type, id } of listed) list.u8(type).u8(id);
    servers[0].send(104, list.bytes);
  };
  return { servers, closed, disposed, connect, speak };
}

const ALL = [
  { type: 2, id: 0 },
  { type: 2, id: 1 },
  { type: 3, id: 0 },
  { type: 4, id: 0 },
  { type: 5, id: 0 },
];

test('opens what it can use, each with the session’s id, and closes all with one', async () => {
  const { servers, closed, disposed, connect, speak } = stage([...ALL, ...ALL]);
  const [session] = await Promise.all([connect(), speak()]);
  expect(servers.map(({ requested }) => [requested.type, requested.id, requested.connectionId])).toEqual([
    [1, 0, 0],
    [2, 0, 42],
    [2, 1, 42],
    [3, 0, 42],
    [4, 0, 42],
  ]);
  expect(session.displays.size).toBe(2);
  expect(session.inputs).not.toBeNull();
  servers[3]?.raw(Uint8Array.of(1, 2, 0, 0, 0, 0x7f));
  expect(closed).toHaveLength(1);
  expect(closed[0]).toBeInstanceOf(ProtocolError);
  expect(servers.every((server) => server.closed)).toBe(true);
  expect(disposed.toSorted()).toEqual([0, 1]);
  session.close();
  expect(closed).toHaveLength(1);
});

test('only looking opens displays alone, and not more than there is sense in', async () => {
  const many = Array.from({ length: 256 }, (_, id) => ({ type: 2, id }));
  const { servers, connect, speak } = stage([...many, ...ALL]);
  const [session] = await Promise.all([connect({ interactive: false }), speak()]);
  expect(servers).toHaveLength(1 + 16);
  expect(session.inputs).toBeNull();
});

test('one channel that is refused ends it all, with nothing left open', async () => {
  const { servers, closed, connect, speak } = stage(ALL, ({ type }) => (type === 4 ? { error: 9 } : {}));
  const connecting = connect();
  await Promise.all([expect(connecting).rejects.toMatchObject({ kind: 'channelNotAvailable' }), speak()]);
  await vi.waitFor(() => expect(servers.map((server) => server.closed)).not.toContain(false));
  expect(closed).toEqual([]);
});

test('a server that never gets to the point, and a viewer that is closed meanwhile', async () => {
  const slow = stage([]);
  await expect(slow.connect({ connectTimeoutMs: 50 })).rejects.toMatchObject({ kind: 'timeout' });
  expect(slow.servers[0]?.closed).toBe(true);
  const closing = new AbortController();
  const left = stage([]);
  const connecting = left.connect({ signal: closing.signal });
  setTimeout(() => closing.abort(), 20);
  await expect(connecting).rejects.toThrow();
  expect(left.servers[0]?.closed).toBe(true);
});
