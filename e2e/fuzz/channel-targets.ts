import { CursorChannel } from '../../renderer/spice/channels/cursor.ts';
import { DisplayChannel } from '../../renderer/spice/channels/display.ts';
import { InputsChannel } from '../../renderer/spice/channels/inputs.ts';
import { MainChannel } from '../../renderer/spice/channels/main.ts';
import { SharedImages } from '../../renderer/spice/images/shared-images.ts';
import { ByteSource } from '../../renderer/spice/link/byte-source.ts';
import { Channel, type ChannelHandler, type ChannelSender } from '../../renderer/spice/link/channel.ts';
import { shakeHands } from '../../renderer/spice/link/handshake.ts';
import { LinkError } from '../../renderer/spice/link/link-error.ts';
import { Serials } from '../../renderer/spice/link/serials.ts';
import { CHANNEL } from '../../renderer/spice/protocol/constants.ts';
import {
  readBaseMessage,
  readCursorMessage,
  readDisplayMessage,
  readInputsMessage,
  readMainMessage,
} from '../../renderer/spice/protocol/messages.ts';
import { createPixels } from '../../renderer/spice/protocol/pixels.ts';
import { ScriptedServer } from '../../renderer/spice/testing/server.ts';
import { displayEvents, fuzzVideo, linkWithoutRsa, nextTurn, smallSurface } from './display-host.ts';
import { displaySeeds, displayTypes } from './display-seeds.ts';
import { bytes, Input, le16, le32, type Target } from './target.ts';

function nothing(): void {
  // Nobody looks.
}

function sender(type: number): ChannelSender {
  return { type, id: 0, send: nothing, serverHas: () => true };
}

const readers = [
  readBaseMessage,
  readMainMessage,
  readDisplayMessage,
  readInputsMessage,
  readCursorMessage,
] as const;

/** Every reader by itself: channel, message type, body. */
const messages: Target = {
  name: 'messages',
  seeds: () => [
    ...displaySeeds().map((seed) => {
      const input = new Input(seed);
      const type = displayTypes[input.u8() % displayTypes.length] ?? 0;
      return bytes(2, le16(type), input.take(input.u16()));
    }),
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((type) => bytes(0, le16(type), le32(2, 1, 20, 8, 30, 0, 0, 0, 0))),
    ...Array.from({ length: 18 }, (_, index) => bytes(1, le16(101 + index), le32(3, 1, 1, 2, 3, 4, 5, 6, 7))),
    ...Array.from({ length: 8 }, (_, index) => bytes(4, le16(101 + index), cursorBody(0, 6, 4, 4, 80))),
    bytes(3, le16(101), le16(7)),
  ],
  run: (all) => {
    const input = new Input(all);
    const read = readers[input.u8() % readers.length] ?? readBaseMessage;
    read(input.u16(), input.rest());
    return undefined;
  },
};

/** What a channel is given after each other: an index into `types`, a length, a body. */
async function feed(
  all: Uint8Array,
  types: readonly number[],
  channel: ChannelHandler,
  own: (type: number, body: Uint8Array) => Uint8Array = (_, body) => body,
): Promise<void> {
  for (const input = new Input(all); !input.empty; ) {
    const type = types[input.u8() % types.length] ?? 0;
    const body = input.take(input.u16());
    const held = channel.receive(type, own(type, body));
    if (held === undefined) continue;
    // One that waits for what never comes holds its channel back, which is right; nothing more is to be seen then.
    const done = await Promise.race([held.then(() => true), nextTurn()]);
    if (done !== true) return;
  }
}

const display: Target = {
  name: 'display',
  slowness: 4,
  recordHead: 1,
  seeds: displaySeeds,
  run: async (all) => {
    using channel = new DisplayChannel(sender(CHANNEL.display), {
      images: new SharedImages(() => Promise.resolve(createPixels('jpeg', 12, 12))),
      serials: new Serials(),
      events: displayEvents,
      video: fuzzVideo,
      compression: 'lz4',
    });
    await feed(all, displayTypes, channel, smallSurface);
  },
};

const cursor: Target = {
  name: 'cursor',
  recordHead: 1,
  seeds: () =>
    [0, 1, 2, 3, 4, 5, 6].map((type) => {
      const set = cursorBody(2, type, 9, 5, 2000);
      const again = bytes(le32(0), 1, le16(4), le32(1, 0), type, le16(9), le16(5), le16(0), le16(0));
      const init = bytes(le32(0), le16(0), le16(0), 1, set.subarray(5));
      return bytes(
        0,
        le16(init.length),
        init,
        2,
        le16(set.length),
        set,
        2,
        le16(again.length),
        again,
        3,
        le16(4),
        le32(9),
      );
    }),
  run: (all) =>
    feed(all, [101, 102, 103, 104, 105, 106, 107, 108, 109], new CursorChannel({ cursor: nothing })),
};

