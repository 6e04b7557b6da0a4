import { expect, test } from 'vitest';
import type { Surface } from '../canvas/surface.ts';
import { MessageBuilder } from '../canvas/testing/message-builder.ts';
import { SharedImages } from '../images/shared-images.ts';
import { Serials } from '../link/serials.ts';
import { DISPLAY_CAP, DISPLAY_OUT } from '../protocol/constants.ts';
import type { Rect } from '../protocol/geometry.ts';
import type { Pixels } from '../protocol/pixels.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { DisplayChannel, displayCapabilities } from './display.ts';

interface Decoding {
  resolve(pixels: Pixels): void;
  reject(error: Error): void;
}

/** A channel with everything it says, and JPEG and video decoders whose answers the test gives. */
function open(shared?: SharedImages) {
  const sent: { type: number; body: Uint8Array }[] = [];
  const dirty: { surface: Surface; rect: Rect }[] = [];
  const log: string[] = [];
  const decodings: Decoding[] = [];
  const timers: { ms: number; then(): void }[] = [];
  const clock = { now: 1000 };
  const decode = (): Promise<Pixels> =>
    new Promise((resolve, reject) => {
      decodings.push({ resolve, reject });
    });
  const images = shared ?? new SharedImages(decode);
  const channel = new DisplayChannel(
    { type: 2, id: 0, send: (type, body) => sent.push({ type, body }), serverHas: () => true },
    {
      images,
      serials: new Serials(),
      compression: 'lz4',
      events: {
        surfaceCreated: (surface) => log.push(`created ${surface.id} ${surface.width}×${surface.height}`),
        surfaceDestroyed: (surface) => log.push(`destroyed ${surface.id}`),
        dirty: (surface, rect) => dirty.push({ surface, rect }),
        marked: (shown) => log.push(`marked ${shown}`),
        monitors: (heads, most) =>
          log.push(`monitors ${heads.map((head) => head.width).join(',')} of ${most}`),
      },
      video: {
        codecs: ['mjpeg'],
        open: () => ({ decode, close: () => log.push('decoder closed') }),
        multiMediaTime: () => clock.now,
        later: (ms, then) => {
          timers.push({ ms, then });
          return () => log.push('timer cancelled');
        },
      },
    },
  );
  return { channel, sent, dirty, log, decodings, timers, clock, images };
}

function surfaceCreate(id: number, width: number, height: number, primary: boolean): Uint8Array {
  return new MessageBuilder()
    .u32(id)
    .u32(width)
    .u32(height)
    .u32(32)
    .u32(primary ? 1 : 0)
    .build();
}

function base(surface: number, rect: readonly [number, number, number, number]): MessageBuilder {
  return new MessageBuilder()
    .u32(surface)
    .rect(...rect)
    .u8(0);
}

function fill(surface: number, rect: readonly [number, number, number, number], color: number): Uint8Array {
  return base(surface, rect).u8(1).u32(color).u16(8).u8(0).u32(0).u32(0).u32(0).build();
}

/** An image of one pixel; `body` follows its descriptor. */
function copy(
  id: number,
  imageType: number,
  flags: number,
  body: (image: MessageBuilder) => void,
): Uint8Array {
  const image = new MessageBuilder().u32(id).u32(0).u8(imageType).u8(flags).u32(1).u32(1);
  body(image);
  const message = base(0, [0, 0, 1, 1]).pointer(image).rect(0, 0, 1, 1);
  return message.u16(8).u8(1).u8(0).u32(0).u32(0).u32(0).build();
}

/** The start of a JPEG of one pixel: what tells its size. */
const tinyJpeg = [0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0];

function jpeg(image: MessageBuilder): void {
  image.u32(tinyJpeg.length);
  for (const byte of tinyJpeg) image.u8(byte);
}

function pixel(word: number): Pixels {
  return { width: 1, height: 1, data: Uint32Array.of(word) };
}

const draw = { copy: 304, fill: 302 };
const create = 314;
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

test('the greeting offers a cache and a window, and then says what is preferred', () => {
  const { sent, images } = open();
  expect(sent.map(({ type }) => type)).toEqual([
    DISPLAY_OUT.init,
    DISPLAY_OUT.preferredCompression,
    DISPLAY_OUT.preferredVideoCodec,
  ]);
  const view = new DataView(sent[0]?.body.buffer as ArrayBuffer);
  expect(view.getUint32(1, true)).toBe(images.cachePixels);
  expect(view.getInt32(10, true)).toBe(images.windowPixels);
  expect([...(sent[1]?.body ?? [])]).toEqual([7]);
  expect([...(sent[2]?.body ?? [])]).toEqual([1, 1]);
});

test('capabilities name the codecs there are, and no scan-out', () => {
  const bits = displayCapabilities(['mjpeg', 'vp9']);
  expect(bits).toContain(DISPLAY_CAP.codecMjpeg);
  expect(bits).toContain(DISPLAY_CAP.codecVp9);
  expect(bits).not.toContain(DISPLAY_CAP.codecH264);
  expect(bits).not.toContain(DISPLAY_CAP.glScanout);
});

