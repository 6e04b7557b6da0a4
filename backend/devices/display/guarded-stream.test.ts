import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { MessageAssembler } from '../../../renderer/spice/link/message-assembler.ts';
import { guarded } from './guarded-stream.ts';
import { takeSpiceScreen } from './spice-screen.ts';
import { transportOver } from './spice-transport.ts';
import { greeting, message, reply, result, words } from './testing/spice-bytes.ts';
import { TinyGuest } from './testing/tiny-guest.ts';

const never = new AbortController().signal;

test('clients that leave at any moment while they connect do not end the guest', async () => {
  await using guest = await TinyGuest.start();
  const take = (signal: AbortSignal) =>
    takeSpiceScreen(async () => transportOver(guarded(await guest.connect())), { timeoutMs: 10_000, signal });
  await take(never);
  // Unguarded, one of the first twenty ends QEMU.
  for (let count = 0; count < 60; count += 1) {
    const stop = new AbortController();
    const taken = take(stop.signal).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, count));
    stop.abort(new Error('the viewer was closed'));
    await taken;
  }
  expect((await take(never)).width).toBe(320 * 2);
  expect(await guest.qmp.execute('query-status')).toMatchObject({ status: 'running' });
}, 60_000);

test('bytes pass both ways with their order and ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-guarded-'));
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(join(folder, 'echo'), resolve));
  const socket = connect({ path: join(folder, 'echo'), allowHalfOpen: true });
  await new Promise((resolve) => socket.once('connect', resolve));
  const stream = guarded(socket);
  const back = text(stream);
  const sent = Array.from({ length: 20_000 }, (_, line) => `line ${line}`).join('\n');
  for (let at = 0; at < sent.length; at += 5_000) stream.write(sent.slice(at, at + 5_000));
  stream.end();
  expect(await back).toBe(sent);
  server.close();
  await rm(folder, { recursive: true });
});

const [DISPLAY, INPUTS] = [2, 3];
const [SET_ACK, DRAW] = [3, 304];
const [ACK_SYNC, ACK, PONG] = [1, 2, 3];

/** A channel that is linked through a guarded stream, with the server's end as a bare socket. */
class LinkedChannel implements AsyncDisposable {
  readonly stream: Duplex;
  readonly server: Socket;
  readonly #listener: Server;
  readonly #folder: string;
  readonly #assembler = new MessageAssembler('mini', 'server', 1e6);
  #received = 0;
  #isLinked = false;

  static async open(type: number): Promise<LinkedChannel> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-guarded-'));
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(join(folder, 'spice'), resolve));
    const came = once(listener, 'connection') as Promise<[Socket]>;
    const stream = guarded(connect({ path: join(folder, 'spice') }));
    const channel = new LinkedChannel(folder, listener, stream, (await came)[0]);
    const common = 0b1011;
    stream.write(greeting(type, common));
    await channel.#linkBytes(greeting(type, common).length);
    channel.server.write(reply(common));
    await channel.read(reply(common).length);
    stream.write(Buffer.alloc(132));
    await channel.#linkBytes(greeting(type, common).length + 132);
    channel.#isLinked = true;
    channel.server.write(result());
    await channel.read(4);
    return channel;
  }

  private constructor(folder: string, listener: Server, stream: Duplex, server: Socket) {
    this.#folder = folder;
    this.#listener = listener;
    this.stream = stream;
    this.server = server;
    server.on('data', (chunk: Buffer) => {
      this.#received += chunk.length;
      if (this.#isLinked) this.#assembler.push(new Uint8Array(chunk));
    });
  }

  /** So many bytes of what the client gets. */
  async read(count: number): Promise<Buffer> {
    let bytes: Buffer | null = null;
    await expect
      .poll(
        () => {
          bytes ??= this.stream.read(count) as Buffer | null;
          return bytes;
        },
        { interval: 5, timeout: 10_000 },
      )
      .not.toBeNull();
    return bytes ?? Buffer.alloc(0);
  }

  /** The types of the client's messages up to one of this type. */
  async receivedUntil(type: number): Promise<number[]> {
    const types: number[] = [];
    for (;;) {
      while (this.#assembler.next()) {
        types.push(this.#assembler.type);
        if (this.#assembler.type === type) return types;
      }
      await once(this.server, 'data');
    }
  }

  /** Of the link, the server has got so many bytes. */
  async #linkBytes(count: number): Promise<void> {
    while (this.#received < count) await once(this.server, 'data');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.destroy();
    this.stream.destroy();
    this.#listener.close();
    await rm(this.#folder, { recursive: true });
  }
}

test('a display channel is acknowledged as far as somebody reads it', async () => {
  await using channel = await LinkedChannel.open(DISPLAY);
  const draw = message('mini', DRAW, 1000);
  channel.server.write(message('mini', SET_ACK, words(1, 20)));
  for (let count = 0; count < 400; count += 1) channel.server.write(draw);
  const setAck = await channel.read(6 + 8);
  channel.stream.write(message('mini', ACK_SYNC, words(1)));
  await expect
    .poll(() => channel.stream.readableLength, { timeout: 10_000 })
    .toBeGreaterThanOrEqual(channel.stream.readableHighWaterMark);
  channel.stream.write(message('mini', PONG, 12));
  const before = await channel.receivedUntil(PONG);
  expect(before[0]).toBe(ACK_SYNC);
  const given = before.filter((type) => type === ACK).length;
  expect(given).toBe(Math.floor(channel.stream.readableLength / draw.length / 20));
  expect(given).toBeLessThan(20);
  expect(setAck.readUInt16LE(0)).toBe(SET_ACK);
  await channel.read(400 * draw.length);
  for (let count = 0; count < 20; count += 1) channel.stream.write(message('mini', ACK));
  channel.stream.write(message('mini', PONG, 12));
  expect((await channel.receivedUntil(PONG)).slice(0, -1)).toEqual(Array(20 - given).fill(ACK));
});

test('other channels are left to their clients', async () => {
  await using channel = await LinkedChannel.open(INPUTS);
  channel.server.write(Buffer.concat([message('mini', SET_ACK, words(1, 1)), message('mini', 104, 2)]));
  await channel.read(6 + 8 + 6 + 2);
  channel.stream.write(message('mini', ACK_SYNC, words(1)));
  channel.stream.write(message('mini', ACK));
  channel.stream.write(message('mini', PONG, 12));
  expect(await channel.receivedUntil(PONG)).toEqual([ACK_SYNC, ACK, PONG]);
});

test('a client that acknowledges at once, as ours do, is acknowledged ahead too', async () => {
  await using channel = await LinkedChannel.open(DISPLAY);
  const assembler = new MessageAssembler('mini', 'server', 1e6);
  channel.stream.on('data', (chunk: Buffer) => {
    assembler.push(new Uint8Array(chunk));
    while (assembler.next())
      if (assembler.type === SET_ACK) channel.stream.write(message('mini', ACK_SYNC, words(1)));
  });
  channel.server.write(message('mini', SET_ACK, words(1, 20)));
  for (let count = 0; count < 100; count += 1) channel.server.write(message('mini', DRAW, 10));
  expect(await channel.receivedUntil(ACK)).toEqual([ACK_SYNC, ACK]);
});
