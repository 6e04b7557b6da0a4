import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, Duplex as NodeDuplex, PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../contract/fault.ts';
import { acquireLock, type BackendLock } from '../store/lock.ts';
import { Dispatcher, MAX_MESSAGE_BYTES } from './dispatcher.ts';
import { EventBus } from './event-bus.ts';
import type { OpenStream } from './streams.ts';
import { UnixClient } from './unix-client.ts';
import { serveUnix, type UnixServer } from './unix-server.ts';

let folder: string;
let path: string;
let lock: BackendLock;
let server: UnixServer;
let events: EventBus;
let dispatcher: Dispatcher;
let openStream: OpenStream;

/** What goes in comes out. */
function echo(): Duplex {
  const through = new PassThrough();
  return NodeDuplex.from({ readable: through, writable: through });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-unix-'));
  path = join(folder, 'backend.sock');
  lock = await acquireLock(join(folder, 'backend.lock'));
  events = new EventBus();
  dispatcher = new Dispatcher({ events });
  openStream = async () => echo();
  server = await serveUnix({ path, lock, dispatcher, openStream: (...args) => openStream(...args) });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await lock[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test('requests, faults and events pass; the socket is closed to others', async () => {
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  dispatcher.register('machine.list', async () => ({ machines: [] }));
  dispatcher.register('cdrom.eject', async () => {
    throw new Fault({ code: 'not-found', message: 'There is no machine m.', remedy: 'Look at the list.' });
  });
  await using client = await UnixClient.connect({ path });
  const removed: string[] = [];
  client.on('machine.removed', ({ machine }) => removed.push(machine));
  expect(await client.request('machine.list', {})).toEqual({ machines: [] });
  await expect(client.request('cdrom.eject', { machine: 'm' })).rejects.toMatchObject({
    code: 'not-found',
    remedy: 'Look at the list.',
  });
  events.emit('machine.removed', { machine: 'abcd1234' });
  await expect.poll(() => removed).toEqual(['abcd1234']);
});

test('requests are answered as they finish, not in the order they came', async () => {
  const gate = Promise.withResolvers<void>();
  dispatcher.register('machine.list', async () => {
    await gate.promise;
    return { machines: [] };
  });
  dispatcher.register('job.list', async () => ({ jobs: [] }));
  await using client = await UnixClient.connect({ path });
  const slow = client.request('machine.list', {});
  expect(await client.request('job.list', {})).toEqual({ jobs: [] });
  gate.resolve();
  expect(await slow).toEqual({ machines: [] });
});

test('when the client goes away, what runs for it is aborted', async () => {
  const aborted = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  dispatcher.register('machine.list', async (_input, { signal }) => {
    signal.addEventListener('abort', () => aborted.resolve());
    started.resolve();
    await aborted.promise;
    return { machines: [] };
  });
  const client = await UnixClient.connect({ path });
  const waiting = client.request('machine.list', {});
  waiting.catch(() => undefined);
  await started.promise;
  await client[Symbol.asyncDispose]();
  await aborted.promise;
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await expect.poll(() => server.connectionCount).toBe(0);
});

test('an aborted signal gives up one request and leaves the rest', async () => {
  dispatcher.register('machine.list', async () => new Promise(() => undefined));
  dispatcher.register('job.list', async () => ({ jobs: [] }));
  await using client = await UnixClient.connect({ path });
  const controller = new AbortController();
  const slow = client.request('machine.list', {}, { signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(slow).rejects.toThrow('enough');
  expect(await client.request('job.list', {})).toEqual({ jobs: [] });
});

test('the back end going away is told to who waits', async () => {
  dispatcher.register('machine.list', async () => new Promise(() => undefined));
  await using client = await UnixClient.connect({ path });
  const waiting = expect(client.request('machine.list', {})).rejects.toMatchObject({ code: 'cancelled' });
  await expect.poll(() => server.connectionCount).toBe(1);
  await server[Symbol.asyncDispose]();
  await waiting;
  expect((await client.closed).message).toContain('lost');
  await expect(client.request('job.list', {})).rejects.toMatchObject({ code: 'cancelled' });
  await expect(UnixClient.connect({ path })).rejects.toMatchObject({ code: 'not-found' });
});

/** Sends bytes as they are and gives the first `count` lines of the answer. */
async function raw(bytes: string | Buffer, count: number): Promise<unknown[]> {
  const socket = connect({ path });
  socket.write(bytes);
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.split('\n').length > count) break;
  }
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('lines that are no JSON and a line without end are refused; the connection lives through the first', async () => {
  dispatcher.register('job.list', async () => ({ jobs: [] }));
  const answers = await raw('{oops\n\n{"jsonrpc":"2.0","id":1,"method":"job.list"}\n', 2);
  expect(answers).toMatchObject([{ error: { code: -32700 } }, { id: 1, result: { jobs: [] } }]);
  const [refused] = await raw(Buffer.alloc(MAX_MESSAGE_BYTES + 1, 0x61), 1);
  expect(refused).toMatchObject({ id: null, error: { message: expect.stringContaining('longer than') } });
});

test('a stream passes every byte both ways, early ones included', async () => {
  const connected = Promise.withResolvers<Duplex>();
  openStream = () => connected.promise;
  const client = connect({ path, allowHalfOpen: true });
  const sent = randomBytes(8 * 1024 * 1024);
  client.write('{"jsonrpc":"2.0","id":1,"method":"stream.open","params":{"kind":"spice","machine":"m"}}\n');
  // Speaks before the other side is there, as a SPICE client does.
  client.end(sent);
  await expect.poll(() => server.connectionCount).toBe(1);
  connected.resolve(echo());
  const received = await buffer(client);
  const end = received.indexOf('\n');
  expect(JSON.parse(received.subarray(0, end).toString())).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  const hash = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
  expect(hash(received.subarray(end + 1))).toBe(hash(sent));
});

test('the client opens streams, and says why one cannot be opened', async () => {
  await using client = await UnixClient.connect({ path });
  const stream = await client.openStream({ kind: 'console', machine: 'm' });
  stream.write('hello');
  const [chunk] = await once(stream, 'data');
  expect(String(chunk)).toBe('hello');
  stream.destroy();
  openStream = async () => {
    throw new Fault({ code: 'illegal-move', message: 'm is off.' });
  };
  await expect(client.openStream({ kind: 'console', machine: 'm' })).rejects.toMatchObject({
    code: 'illegal-move',
  });
  await expect(client.openStream({ kind: 'console', machine: '' })).rejects.toMatchObject({
    code: 'bad-input',
    path: ['machine'],
  });
});

test('a slow reader holds the guest back', async () => {
  let produced = 0;
  openStream = async () =>
    new NodeDuplex({
      read() {
        produced += 65_536;
        this.push(Buffer.alloc(65_536));
      },
      write(_chunk, _encoding, done) {
        done();
      },
    });
  await using client = await UnixClient.connect({ path });
  const stream = await client.openStream({ kind: 'spice', machine: 'm' });
  stream.pause();
  let before = -1;
  await expect
    .poll(() => {
      const still = produced === before;
      before = produced;
      return still;
    })
    .toBe(true);
  expect(produced).toBeLessThan(8 * 1024 * 1024);
  stream.destroy();
});

test('when the guest closes the stream, so does the client’s end, with everything that was said', async () => {
  openStream = async () =>
    NodeDuplex.from({
      readable: (async function* () {
        yield Buffer.from('last words');
      })(),
      writable: new PassThrough().resume(),
    });
  await using client = await UnixClient.connect({ path });
  const stream = await client.openStream({ kind: 'console', machine: 'm' });
  expect((await buffer(stream)).toString()).toBe('last words');
});

test('a socket file that was left over is replaced; one that answers is not', async () => {
  await expect(serveUnix({ path, lock, dispatcher, openStream })).rejects.toMatchObject({
    code: 'already-running',
  });
  const stale = join(folder, 'stale.sock');
  await writeFile(stale, '');
  await using second = await serveUnix({ path: stale, lock, dispatcher, openStream });
  expect(second.connectionCount).toBe(0);
});

test('something that speaks another language is told apart', async () => {
  const other = createServer((socket) => socket.write('SSH-2.0-what\n'));
  const otherPath = join(folder, 'other.sock');
  await new Promise<void>((resolve) => other.listen(otherPath, resolve));
  const client = await UnixClient.connect({ path: otherPath });
  expect((await client.closed).detail).toContain('JSON-RPC');
  other.close();
});
