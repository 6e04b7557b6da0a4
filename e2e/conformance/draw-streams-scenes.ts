import type { Dice } from '../../renderer/spice/canvas/testing/message-builder.ts';
import { STREAM_FLAG, SURFACE_FORMAT, VIDEO_CODEC } from '../../renderer/spice/protocol/constants.ts';
import type { Rect } from '../../renderer/spice/protocol/geometry.ts';
import { display } from '../spice-server/display-messages.ts';
import { draw } from '../spice-server/draw-messages.ts';
import { image, type Size } from '../spice-server/image-messages.ts';
import type { Message } from '../spice-server/message.ts';
import type { Dictionary } from './draw-images.ts';
import { type Made, World, whole } from './draw-world.ts';

/** Something to do and then to look at. */
export interface Beat {
  readonly messages: readonly Message[];
  /** Pictures of streams, sent after the messages; `time`: when they are due. */
  readonly pictures?: (time: number) => readonly Message[];
  /** Sent while the pictures wait until they are due. */
  readonly meanwhile?: readonly Message[];
  /** How many of the pictures are to be shown; one when absent. */
  readonly shown?: number;
}

export type StreamScene = (world: StreamWorld, round: number) => AsyncIterable<Beat>;

/** Makes a JPEG of red, green, blue, 255, rows from the top. `quality`: 1 keeps all colours at full size. */
export type EncodeJpeg = (size: Size, rgba: Uint8Array, quality: number) => Promise<Uint8Array>;

interface Stream extends Size {
  readonly id: number;
  readonly destination: Rect;
}

/** The edge of a JPEG's block. A block of one colour is the same to every decoder, to the last bit. */
const BLOCK = 8;
const BEATS = 5;

/** Streams, in a world of surfaces and drawings. */
export class StreamWorld {
  readonly world: World;
  readonly #encode: EncodeJpeg;
  /** Streams take turns in whether their pictures come with the top row first; odd worlds begin with those that do. */
  #turn: number;

  constructor(seed: number, format: number, dictionary: Dictionary, encode: EncodeJpeg) {
    this.world = new World(seed, format, dictionary);
    this.#encode = encode;
    this.#turn = seed;
  }

  get dice(): Dice {
    return this.world.dice;
  }

  /** Messages made since it was asked last. */
  take(): readonly Message[] {
    return this.world.messages.splice(0);
  }

  size(): Size {
    return { width: this.dice.between(1, 60), height: this.dice.between(1, 50) };
  }

  /** A stream to a place that may lie over the edges; of another size than the place where `scaled`. */
  create(
    id: number,
    surface: Made,
    options: { readonly scaled?: boolean; readonly clipped?: boolean } = {},
  ): Stream {
    const { box, clip } = this.world.place(surface, { most: { width: 60, height: 50 } });
    const size =
      options.scaled === true ? this.size() : { width: box.right - box.left, height: box.bottom - box.top };
    const flags = this.#turn % 2 === 1 ? STREAM_FLAG.topDown : 0;
    this.#turn += 1;
    const part = { id, surfaceId: surface.id, codec: VIDEO_CODEC.mjpeg, flags, size, destination: box };
    this.world.add(
      display.streamCreate(options.clipped === true && clip !== undefined ? { ...part, clip } : part),
    );
    return { id, ...size, destination: box };
  }