test('surfaces come and go; a primary one of the same kind is kept, another replaces it', () => {
  const { channel, log } = open();
  channel.receive(create, surfaceCreate(0, 8, 6, true));
  channel.receive(create, surfaceCreate(5, 3, 3, false));
  channel.receive(create, surfaceCreate(0, 8, 6, true));
  channel.receive(create, surfaceCreate(0, 9, 6, true));
  channel.receive(315, new MessageBuilder().u32(5).build());
  channel.receive(315, new MessageBuilder().u32(77).build());
  expect(log).toEqual(['created 0 8×6', 'created 5 3×3', 'destroyed 0', 'created 0 9×6', 'destroyed 5']);
  expect(channel.primary?.width).toBe(9);
});

test('what no server may ask for ends the session', () => {
  const { channel } = open();
  expect(() => channel.receive(draw.fill, fill(3, [0, 0, 1, 1], 0))).toThrow(ProtocolError);
  expect(() => channel.receive(create, surfaceCreate(0, 0, 5, true))).toThrow(ProtocolError);
  const badFormat = new MessageBuilder().u32(0).u32(5).u32(5).u32(33).u32(1).build();
  expect(() => channel.receive(create, badFormat)).toThrow(ProtocolError);
  for (let id = 0; id < 2; id++) channel.receive(create, surfaceCreate(id, 8192, 8192, false));
  expect(() => channel.receive(create, surfaceCreate(9, 8192, 8192, false))).toThrow(/more surfaces/);
});

test('changes of the screen are told after the messages at hand, close ones as one', async () => {
  const { channel, dirty } = open();
  channel.receive(create, surfaceCreate(0, 100, 100, true));
  channel.receive(create, surfaceCreate(1, 100, 100, false));
  channel.receive(draw.fill, fill(0, [-5, -5, 10, 10], 1));
  channel.receive(draw.fill, fill(0, [8, 8, 20, 20], 1));
  channel.receive(draw.fill, fill(0, [50, 50, 60, 200], 1));
  channel.receive(draw.fill, fill(1, [0, 0, 60, 60], 1));
  expect(dirty).toEqual([]);
  await settle();
  expect(dirty.map(({ rect }) => rect)).toEqual([
    { left: 0, top: 0, right: 20, bottom: 20 },
    { left: 50, top: 50, right: 60, bottom: 100 },
  ]);
});

test('a drawing whose JPEG is not decoded yet holds back what comes after it', async () => {
  const { channel, decodings } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  const held = channel.receive(draw.copy, copy(1, 105, 0, jpeg));
  expect(held).toBeInstanceOf(Promise);
  expect(channel.primary?.data[0]).toBe(0);
  decodings[0]?.resolve(pixel(0xff123456));
  await held;
  expect(channel.primary?.data[0]).toBe(0x00123456);
});

test('a JPEG of another size than announced, or none at all, ends the session', async () => {
  const { channel, decodings } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  const held = channel.receive(draw.copy, copy(1, 105, 0, jpeg));
  decodings[0]?.resolve({ width: 2, height: 1, data: new Uint32Array(2) });
  await expect(held).rejects.toThrow(ProtocolError);
});

/** A bitmap of one pixel. */
function one(color: number): (image: MessageBuilder) => void {
  return (image) => image.u8(8).u8(4).u32(1).u32(1).u32(4).u32(0).u32(color);
}

test('an image kept is drawn again by its id until it is invalidated', () => {
  const { channel } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(draw.copy, copy(9, 0, 1, one(0x0a0b0c)));
  channel.receive(draw.fill, fill(0, [0, 0, 4, 4], 0));
  channel.receive(
    draw.copy,
    copy(9, 103, 0, () => undefined),
  );
  expect(channel.primary?.data[0]).toBe(0x000c0b0a);
  expect(['bitmap', 'cached', 'quic'].map((source) => channel.statistics.pixels(source as 'quic'))).toEqual([
    1, 1, 0,
  ]);
  channel.receive(105, new MessageBuilder().u16(1).u8(1).u32(9).u32(0).build());
  expect(() =>
    channel.receive(
      draw.copy,
      copy(9, 103, 0, () => undefined),
    ),
  ).toThrow(/not in the cache/);
});

test('with several display channels, an image that is still to come is waited for', async () => {
  const first = open();
  const second = open(first.images);
  first.channel.receive(create, surfaceCreate(0, 4, 4, true));
  second.channel.receive(create, surfaceCreate(0, 4, 4, true));
  const held = first.channel.receive(
    draw.copy,
    copy(9, 106, 0, () => undefined),
  );
  expect(held).toBeInstanceOf(Promise);
  second.channel.receive(draw.copy, copy(9, 0, 1, one(0x0a0b0c)));
  await held;
  expect(first.channel.primary?.data[0]).toBe(0x000c0b0a);
});