/** A cursor `set`: position, visible, flags, then the cursor with so many bytes of data. */
function cursorBody(flags: number, type: number, width: number, height: number, size: number): Uint8Array {
  const data = Uint8Array.from({ length: size }, (_, index) => index * 7);
  return bytes(le32(0), 1, le16(flags), le32(1, 0), type, le16(width), le16(height), le16(1), le16(1), data);
}

/** The session's own channel, the guest agent's bytes with it. */
const main: Target = {
  name: 'main',
  recordHead: 1,
  seeds: () => {
    const init = le32(7, 1, 3, 1, 1, 10, 5, 0);
    const messages: [number, Uint8Array][] = [
      [12, bytes(le32(5), 104, 101, 121, 33, 0)],
      [2, init],
      [3, bytes(le32(2), 2, 0, 3, 0)],
      [4, bytes(le16(3), le16(2))],
      [5, le32(77)],
      [8, new Uint8Array(40)],
      [9, le32(4)],
      [7, le32(0)],
      [14, le32(9)],
      [13, new Uint8Array(16)],
    ];
    return [bytes(...messages.flatMap(([index, body]) => [index, le16(body.length), body]))];
  },
  run: (all) =>
    feed(
      all,
      Array.from({ length: 19 }, (_, index) => 101 + index),
      new MainChannel(sender(CHANNEL.main), {
        ready: nothing,
        channels: nothing,
        mouseMode: nothing,
        agent: nothing,
        agentData: nothing,
        guest: nothing,
      }),
    ),
};

const inputs: Target = {
  name: 'inputs',
  recordHead: 1,
  seeds: () => [bytes(0, le16(2), le16(7), 1, le16(2), le16(3), 2, le16(0))],
  run: (all) =>
    feed(all, [101, 102, 111, 112], new InputsChannel(sender(CHANNEL.inputs), { modifiers: nothing })),
};

/** The link: everything that a server says before messages flow. */
const link: Target = {
  name: 'link',
  seeds: () => {
    const reply = bytes(le32(0), new Uint8Array(162), le32(1, 1, 178), le32(0b1011, 0));
    return [bytes(le32(0x51444552, 2, 2, reply.length), reply, le32(0)), le32(0x51444552, 2, 2, 178)];
  },
  run: async (all) => {
    const source = new ByteSource();
    source.push(all);
    source.end(new LinkError('lost', 'The end.'));
    await shakeHands(nothing, source, {
      type: 1,
      id: 0,
      connectionId: 0,
      password: '',
      capabilities: [1, 33],
    });
  },
};

/** A linked channel: messages cut from a stream in pieces, BaseChannel's own, sub-messages. First byte: which header, where to cut. */
const framing: Target = {
  name: 'framing',
  slowness: 6,
  prepare: linkWithoutRsa,
  seeds: () => {
    const mini = (type: number, body: Uint8Array): Uint8Array => bytes(le16(type), le32(body.length), body);
    const full = (type: number, body: Uint8Array, subList = 0): Uint8Array =>
      bytes(le32(1, 0), le16(type), le32(body.length, subList), body);
    const sub = bytes(le16(2), le32(10, 20), le16(4), le32(4, 1), le16(7), le32(0));
    const notice = le32(0, 0, 1, 0, 0, 3, 0x616161);
    return [
      bytes(2, mini(3, le32(1, 1)), mini(4, le32(1, 0, 0)), mini(101, le32(5)), mini(7, notice)),
      bytes(3, full(3, le32(1, 2)), full(101, le32(9)), full(102, bytes(0, 0, 0, 0, sub), 4)),
      bytes(4, mini(8, sub), mini(5, bytes(1, 2, 0, le32(1, 0))), mini(6, le32(0, 0, 0)), mini(1, le32(0))),
    ];
  },
  run: async (all) => {
    const fullHeader = ((all[0] ?? 0) & 1) === 1;
    const server = await ScriptedServer.create({ fullHeader });
    const channel = await Channel.open(server.transport, {
      type: CHANNEL.cursor,
      id: 0,
      connectionId: 1,
      password: '',
      capabilities: [],
      name: 'fuzz',
      maxMessageBytes: 1 << 20,
      serials: new Serials(),
      linkTimeoutMs: 5000,
    });
    const stream = all.slice(1);
    const cut = 1 + ((all[0] ?? 0) >>> 1);
    let failure: Error | null = null;
    channel.start(
      { receive: (type) => (type % 3 === 0 ? Promise.resolve() : undefined) },
      {
        closed: (error) => {
          failure = error;
        },
        notice: nothing,
      },
    );
    for (let at = 0; at < stream.length; at += cut) server.raw(stream.slice(at, at + cut));
    await nextTurn();
    channel.close();
    if (failure !== null) throw failure as Error;
  },
};

export const channelTargets: readonly Target[] = [messages, display, cursor, main, inputs, link, framing];
