import { GuestAgent } from '../../renderer/spice/agent/guest-agent.ts';
import { readCursorShape } from '../../renderer/spice/channels/cursor-shape.ts';
import { DisplayChannel } from '../../renderer/spice/channels/display.ts';
import { SharedImages } from '../../renderer/spice/images/shared-images.ts';
import { MessageAssembler } from '../../renderer/spice/link/message-assembler.ts';
import { CHANNEL } from '../../renderer/spice/protocol/constants.ts';
import { createPixels } from '../../renderer/spice/protocol/pixels.ts';
import { ProtocolError } from '../../renderer/spice/protocol/protocol-error.ts';
import { DEAF_HOST, type DisplayPlan, SpiceSession } from '../../renderer/spice/session.ts';
import { ScriptedServer } from '../../renderer/spice/testing/server.ts';
import { displayEvents, fuzzVideo, linkWithoutRsa, nextTurn, smallSurface } from './display-host.ts';
import { displaySeeds, displayTypes } from './display-seeds.ts';
import { bytes, Input, le16, le32, type Target } from './target.ts';

function nothing(): void {
  // Nobody looks.
}

function agentMessage(type: number, data: Uint8Array): Uint8Array {
  return bytes(le32(1, type, 0, 0, data.length), data);
}

/** What a guest's agent says, in pieces: the first byte tells how it is cut and whether the clipboard is allowed. */
const agent: Target = {
  name: 'agent',
  seeds: () => {
    const capabilities = (bits: number, asks: number): Uint8Array => agentMessage(6, le32(asks, bits));
    const all = capabilities(0xffff_ffff, 1);
    const text = bytes(0, 0, 0, 0, le32(1), 104, 105, 10, 0xc3, 0xa4);
    const grab = agentMessage(7, bytes(0, 0, 0, 0, le32(3, 1)));
    return [
      bytes(255, all, agentMessage(3, le32(2, 1)), grab, agentMessage(4, text), agentMessage(9, le32(0))),
      bytes(7, all, agentMessage(8, bytes(0, 0, 0, 0, le32(1))), agentMessage(14, le32(1)), grab),
      bytes(31, capabilities(0b10_0010, 0), agentMessage(7, le32(1)), agentMessage(4, text.subarray(4))),
      bytes(
        1,
        agentMessage(99, new Uint8Array(70)),
        all,
        agentMessage(4, bytes(le32(0, 1), new Uint8Array(300))),
      ),
    ];
  },
  run: (all) => {
    const input = new Input(all);
    const first = input.u8();
    const guest = new GuestAgent({
      skills: nothing,
      failed: (error) => {
        if (!(error instanceof ProtocolError)) throw error;
      },
      offered: () => guest.take(),
      text: nothing,
      given: nothing,
      problem: nothing,
    });
    guest.connected(() =>
      first % 5 === 0 ? Promise.reject(new ProtocolError('agent', 'gone')) : Promise.resolve(),
    );
    guest.allowClipboard(first % 3 !== 0);
    const cut = 1 + (first >> 1);
    for (let piece = 0; !input.empty; piece += 1) {
      guest.data(input.take(cut));
      if (piece === 3) guest.offer('text\n');
    }
    guest.resize(first, first);
    guest.connected(null);
    return undefined;
  },
};

/** The pictures of pointers, without what goes before them. */
const cursorShape: Target = {
  name: 'cursor-shape',
  seeds: () =>
    Array.from({ length: 7 }, (_, type) =>
      bytes(type, le16(type === 1 ? 32 : 9), le16(7), le16(3), le16(2), new Uint8Array(1500).fill(0x5a)),
    ),
  run: (all) => {
    const input = new Input(all);
    const shape = readCursorShape({
      id: 1n,
      type: input.u8(),
      width: input.u16(),
      height: input.u16(),
      hotspot: { x: input.u16(), y: input.u16() },
      source: 'message',
      cache: false,
      data: input.rest(),
    });
    const { pixels, invert } = shape;
    if (
      pixels.data.length !== pixels.width * pixels.height ||
      (invert !== null && invert.length !== pixels.data.length)
    ) {
      throw new Error('a pointer of another size than it says');
    }
    return undefined;
  },
};

const MOST_BYTES = 1 << 16;