  /** A picture of blocks of one colour each. */
  blocks({ width, height }: Size): Promise<Uint8Array> {
    const across = Math.ceil(width / BLOCK);
    const colors = Array.from({ length: across * Math.ceil(height / BLOCK) }, () => this.dice.next());
    return this.#picture({ width, height }, 1, (x, y) => {
      const color = colors[Math.floor(y / BLOCK) * across + Math.floor(x / BLOCK)] ?? 0;
      return [color >>> 24, color >>> 16, color >>> 8];
    });
  }

  /** A picture as a camera gives it: slopes with noise, nowhere black or white. */
  photo(size: Size, quality: number): Promise<Uint8Array> {
    const [red, green, blue] = [this.dice.between(1, 4), this.dice.between(1, 4), this.dice.between(1, 4)];
    const noise = (): number => this.dice.between(0, 12);
    const level = (value: number): number => 40 + (value % 140) + noise();
    return this.#picture(size, quality, (x, y) => [level(x * red), level(y * green), level((x + y) * blue)]);
  }

  #picture(
    size: Size,
    quality: number,
    color: (x: number, y: number) => readonly [number, number, number],
  ): Promise<Uint8Array> {
    const rgba = new Uint8Array(size.width * size.height * 4);
    for (let y = 0, at = 0; y < size.height; y += 1) {
      for (let x = 0; x < size.width; x += 1, at += 4) rgba.set([...color(x, y), 255], at);
    }
    return this.#encode(size, rgba, quality);
  }

  /** What was made until now, and then a picture of this stream. */
  async beat(stream: Stream): Promise<Beat> {
    const data = await this.blocks(stream);
    return { messages: this.take(), pictures: (time) => [display.streamData(stream.id, time, data)] };
  }

  /** The same, with a picture that says its own size and place. */
  async sizedBeat(stream: Stream, surface: Made): Promise<Beat> {
    const size = this.size();
    const { box } = this.world.place(surface, { most: { width: 60, height: 50 } });
    const data = await this.blocks(size);
    return {
      messages: this.take(),
      pictures: (time) => [display.streamDataSized(stream.id, time, size, box, data)],
    };
  }
}

/** Clips that come with the stream and change between its pictures: none, lists, and the list that leaves nothing. */
const clipped: StreamScene = async function* (streams) {
  const { world, dice } = streams;
  const stream = streams.create(1, world.screen, { clipped: true });
  yield await streams.beat(stream);
  for (let count = 0; count < BEATS; count += 1) {
    const clip = dice.chance(15) ? [] : world.clip(world.screen);
    world.add(clip === null ? display.streamClip(1) : display.streamClip(1, clip));
    yield await streams.beat(stream);
  }
};

/** Pictures of another size than their place. */
const scaled: StreamScene = async function* (streams) {
  for (let id = 1; id <= BEATS; id += 1) {
    const stream = streams.create(id, streams.world.screen, { scaled: true, clipped: id % 2 === 0 });
    yield await streams.beat(stream);
  }
};

/** Pictures that say their own size and place between ones that do not. */
const sized: StreamScene = async function* (streams) {
  const { screen } = streams.world;
  const stream = streams.create(1, screen, { clipped: true, scaled: true });
  for (let count = 0; count < BEATS; count += 1) {
    yield count % 2 === 0 ? await streams.sizedBeat(stream, screen) : await streams.beat(stream);
  }
};

/** A window that comes over the video, moves and goes: the server clips the stream around it. */
const windowOver: StreamScene = async function* (streams) {
  const { world, dice } = streams;
  const stream = streams.create(1, world.screen);
  const video = stream.destination;
  yield await streams.beat(stream);
  let covered: Rect | null = null;
  for (let count = 0; count < BEATS; count += 1) {
    const move: Rect | null = dice.chance(50) ? covered : null;
    covered = move === null ? cover(world) : shift(world, move);
    world.add(display.streamClip(1, around(video, covered)));
    if (dice.chance(30)) world.add(draw.fill(world.place(world.screen), { color: world.color() }));
    yield await streams.beat(stream);
  }
  world.add(display.streamClip(1));
  yield await streams.beat(stream);
};

/** Draws a window; where. */
function cover(world: World): Rect {
  const { box } = world.place(world.screen, { inside: true });
  const size = { width: box.right - box.left, height: box.bottom - box.top };
  world.add(draw.copy({ box }, { image: world.images.any(size), area: whole(size) }));
  return box;
}

/** Moves it by copying what the screen shows; where to. */
function shift(world: World, { left, top, right, bottom }: Rect): Rect {
  const { x, y } = world.point(9);
  const box = { left: left + x, top: top + y, right: right + x, bottom: bottom + y };
  world.add(draw.copyBits({ box }, { x: left, y: top }));
  return box;
}

/** What is left of a rectangle beside another one. */
function around({ left, top, right, bottom }: Rect, hole: Rect): Rect[] {
  const upper = Math.max(top, Math.min(bottom, hole.top));
  const lower = Math.max(top, Math.min(bottom, hole.bottom));
  return [
    { left, top, right, bottom: upper },
    { left, top: upper, right: Math.min(right, hole.left), bottom: lower },
    { left: Math.max(left, hole.right), top: upper, right, bottom: lower },
    { left, top: lower, right, bottom },
  ].filter((rect) => rect.left < rect.right && rect.top < rect.bottom);
}

