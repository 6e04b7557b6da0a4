import { expect, test } from 'vitest';
import { Surface } from '../canvas/surface.ts';
import type { Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { DisplayStatistics } from './display-statistics.ts';
import type { PictureSize, StreamCreate, StreamData } from './video-messages.ts';
import { VideoStreams } from './video-streams.ts';

/** Streams of VP8 whose decoder answers when the test says so; with `sizes`, the first data byte says which a picture will have. */
function open(sizes?: readonly PictureSize[]) {
  const decodings: PromiseWithResolvers<Pixels | null>[] = [];
  const timers: { readonly ms: number; readonly then: () => void; cancelled: boolean }[] = [];
  const surface = new Surface(0, 4, 4, 'x8r8g8b8', true);
  const shown: number[] = [];
  const refused: number[] = [];
  const clock = { now: 1000 };
  const streams = new VideoStreams(
    { type: 2, id: 0, send: (_type, body) => refused.push(body[0] ?? 0), serverHas: () => true },
    {
      codecs: ['vp8'],
      open: () => ({
        ...(sizes && { sizeOf: (bytes: Uint8Array) => sizeNamed(sizes, bytes) }),
        decode: () => {
          const decoding = Promise.withResolvers<Pixels | null>();
          decodings.push(decoding);
          return decoding.promise;
        },
        close: () => undefined,
      }),
      multiMediaTime: () => clock.now,
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
  const create = (streamId: number, change: Partial<StreamCreate> = {}): void =>
    streams.create({ ...stream, ...change, streamId }, surface);
  const data = (streamId: number, change: Partial<StreamData> = {}) =>
    streams.data({ streamId, multiMediaTime: 1000, data: Uint8Array.of(1), ...change });
  /** A picture that is to be shown at `time`, decoded at once. */
  const picture = async (streamId: number, time: number, pixels: Pixels): Promise<void> => {
    void data(streamId, { multiMediaTime: time });
    decodings.at(-1)?.resolve(pixels);
    await settle();
  };
  return { streams, surface, decodings, timers, clock, shown, refused, create, data, picture };
}

function sizeNamed(sizes: readonly PictureSize[], [first = 0]: Uint8Array): PictureSize {
  const size = sizes[first];
  if (size === undefined) throw new ProtocolError('jpeg', 'the data are not a JPEG');
  return size;
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

test('a picture of another size than announced is scaled, up to the larger of that and the surface', async () => {
  const { decodings, shown, refused, create, data } = open([
    { width: 4, height: 4 },
    { width: 16, height: 16 },
    { width: 17, height: 16 },
  ]);
  create(1, { stream: { width: 15, height: 9 } });
  void data(1, { data: Uint8Array.of(0) });
  void data(1, { data: Uint8Array.of(1) });
  expect(decodings).toHaveLength(2);
  decodings[0]?.resolve({ width: 4, height: 4, data: new Uint32Array(16).fill(7) });
  decodings[1]?.resolve({ width: 16, height: 16, data: new Uint32Array(256).fill(8) });
  await settle();
  expect(shown).toEqual([7, 8]);
  void data(1, { data: Uint8Array.of(2), width: 17, height: 9 });
  expect(decodings).toHaveLength(3);
  void data(1, { data: Uint8Array.of(2) });
  expect(decodings).toHaveLength(3);
  expect(refused).toEqual([1]);
});

test('data that are no picture end the stream before anyone decodes them', () => {
  const { decodings, refused, create, data } = open([]);
  create(1);
  expect(data(1)).toBeUndefined();
  expect([decodings.length, refused]).toEqual([0, [1]]);
  create(1);
});

test('a picture that turns out too large ends its stream', async () => {
  const { shown, refused, create, picture } = open();
  create(1);
  await picture(1, 1000, { width: 300, height: 300, data: new Uint32Array(90_000) });
  expect([shown, refused]).toEqual([[], [1]]);
});

test('of more pictures than may wait the oldest is shown before its time', async () => {
  const { shown, create, picture } = open();
  create(1);
  for (let n = 0; n < 20; n += 1) await picture(1, 1500 + n, pixel(n));
  expect(shown).toEqual([0, 1, 2, 3]);
});

const LARGE = { width: 2048, height: 2048 };
/** Of all large pictures: their pixels do not matter. */
const pixels = new Uint32Array(LARGE.width * LARGE.height);

test('of more pixels than may wait in all streams what is due first is shown before its time', async () => {
  const { shown, clock, timers, create, picture, streams } = open();
  for (let id = 0; id < 8; id += 1) create(id, { stream: LARGE });
  for (let n = 0; n < 16; n += 1) await picture(n % 8, 2900 - n, { ...LARGE, data: pixels });
  expect(shown).toHaveLength(0);
  // A stream that ends takes its pictures with it.
  streams.destroy(0);
  create(0, { stream: LARGE });
  for (let n = 0; n < 2; n += 1) await picture(0, 2950, { ...LARGE, data: pixels });
  expect(shown).toHaveLength(0);
  for (let n = 0; n < 5; n += 1) await picture(0, 2950, { ...LARGE, data: pixels });
  expect(shown).toHaveLength(5);
  clock.now = 3000;
  for (const { then, cancelled } of timers) if (!cancelled) then();
  await picture(1, 3000, pixel(0xabcdef));
  expect(shown.at(-1)).toBe(0xabcdef);
});

test('pictures in decoders count: more pixels than may be held hold the channel back', async () => {
  const { decodings, timers, create, data } = open([LARGE]);
  for (let id = 0; id < 17; id += 1) {
    create(id, { stream: LARGE });
    const held = data(id, { data: Uint8Array.of(0) });
    if (id < 16) expect(held).toBeUndefined();
    else expect(held).toBeInstanceOf(Promise);
  }
  expect(timers).toHaveLength(0);
  for (const { resolve } of decodings) resolve(null);
  await settle();
  expect(data(0, { data: Uint8Array.of(0) })).toBeUndefined();
});

test('a picture is cut to its clip list, which may change', async () => {
  const { streams, surface, create, picture } = open();
  const left = { left: 0, top: 0, right: 1, bottom: 2 };
  const cross = { left: 0, top: 1, right: 4, bottom: 2 };
  create(1, { clip: [left, cross], destination: { left: 0, top: 0, right: 3, bottom: 4 } });
  await picture(1, 1000, pixel(7));
  expect([...surface.data]).toEqual([7, 0, 0, 0, 7, 7, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  streams.clip(1, []);
  await picture(1, 1000, pixel(8));
  expect(surface.data.includes(8)).toBe(false);
  streams.clip(1, null);
  await picture(1, 1000, pixel(9));
  expect([...surface.data.subarray(0, 4)]).toEqual([9, 9, 9, 0]);
});

test('a clip list that makes too many rectangles is refused', () => {
  const { streams } = open();
  const wide = new Surface(0, 1024, 1024, 'x8r8g8b8', true);
  const clip = Array.from({ length: 512 }, (_, n) => [
    { left: n * 2, top: 0, right: n * 2 + 1, bottom: 1024 },
    { left: 0, top: n * 2, right: 1024, bottom: n * 2 + 1 },
  ]).flat();
  expect(() => streams.create({ ...stream, clip }, wide)).toThrow(ProtocolError);
});