/** Messages cut from a stream in pieces, held against the same stream in one piece. */
const assembler: Target = {
  name: 'assembler',
  seeds: () => {
    const mini = [le16(5), le32(3), bytes(1, 2, 3), le16(6), le32(0), le16(7), le32(40), new Uint8Array(40)];
    const full = [
      le32(1, 0),
      le16(5),
      le32(3, 0),
      bytes(1, 2, 3),
      le32(2, 0),
      le16(6),
      le32(20, 7),
      new Uint8Array(20),
    ];
    return [bytes(0, ...mini), bytes(12, ...mini), bytes(7, ...full), bytes(255, ...full)];
  },
  run: (all) => {
    const form = ((all[0] ?? 0) & 1) === 1 ? 'full' : 'mini';
    const stream = all.subarray(1);
    const whole = assemble(stream, form, stream.length);
    const pieces = assemble(stream, form, 1 + ((all[0] ?? 0) >> 1));
    if (whole !== pieces)
      throw new Error(`cut otherwise, the stream has other messages: ${whole} or ${pieces}`);
    return undefined;
  },
};

function assemble(stream: Uint8Array, form: 'mini' | 'full', cut: number): string {
  const messages = new MessageAssembler(form, 'fuzz', MOST_BYTES);
  const seen: number[] = [];
  for (let at = 0; at < stream.length; at += cut) {
    messages.push(stream.subarray(at, at + cut));
    try {
      while (messages.next()) {
        const { type, subList, body } = messages;
        seen.push(type, subList, body.length, body[0] ?? 0, body.at(-1) ?? 0);
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      seen.push(-1);
      break;
    }
  }
  return seen.join();
}

const channels = [CHANNEL.main, CHANNEL.display, CHANNEL.cursor, CHANNEL.inputs, CHANNEL.display] as const;

/** A whole session: which channel, which message (16 bits), a length, a body. The channels come about as the main one tells. */
const session: Target = {
  name: 'session',
  slowness: 20,
  prepare: linkWithoutRsa,
  recordHead: 3,
  seeds: () => {
    const record = (channel: number, type: number, body: Uint8Array): Uint8Array =>
      bytes(channel, le16(type), le16(body.length), body);
    const opening = bytes(
      record(0, 103, le32(7, 2, 3, 2, 1, 10, 5, 0)),
      record(0, 104, bytes(le32(4), 2, 0, 4, 0, 3, 0, 2, 1)),
    );
    const drawings = displaySeeds().map((seed) => {
      const parts: Uint8Array[] = [];
      for (const input = new Input(seed); !input.empty; ) {
        const type = displayTypes[input.u8() % displayTypes.length] ?? 0;
        parts.push(record(1, type, input.take(input.u16())));
      }
      return bytes(opening, ...parts);
    });
    return [
      ...drawings.filter((_, index) => index % 3 === 0),
      bytes(opening, record(0, 107, bytes(agentMessage(6, le32(1, 0xffff_ffff)))), record(0, 105, le16(3))),
      bytes(opening, record(3, 101, le16(7)), record(0, 4, le32(1, 0, 0)), record(1, 3, le32(20, 1))),
      bytes(opening, record(2, 109, new Uint8Array(0)), record(1, 5, bytes(1, 2, 0, le32(1, 0)))),
    ];
  },
  run: async (all) => {
    const servers = new Map<string, ScriptedServer>();
    const shared = new SharedImages(() => Promise.resolve(createPixels('jpeg', 12, 12)));
    const display: DisplayPlan<DisplayChannel> = {
      capabilities: [],
      create: (sender, serials) =>
        new DisplayChannel(sender, { images: shared, serials, events: displayEvents, video: fuzzVideo }),
    };
    let failure: unknown = null;
    const fail = (error: unknown): void => {
      failure ??= error;
    };
    const host = {
      openTransport: async ({ type, id }: { type: number; id: number }) => {
        const server = await ScriptedServer.create();
        servers.set(`${type}/${id}`, server);
        return server.transport;
      },
      ...DEAF_HOST,
      closed: fail,
    };
    const leaving = new AbortController();
    const opened = SpiceSession.connect(host, { display, signal: leaving.signal });
    opened.then((connected) => connected, fail);
    for (const input = new Input(all); !input.empty && failure === null; ) {
      const channel = channels[input.u8() % channels.length] ?? CHANNEL.main;
      const type = input.u16();
      const body = input.take(input.u16());
      const key = `${channel}/${input.empty ? 1 : 0}`;
      const find = (): ScriptedServer | undefined => servers.get(`${channel}/0`) ?? servers.get(key);
      // It takes a few turns until a channel is linked.
      for (let turn = 0; turn < 6 && find()?.linked !== true && failure === null; turn += 1) await nextTurn();
      const server = find();
      if (server?.linked === true && failure === null) {
        server.send(type, channel === CHANNEL.display ? smallSurface(type, body) : body);
      }
    }
    await nextTurn();
    leaving.abort();
    const connected = await opened.catch(fail);
    connected?.close();
    if (failure instanceof Error) throw failure;
  },
};

export const sessionTargets: readonly Target[] = [agent, cursorShape, assembler, session];