/** Streams over one another, ended and begun again under the same number, and all ended at once. */
const several: StreamScene = async function* (streams) {
  const { world, dice } = streams;
  const make = (id: number): Stream =>
    streams.create(id, world.screen, { clipped: true, scaled: dice.chance(30) });
  let there = [make(1), make(2), make(3)];
  for (let count = 0; count < BEATS * 2; count += 1) {
    const stream = there[dice.between(0, there.length - 1)];
    if (stream !== undefined) yield await streams.beat(stream);
    if (dice.chance(35) && stream !== undefined) {
      world.add(display.streamDestroy(stream.id));
      there = [...there.filter((other) => other !== stream), make(stream.id)];
    } else if (dice.chance(10)) {
      world.add(display.streamDestroyAll());
      there = [make(2), make(4)];
    }
  }
};

const surfaceFormats = Object.values(SURFACE_FORMAT).filter(
  (format) => format !== SURFACE_FORMAT.alpha1 && format !== SURFACE_FORMAT.alpha8,
);

/** A stream on a surface beside the screen, which is copied from there; another on the screen tells that the time has come. */
const beside: StreamScene = async function* (streams, round) {
  const { world, dice } = streams;
  const size = { width: 70, height: 56 };
  const format = surfaceFormats[round % surfaceFormats.length] ?? SURFACE_FORMAT.xrgb32;
  const made = world.surface(5, format, size);
  const stream = streams.create(1, made, { clipped: true, scaled: dice.chance(50) });
  const marker = streams.create(2, world.screen);
  for (let count = 0; count < BEATS; count += 1) {
    const [data, mark] = [await streams.blocks(stream), await streams.blocks(marker)];
    yield {
      messages: streams.take(),
      shown: 2,
      pictures: (time) => [display.streamData(1, time, data), display.streamData(2, time + 8, mark)],
    };
    const [left, top] = [dice.between(-5, 20), dice.between(-5, 14)];
    const box = { left, top, right: left + size.width + 3, bottom: top + size.height + 2 };
    // Of another size than the box, as spice-gtk copies only bits of one depth unscaled.
    world.add(draw.copy({ box }, { image: image.surface(5, size), area: whole(size) }));
    yield { messages: streams.take() };
  }
};

/** Pictures that wait to be shown while the stream is clipped, is drawn over, or ends. */
const waiting: StreamScene = async function* (streams, round) {
  const { world } = streams;
  const stream = streams.create(1, world.screen, { clipped: true });
  const pictures = (data: Uint8Array) => (time: number) => [display.streamData(1, time, data)];
  world.add(display.streamClip(1, world.clip(world.screen) ?? [whole(world.screen)]));
  const clip = world.clip(world.screen);
  yield {
    messages: streams.take(),
    pictures: pictures(await streams.blocks(stream)),
    meanwhile: [clip === null ? display.streamClip(1) : display.streamClip(1, clip)],
  };
  const box = stream.destination;
  yield {
    messages: streams.take(),
    pictures: pictures(await streams.blocks(stream)),
    meanwhile: [draw.fill({ box }, { color: world.color() })],
  };
  yield {
    messages: streams.take(),
    pictures: pictures(await streams.blocks(stream)),
    meanwhile: [round % 2 === 0 ? display.streamDestroy(1) : display.streamDestroyAll()],
    shown: 0,
  };
};

export const streamScenes: Readonly<Record<string, StreamScene>> = {
  'stream, clipped': clipped,
  'stream, scaled': scaled,
  'stream, sizes of its own': sized,
  'stream under a window': windowOver,
  'streams over streams': several,
  'stream beside the screen': beside,
  'stream, pictures that wait': waiting,
};

/** A stream as a camera gives it, over a white screen: white is then what no picture has touched. */
export const photoScene: StreamScene = async function* (streams) {
  const { world, dice } = streams;
  const all = { box: whole(world.screen) };
  for (let id = 1; id <= BEATS; id += 1) {
    world.add(draw.whiteness(all));
    const stream = streams.create(id, world.screen, { clipped: true, scaled: dice.chance(40) });
    const data = await streams.photo(stream, dice.pick([0.8, 1]));
    yield { messages: streams.take(), pictures: (time) => [display.streamData(id, time, data)] };
  }
};