test('high bits set make the spare byte 255, else it is 0', () => {
  const { channel } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(draw.copy, copy(1, 0, 2, one(0x0a0b0c)));
  expect(channel.primary?.data[0]).toBe(0xff0c0b0a);
  channel.receive(draw.copy, copy(1, 0, 0, one(0xaa0a0b0c)));
  expect(channel.primary?.data[0]).toBe(0x000c0b0a);
});

test('reset blanks the screen, mark shows it, monitors are passed on', () => {
  const { channel, log } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(draw.fill, fill(0, [0, 0, 4, 4], 0xffffff));
  channel.receive(103, new Uint8Array(0));
  channel.receive(102, new Uint8Array(0));
  channel.receive(317, new MessageBuilder().u16(0).u16(1).build());
  const head = new MessageBuilder().u16(1).u16(4).u32(0).u32(0).u32(640).u32(480).u32(0).u32(0).u32(0);
  channel.receive(317, head.build());
  expect(channel.primary?.data[0]).toBe(0);
  expect(log.slice(1)).toEqual(['marked false', 'marked true', 'monitors 640 of 4']);
});

function streamCreate(id: number, codec: number): Uint8Array {
  const message = new MessageBuilder().u32(0).u32(id).u8(1).u8(codec).u32(0).u32(0);
  message.u32(1).u32(1).u32(1).u32(1).rect(1, 1, 3, 3).u8(0);
  return message.build();
}

function streamData(id: number, time: number): Uint8Array {
  return new MessageBuilder().u32(id).u32(time).u32(1).u8(7).build();
}

test('a picture that is due is shown at once and scaled; one that is early waits', async () => {
  const { channel, decodings, timers, clock } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(122, streamCreate(3, 1));
  channel.receive(123, streamData(3, 990));
  decodings[0]?.resolve(pixel(0xff112233));
  await settle();
  expect([...(channel.primary?.data.subarray(4, 8) ?? [])]).toEqual([0, 0x112233, 0x112233, 0]);
  channel.receive(123, streamData(3, 1040));
  decodings[1]?.resolve(pixel(0xff445566));
  await settle();
  expect(timers.map(({ ms }) => ms)).toEqual([40]);
  expect(channel.primary?.data[5]).toBe(0x112233);
  clock.now = 1040;
  timers[0]?.then();
  expect(channel.primary?.data[5]).toBe(0x445566);
  const { statistics } = channel;
  expect([statistics.videoShown, statistics.videoSkipped, statistics.pixels('mjpeg')]).toEqual([2, 0, 2]);
});

test('of pictures that are due together the last is shown, and the others count as skipped', async () => {
  const { channel, decodings, timers, clock } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(122, streamCreate(3, 1));
  for (const [index, time] of [1010, 1020, 1030].entries()) {
    channel.receive(123, streamData(3, time));
    decodings[index]?.resolve(pixel(0xff000000 + time));
    await settle();
  }
  clock.now = 1030;
  timers.at(-1)?.then();
  expect(channel.primary?.data[5]).toBe(1030);
  expect([channel.statistics.videoShown, channel.statistics.videoSkipped]).toEqual([1, 2]);
});

test('a stream that cannot be decoded is refused; the session goes on', async () => {
  const { channel, sent, decodings, log } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(122, streamCreate(3, 2));
  channel.receive(122, streamCreate(4, 1));
  channel.receive(123, streamData(4, 1000));
  decodings[0]?.reject(new Error('no picture'));
  await settle();
  const reports = sent.filter(({ type }) => type === DISPLAY_OUT.streamReport);
  expect(reports.map(({ body }) => [body[0], body[20]])).toEqual([
    [3, 255],
    [4, 255],
  ]);
  expect(log).toContain('decoder closed');
  channel.receive(123, streamData(4, 1000));
  expect(decodings).toHaveLength(1);
});

test('pictures decoded after their stream is gone are not shown', async () => {
  const { channel, decodings, log } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(122, streamCreate(3, 1));
  channel.receive(123, streamData(3, 990));
  channel.receive(126, new Uint8Array(0));
  decodings[0]?.resolve(pixel(0xff112233));
  await settle();
  expect(channel.primary?.data[5]).toBe(0);
  expect(log).toContain('decoder closed');
});

test('a report counts pictures and late ones, when its window is full', () => {
  const { channel, sent } = open();
  channel.receive(create, surfaceCreate(0, 4, 4, true));
  channel.receive(122, streamCreate(3, 1));
  channel.receive(319, new MessageBuilder().u32(3).u32(55).u32(2).u32(10_000).build());
  channel.receive(123, streamData(3, 990));
  channel.receive(123, streamData(3, 1010));
  const report = sent.find(({ type }) => type === DISPLAY_OUT.streamReport);
  const view = new DataView(report?.body.buffer as ArrayBuffer);
  const fields = Array.from({ length: 8 }, (_, i) => view.getInt32(i * 4, true));
  expect(fields).toEqual([3, 55, 990, 1010, 2, 1, 10, -1]);
});
