import { expect, test } from 'vitest';
import { ByteWriter } from '../protocol/byte-writer.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { MainChannel } from './main.ts';

function main() {
  const sent: { readonly type: number; readonly body: Uint8Array }[] = [];
  const heard: unknown[][] = [];
  const note =
    (name: string) =>
    (...values: unknown[]): void => {
      heard.push([name, ...values]);
    };
  const channel = new MainChannel(
    { type: 1, id: 0, send: (type, body) => sent.push({ type, body }), serverHas: () => true },
    {
      ready: note('ready'),
      channels: note('channels'),
      mouseMode: note('mouseMode'),
      agent: note('agent'),
      agentData: note('agentData'),
      guest: note('guest'),
    },
  );
  const init = (options: { modes?: number; mode?: number; agent?: number; tokens?: number } = {}): void => {
    const { modes = 3, mode = 1, agent = 0, tokens = 2 } = options;
    const writer = new ByteWriter(32)
      .u32(42)
      .u32(1)
      .u32(modes)
      .u32(mode)
      .u32(agent)
      .u32(tokens)
      .u32(1000)
      .u32(0);
    channel.receive(103, writer.bytes);
  };
  const types = (): number[] => sent.map(({ type }) => type);
  return { channel, sent, heard, init, types };
}

const word = (value: number): Uint8Array => new ByteWriter(4).u32(value).bytes;

test('init: asks for the client’s mouse mode and for the channels', () => {
  const { channel, heard, init, types } = main();
  expect(channel.multiMediaTime).toBeNull();
  init();
  expect(heard).toEqual([
    ['ready', 42],
    ['mouseMode', 'server', ['server', 'client']],
  ]);
  expect(types()).toEqual([105, 104]);
  expect(channel.multiMediaTime).toBeGreaterThanOrEqual(1000);
  expect(() => init()).toThrow(ProtocolError);
});

test('nothing but the guest’s name may come before init', () => {
  const { channel, heard } = main();
  const name = new TextEncoder().encode('demo\0');
  channel.receive(113, new ByteWriter(4 + name.length).u32(name.length).put(name).bytes);
  expect(heard).toEqual([['guest', { name: 'demo', uuid: null }]]);
  expect(() => channel.receive(109, new Uint8Array(4))).toThrow(ProtocolError);
});

test('channels, mouse mode, clock', () => {
  const { channel, heard, init } = main();
  init({ modes: 1 });
  channel.receive(104, new ByteWriter(8).u32(2).u8(2).u8(0).u8(3).u8(0).bytes);
  channel.receive(105, new ByteWriter(4).u16(3).u16(2).bytes);
  channel.receive(106, word(0xffff_fff0));
  expect(heard.slice(2)).toEqual([
    [
      'channels',
      [
        { type: 2, id: 0 },
        { type: 3, id: 0 },
      ],
    ],
    ['mouseMode', 'client', ['server', 'client']],
  ]);
  expect(channel.multiMediaTime).not.toBeNull();
});

test('agent: data goes out in pieces as tokens allow', async () => {
  const { channel, sent, init, types } = main();
  await expect(channel.sendAgentData(Uint8Array.of(1))).rejects.toMatchObject({ kind: 'lost' });
  init({ agent: 1, tokens: 2 });
  let done = false;
  const sending = channel.sendAgentData(new Uint8Array(5000).fill(7)).then(() => {
    done = true;
  });
  expect(types()).toEqual([105, 106, 104, 107, 107]);
  expect(sent.slice(-2).map(({ body }) => body.length)).toEqual([2048, 2048]);
  await Promise.resolve();
  expect(done).toBe(false);
  channel.receive(110, word(1));
  await sending;
  expect(sent.at(-1)?.body.length).toBe(904);
});

test('agent: what waits is told when it goes; it comes again with new tokens', async () => {
  const { channel, heard, sent, init } = main();
  init({ agent: 1, tokens: 0 });
  const sending = channel.sendAgentData(Uint8Array.of(1, 2));
  channel.receive(108, word(0));
  await expect(sending).rejects.toMatchObject({ kind: 'lost' });
  channel.receive(109, Uint8Array.of(9));
  channel.receive(115, word(1));
  await channel.sendAgentData(Uint8Array.of(3));
  expect(sent.at(-1)).toEqual({ type: 107, body: Uint8Array.of(3) });
  expect(heard.filter(([name]) => name === 'agent')).toEqual([
    ['agent', true],
    ['agent', false],
    ['agent', true],
  ]);
});

test('agent: the server’s tokens are given back', () => {
  const { channel, heard, init, types, sent } = main();
  init({ agent: 1 });
  for (let count = 0; count < 40; count += 1) channel.receive(109, Uint8Array.of(count));
  expect(heard.filter(([name]) => name === 'agentData')).toHaveLength(40);
  expect(types().filter((type) => type === 108)).toHaveLength(2);
  expect(sent.at(-1)?.body).toEqual(word(16));
});

test('agent: a guest that takes nothing does not fill our memory', async () => {
  const { channel, init } = main();
  init({ agent: 1, tokens: 0 });
  const first = channel.sendAgentData(new Uint8Array(60 * 1024 * 1024));
  await expect(channel.sendAgentData(new Uint8Array(5 * 1024 * 1024))).rejects.toMatchObject({
    kind: 'error',
  });
  channel.closed();
  await expect(first).rejects.toMatchObject({ kind: 'lost' });
});

test('a move to another host is declined', () => {
  const { channel, init, types } = main();
  init();
  channel.receive(101, new Uint8Array(0));
  expect(types().at(-1)).toBe(103);
  expect(() => channel.receive(111, new Uint8Array(0))).toThrow('another host');
});
