import { expect, test } from 'vitest';
import { Surface } from '../canvas/surface.ts';
import type { Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { DisplayStatistics } from './display-statistics.ts';
import { type StreamCreate, VideoStreams } from './video-streams.ts';

/** Streams of VP8 whose decoder answers when the test says so. */
function open() {
  const decodings: PromiseWithResolvers<Pixels | null>[] = [];
  const timers: { readonly ms: number; readonly then: () => void; cancelled: boolean }[] = [];
  const surface = new Surface(0, 4, 4, 'x8r8g8b8', true);
  const shown: number[] = [];
  const streams = new VideoStreams(
    { type: 2, id: 0, send: () => undefined, serverHas: () => false },
    {
      codecs: ['vp8'],
      open: () => ({
        decode: () => {
          const decoding = Promise.withResolvers<Pixels | null>();
          decodings.push(decoding);
          return decoding.promise;
        },
        close: () => undefined,
      }),
      multiMediaTime: () => 1000,
      later: (ms, then) => {
        const timer = { ms, then, cancelled: false };
        timers.push(timer);
        return () => {
          timer.cancelled = true;
        };
      },
    },
    new DisplayStatistics(),
    () => shown.push(surface.data[0] ?? 0),
  );
  const create = (streamId: number): void => streams.create({ ...stream, streamId }, surface);
  const data = (streamId: number) => streams.data({ streamId, multiMediaTime: 1000, data: Uint8Array.of(1) });
  return { streams, decodings, timers, shown, create, data };
}

const stream: StreamCreate = {
  streamId: 0,
  flags: 1,
  codec: 2,
  stream: { width: 1, height: 1 },
  destination: { left: 0, top: 0, right: 4, bottom: 4 },
  clip: null,
};

function pixel(color: number): Pixels {
  return { width: 1, height: 1, data: Uint32Array.of(color) };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
}

test('what is not meant to be shown leaves the picture and the stream alone', async () => {
  const { decodings, shown, create, data } = open();
  create(1);
  void data(1);
  decodings[0]?.resolve(null);
  await settle();
  expect(shown).toEqual([]);
  void data(1);
  decodings[1]?.resolve(pixel(0xff112233));
  await settle();
  expect(shown).toEqual([0x112233]);
});

test('a decoder that wants more pictures first holds the channel back only for so long', async () => {
  const { timers, create, data } = open();
  create(1);
  for (let picture = 0; picture < 3; picture += 1) expect(data(1)).toBeUndefined();
  const held = data(1);
  expect(held).toBeInstanceOf(Promise);
  expect(timers.map(({ ms }) => ms)).toEqual([100]);
  timers[0]?.then();
  await held;
});

test('a decoder that gives nothing at all holds it back for good', async () => {
  const { decodings, timers, create, data } = open();
  create(1);
  for (let picture = 0; picture < 31; picture += 1) void data(1);
  const before = timers.length;
  let goesOn = false;
  void data(1)?.then(() => {
    goesOn = true;
  });
  expect(timers).toHaveLength(before);
  await settle();
  expect(goesOn).toBe(false);
  decodings.at(-1)?.resolve(null);
  await settle();
  expect(goesOn).toBe(true);
});

test('no server has ever so many streams', () => {
  const { create } = open();
  for (let id = 0; id < 64; id += 1) create(id);
  expect(() => create(64)).toThrow(ProtocolError);
});
