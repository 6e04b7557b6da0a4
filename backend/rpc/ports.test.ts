import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, Duplex as NodeDuplex, PassThrough } from 'node:stream';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { STREAM_WINDOW } from '../contract/desktop.ts';
import { Fault } from '../contract/fault.ts';
import { acquireLock } from '../store/lock.ts';
import { Dispatcher } from './dispatcher.ts';
import { acceptPorts, type ParentPort, serveOnPorts } from './port-server.ts';
import type { PortLike } from './port-stream.ts';
import { proxyPorts } from './proxy.ts';
import { serveUnix } from './unix-server.ts';

/** Node's MessagePort in the shape that Electron's MessagePortMain has: messages come as events. */
function asElectron(port: MessagePort): PortLike {
  const emitter = new EventEmitter();
  port.on('message', (data) => emitter.emit('message', { data }));
  port.on('close', () => emitter.emit('close'));
  return {
    postMessage: (message) => port.postMessage(message),
    on: (event: string, listener: (event: { data: unknown }) => void) => emitter.on(event, listener),
    start: () => port.start(),
    close: () => port.close(),
  };
}

class FakeParent extends EventEmitter implements ParentPort {
  readonly posted: unknown[] = [];
  postMessage(message: unknown): void {
    this.posted.push(message);
  }
  /** What Electron's main does: hands over one end and keeps the other. */
  hand(data: unknown): MessagePort {
    const { port1, port2 } = new MessageChannel();
    open.push(port1);
    this.emit('message', { data, ports: [asElectron(port2)] });
    return port1;
  }
}

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

function echo(): Duplex {
  const through = new PassThrough();
  return NodeDuplex.from({ readable: through, writable: through });
}

const openEcho = async (): Promise<Duplex> => echo();

async function ask(port: MessagePort, method: string): Promise<unknown> {
  port.postMessage({ jsonrpc: '2.0', id: 1, method, params: {} });
  const [answer] = await once(port, 'message');
  return answer;
}

test('a request port carries JSON-RPC objects, and its end closes the connection', async () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('job.list', async () => ({ jobs: [] }));
  const parent = new FakeParent();
  acceptPorts(parent, serveOnPorts(dispatcher, openEcho));
  const port = parent.hand({ type: 'connect' });
  expect(await ask(port, 'job.list')).toEqual({ jsonrpc: '2.0', id: 1, result: { jobs: [] } });
  expect(dispatcher.connectionCount).toBe(1);
  port.close();
  await expect.poll(() => dispatcher.connectionCount).toBe(0);
});

test('a message main would never send is a mistake that shows', () => {
  const parent = new FakeParent();
  acceptPorts(parent, serveOnPorts(new Dispatcher(), openEcho));
  expect(() => parent.hand({ type: 'other' })).toThrow('from Electron');
});

/** The renderer's half of the protocol: acknowledges what it takes, collects until the end. */
function collect(port: MessagePort): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let taken = 0;
  return new Promise((resolve) => {
    port.on('message', (data: unknown) => {
      if (data === null) resolve(Buffer.concat(chunks));
      if (!(data instanceof Uint8Array)) return;
      chunks.push(data);
      taken += data.length;
      while (taken >= STREAM_WINDOW) {
        taken -= STREAM_WINDOW;
        port.postMessage(STREAM_WINDOW);
      }
    });
  });
}

test('a stream port passes every byte both ways, more than the window, and the end', async () => {
  const parent = new FakeParent();
  acceptPorts(parent, serveOnPorts(new Dispatcher(), openEcho));
  const port = parent.hand({ type: 'stream', target: { kind: 'spice', machine: 'm' } });
  const received = collect(port);
  const sent = randomBytes(5 * STREAM_WINDOW + 17);
  for (let at = 0; at < sent.length; at += 300_000) {
    port.postMessage(new Uint8Array(sent.subarray(at, at + 300_000)));
  }
  port.postMessage(null);
  expect((await received).equals(sent)).toBe(true);
});

test('a face that acknowledges nothing gets two windows and a chunk, no more', async () => {
  const parent = new FakeParent();
  const endless = new NodeDuplex({
    read() {
      this.push(Buffer.alloc(65_536));
    },
    write(_chunk, _encoding, done) {
      done();
    },
  });
  acceptPorts(
    parent,
    serveOnPorts(new Dispatcher(), async () => endless),
  );
  const port = parent.hand({ type: 'stream', target: { kind: 'spice', machine: 'm' } });
  let received = 0;
  port.on('message', (data: Uint8Array) => {
    received += data.length;
  });
  let before = -1;
  await expect
    .poll(() => {
      const still = received > 0 && received === before;
      before = received;
      return still;
    })
    .toBe(true);
  expect(received).toBeGreaterThan(2 * STREAM_WINDOW - 1);
  expect(received).toBeLessThanOrEqual(2 * STREAM_WINDOW + 65_536);
  port.postMessage(STREAM_WINDOW);
  await expect.poll(() => received).toBeGreaterThan(3 * STREAM_WINDOW - 65_536);
  port.close();
  await expect.poll(() => endless.destroyed).toBe(true);
});

test('a stream that cannot be opened closes its port', async () => {
  const parent = new FakeParent();
  acceptPorts(
    parent,
    serveOnPorts(new Dispatcher(), async () => {
      throw new Fault({ code: 'illegal-move', message: 'off' });
    }),
  );
  const port = parent.hand({ type: 'stream', target: { kind: 'spice', machine: 'm' } });
  await once(port, 'close');
});

test('a proxy carries requests and streams to the back end that holds the folder, and tells when that is gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-proxy-'));
  const path = join(folder, 'backend.sock');
  const lock = await acquireLock(join(folder, 'backend.lock'));
  const dispatcher = new Dispatcher();
  dispatcher.register('job.list', async () => ({ jobs: [] }));
  const server = await serveUnix({ path, lock, dispatcher, openStream: openEcho });
  const lost = Promise.withResolvers<void>();
  const parent = new FakeParent();
  acceptPorts(
    parent,
    proxyPorts(path, () => lost.resolve()),
  );

  const port = parent.hand({ type: 'connect' });
  expect(await ask(port, 'job.list')).toEqual({ jsonrpc: '2.0', id: 1, result: { jobs: [] } });
  const stream = parent.hand({ type: 'stream', target: { kind: 'console', machine: 'm' } });
  const received = collect(stream);
  const sent = randomBytes(2 * STREAM_WINDOW);
  stream.postMessage(new Uint8Array(sent));
  stream.postMessage(null);
  expect((await received).equals(sent)).toBe(true);

  const closed = once(port, 'close');
  await server[Symbol.asyncDispose]();
  await Promise.all([closed, lost.promise]);
  await lock[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
