import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { STREAM_BODY_PROTOCOL, STREAM_PROTOCOL } from '../contract/streams.ts';
import { joinStreams } from '../rpc/streams.ts';
import { GuestStreams } from './guest-streams.ts';

let server: Server;
let streams: GuestStreams;
/** What the guest says, one for each connection in turn. */
let guests: PassThrough[];

beforeEach(async () => {
  guests = [];
  streams = new GuestStreams({ offerTimeoutMs: 100 });
  const sockets = new WebSocketServer({ noServer: true });
  server = createServer((request, response) => {
    if (!streams.answer(request.url ?? '', response)) response.writeHead(404).end();
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const guest = new PassThrough();
      guests.push(guest);
      void joinStreams(streams.over(webSocket), guest);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

interface Browser {
  readonly socket: WebSocket;
  readonly messages: Buffer[];
  /** The first path it is told of. */
  readonly path: Promise<string>;
}

async function connect(protocol: string = STREAM_BODY_PROTOCOL): Promise<Browser> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/`, protocol);
  const messages: Buffer[] = [];
  const path = Promise.withResolvers<string>();
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) messages.push(data);
    else path.resolve(String(data));
  });
  await once(socket, 'open');
  return { socket, messages, path: path.promise };
}

function port(): number {
  return (server.address() as AddressInfo).port;
}

async function fetchBody(path: string): Promise<IncomingMessage> {
  const [response] = await once(get({ host: '127.0.0.1', port: port(), path, agent: false }), 'response');
  return response;
}

/** Bytes that no two places of have alike. */
function pattern(length: number): Buffer {
  const words = Uint32Array.from({ length: length / 4 }, (_, index) => index);
  return Buffer.from(words.buffer);
}

const much = pattern(1024 * 1024);

async function speak(guest: PassThrough | undefined, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += 40_000) {
    if (guest?.write(bytes.subarray(at, at + 40_000)) === false) await once(guest, 'drain');
  }
}

test('what comes after the first part is the body, and together it is everything in order', async () => {
  const { socket, messages, path } = await connect();
  const spoken = speak(guests[0], much).then(() => guests[0]?.end());
  const response = await fetchBody(await path);
  expect(response.headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
  const closed = once(socket, 'close');
  const body = await buffer(response);
  await spoken;
  expect(Buffer.concat([...messages, body]).equals(much)).toBe(true);
  expect(body.length).toBeGreaterThan(700_000);
  expect((await closed)[0]).toBe(1005);
  // It was good for once.
  expect((await fetchBody(await path)).statusCode).toBe(404);
});

test('the other way goes on as messages', async () => {
  const { socket, path } = await connect();
  void speak(guests[0], much);
  const response = await fetchBody(await path);
  socket.send(Buffer.from('typed'));
  const heard: Buffer[] = [];
  response.on('data', (bytes) => heard.push(bytes));
  // The guest of this test says back what it is told.
  await expect.poll(() => Buffer.concat(heard).includes('typed')).toBe(true);
  socket.terminate();
});

test('who does not ask for the body, or not soon, gets messages', async () => {
  const { messages, path } = await connect();
  await speak(guests[0], much);
  await expect.poll(() => Buffer.concat(messages).length).toBe(much.length);
  expect(Buffer.concat(messages).equals(much)).toBe(true);
  expect((await fetchBody(await path)).statusCode).toBe(404);
  const other = await connect(STREAM_PROTOCOL);
  await speak(guests[1], much);
  await expect.poll(() => Buffer.concat(other.messages).length).toBe(much.length);
});

test('three bodies at most, and another when one has ended', async () => {
  const first = await Promise.all([connect(), connect(), connect()]);
  for (const guest of guests) void speak(guest, much);
  const bodies = await Promise.all(first.map(async ({ path }) => fetchBody(await path)));
  for (const body of bodies) body.resume();
  const fourth = await connect();
  await speak(guests[3], much);
  await expect.poll(() => Buffer.concat(fourth.messages).length).toBe(much.length);
  const ended = Promise.all(bodies.slice(0, 1).map((body) => once(body, 'end')));
  guests[0]?.end();
  await ended;
  const fifth = await connect();
  void speak(guests[4], much);
  expect((await fetchBody(await fifth.path)).statusCode).toBe(200);
});

test('a body that breaks takes the stream with it, and the other way round', async () => {
  const one = await connect();
  const other = await connect();
  for (const guest of guests) void speak(guest, much);
  const broken = await fetchBody(await one.path);
  const left = await fetchBody(await other.path);
  const closed = once(one.socket, 'close');
  broken.destroy();
  await closed;
  expect(guests[0]?.destroyed).toBe(true);
  left.resume();
  const ended = once(left, 'close');
  other.socket.terminate();
  await ended;
  await expect.poll(() => guests[1]?.destroyed).toBe(true);
});

test('who leaves while it is asked leaves nothing behind', async () => {
  for (let turn = 0; turn < 4; turn += 1) {
    const { socket, path } = await connect();
    void speak(guests[turn], much);
    await path;
    socket.terminate();
    await expect.poll(() => guests[turn]?.destroyed).toBe(true);
  }
});
