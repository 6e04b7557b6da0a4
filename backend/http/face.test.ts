import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, Duplex as NodeDuplex, PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { Fault } from '../contract/fault.ts';
import { Dispatcher } from '../rpc/dispatcher.ts';
import type { OpenStream } from '../rpc/streams.ts';
import { type Face, openFace } from './face.ts';

let folder: string;
let images: string;
let face: Face;
let dispatcher: Dispatcher;
let openStream: OpenStream;
let faults: string[];

function echo(): Duplex {
  const through = new PassThrough();
  return NodeDuplex.from({ readable: through, writable: through });
}

function open(port = 0, secret?: string): Promise<Face> {
  return openFace({
    port,
    secret,
    dispatcher,
    openStream: (...args) => openStream(...args),
    rendererFolder: join(folder, 'renderer'),
    imagesFolder: images,
    onError: (path, error) => faults.push(`${path}: ${String(error)}`),
  });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-http-'));
  images = join(folder, 'images');
  await mkdir(join(folder, 'renderer/assets'), { recursive: true });
  await writeFile(join(folder, 'renderer/index.html'), '<!doctype html><title>Innkeeper</title>');
  await writeFile(join(folder, 'renderer/assets/app-1a2b.js'), 'export {};');
  await writeFile(join(folder, 'renderer/.hidden.txt'), 'hidden');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(folder, 'renderer/link.txt'));
  dispatcher = new Dispatcher();
  dispatcher.register('job.list', async () => ({ jobs: [] }));
  openStream = async () => echo();
  faults = [];
  face = await open();
});
afterEach(async () => {
  await face[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
  expect(faults).toEqual([]);
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

interface Ask {
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** As bytes on the wire: `path` is sent as it stands, and Host and Origin are what the test says. */
async function ask(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
  const outgoing = request({ host: '127.0.0.1', port: face.port, path, method, headers, agent: false });
  outgoing.end(body);
  const [incoming] = await once(outgoing, 'response');
  return { status: incoming.statusCode, headers: incoming.headers, body: await text(incoming) };
}

async function signIn(): Promise<string> {
  const url = new URL(face.newUrl());
  const answer = await ask(url.pathname + url.search);
  expect(answer.status).toBe(303);
  return answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
}

test('the one-time address gives a cookie and a clean address, once', async () => {
  const url = new URL(face.newUrl());
  expect(url.hostname).toBe('127.0.0.1');
  const first = await ask(url.pathname + url.search);
  expect(first.status).toBe(303);
  expect(first.headers.location).toBe('/');
  expect(first.headers['set-cookie']?.[0]).toMatch(
    /^innkeeper-\d+=[\w-]{43}; HttpOnly; SameSite=Strict; Path=\/$/,
  );
  const second = await ask(url.pathname + url.search);
  expect(second.status).toBe(403);
  expect(second.body).toContain('innkeeper serve');
  expect(second.body).toContain('npm start');
  const cookie = first.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const page = await ask('/', { headers: { cookie } });
  expect(page).toMatchObject({ status: 200, body: '<!doctype html><title>Innkeeper</title>' });
});

test('a browser that only guesses does not use the address up', async () => {
  const url = new URL(face.newUrl());
  const ahead = await ask(url.pathname + url.search, { headers: { 'sec-purpose': 'prefetch;prerender' } });
  expect(ahead.status).toBe(503);
  expect((await ask(url.pathname + url.search)).status).toBe(303);
});

test.each(['/', '/assets/app-1a2b.js', '/?token=', '/?token=AAAA', '/upload', '/rpc', '/stream-body/AAAA'])(
  'without a cookie %s gives nothing away',
  async (path) => {
    const answer = await ask(path);
    expect([401, 403]).toContain(answer.status);
    expect(answer.body).not.toContain('export');
    const wrong = await ask(path, { headers: { cookie: `innkeeper-${face.port}=${'A'.repeat(43)}` } });
    expect([401, 403]).toContain(wrong.status);
  },
);

test('every answer carries the headers that keep it to itself', async () => {
  const cookie = await signIn();
  const token = new URL(face.newUrl());
  for (const answer of [
    await ask('/', { headers: { cookie } }),
    await ask('/assets/app-1a2b.js', { headers: { cookie } }),
    await ask('/nothing.txt', { headers: { cookie } }),
    await ask('/'),
    await ask(token.pathname + token.search),
  ]) {
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['content-security-policy']).not.toContain('unsafe');
    expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
  }
});

test('hashed files are kept, others are asked for again and not sent twice', async () => {
  const cookie = await signIn();
  const script = await ask('/assets/app-1a2b.js', { headers: { cookie } });
  expect(script.headers['cache-control']).toContain('immutable');
  expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
  const page = await ask('/', { headers: { cookie } });
  expect(page.headers['cache-control']).toContain('no-cache');
  const again = await ask('/', { headers: { cookie, 'if-none-match': page.headers.etag ?? '' } });
  expect(again).toMatchObject({ status: 304, body: '' });
  const head = await ask('/', { method: 'HEAD', headers: { cookie } });
  expect(head).toMatchObject({ status: 200, body: '' });
});

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/assets/../../secret.txt',
  '/assets/..%2f..%2fsecret.txt',
  '/..%5csecret.txt',
  '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
  '/link.txt',
  '/.hidden.txt',
  '/%00',
  '/%',
  '//secret.txt',
  '//',
  '//[',
  'http://[/',
  '/assets',
  '/assets/',
  `/${'a'.repeat(300)}`,
])('%s leads nowhere', async (path) => {
  const cookie = await signIn();
  const answer = await ask(path, { headers: { cookie } });
  expect(answer.status).toBe(404);
  expect(answer.body).not.toContain('secret');
});

test('a name that was made to point here (DNS rebinding) is turned away, cookie or not', async () => {
  const cookie = await signIn();
  for (const host of [
    'evil.example',
    `evil.example:${face.port}`,
    '127.0.0.1',
    '127.0.0.1:1',
    `0.0.0.0:${face.port}`,
  ]) {
    expect((await ask('/', { headers: { cookie, host } })).status).toBe(421);
    const url = new URL(face.newUrl());
    expect((await ask(url.pathname + url.search, { headers: { host } })).status).toBe(421);
  }
  const local = await ask('/', { headers: { cookie, host: `localhost:${face.port}` } });
  expect(local.status).toBe(200);
});

const upload = (cookie: string, name: string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: {
    cookie,
    origin: `http://127.0.0.1:${face.port}`,
    'x-innkeeper-name': encodeURIComponent(name),
    ...headers,
  },
});

test('only our own pages may send something', async () => {
  const cookie = await signIn();
  for (const origin of [
    'http://evil.example',
    'null',
    `https://127.0.0.1:${face.port}`,
    `http://127.0.0.1:1`,
  ]) {
    expect((await ask('/upload', upload(cookie, 'x.iso', { origin }))).status).toBe(403);
  }
  const { origin: _none, ...headers } = upload(cookie, 'x.iso').headers;
  expect((await ask('/upload', { method: 'POST', headers })).status).toBe(403);
  expect((await ask('/upload', { ...upload('', 'x.iso'), body: 'x' })).status).toBe(401);
  expect((await ask('/', upload(cookie, 'x.iso'))).status).toBe(405);
  await expect(readdir(images)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('an upload becomes a file with its name, and never replaces one', async () => {
  const cookie = await signIn();
  const bytes = randomBytes(3_000_000);
  const paths: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    const answer = await ask('/upload', { ...upload(cookie, '../../Größe 1.iso'), body: bytes });
    expect(answer.status).toBe(201);
    paths.push(JSON.parse(answer.body).path);
  }
  expect(paths).toEqual(
    ['Größe 1.iso', 'Größe 1 (2).iso', 'Größe 1 (3).iso'].map((name) => join(images, name)),
  );
  expect((await readFile(paths[2] ?? '')).equals(bytes)).toBe(true);
  expect(await readdir(images)).toHaveLength(3);
});

test('an upload that breaks off, has no name or cannot fit leaves nothing', async () => {
  const cookie = await signIn();
  const broken = request({
    host: '127.0.0.1',
    port: face.port,
    path: '/upload',
    ...upload(cookie, 'x.iso', { 'content-length': '1000000' }),
  });
  broken.on('error', () => undefined);
  broken.write(Buffer.alloc(1000));
  await expect.poll(async () => (await readdir(images).catch(() => [])).length).toBe(1);
  broken.destroy();
  await expect.poll(() => readdir(images)).toEqual([]);

  const { 'x-innkeeper-name': _name, ...unnamed } = upload(cookie, '').headers;
  const bad = await ask('/upload', { method: 'POST', headers: unnamed, body: 'x' });
  expect(bad.status).toBe(400);
  expect(JSON.parse(bad.body).error.code).toBe('bad-input');

  const huge = request({
    host: '127.0.0.1',
    port: face.port,
    path: '/upload',
    ...upload(cookie, 'x.iso', { 'content-length': String(2 ** 52) }),
  });
  huge.on('error', () => undefined);
  huge.flushHeaders();
  const [answer] = await once(huge, 'response');
  expect(answer.statusCode).toBe(507);
  expect(JSON.parse(await text(answer)).error.code).toBe('no-space');
  expect(await readdir(images)).toEqual([]);
});

function webSocket(path: string, cookie: string, headers: Record<string, string> = {}): WebSocket {
  return new WebSocket(`ws://127.0.0.1:${face.port}${path}`, path.startsWith('/stream') ? ['binary'] : [], {
    headers: { cookie, origin: `http://127.0.0.1:${face.port}`, ...headers },
    perMessageDeflate: false,
  });
}

async function refusal(socket: WebSocket): Promise<number | undefined> {
  const [, answer] = await once(socket, 'unexpected-response');
  socket.on('error', () => undefined);
  socket.terminate();
  return answer.statusCode;
}

test('requests go over a WebSocket', async () => {
  const socket = webSocket('/rpc', await signIn());
  await once(socket, 'open');
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'job.list' }));
  const [data] = await once(socket, 'message');
  expect(JSON.parse(String(data))).toEqual({ jsonrpc: '2.0', id: 1, result: { jobs: [] } });
  socket.send('{oops');
  const [refused] = await once(socket, 'message');
  expect(JSON.parse(String(refused))).toMatchObject({ error: { code: -32700 } });
  expect(dispatcher.connectionCount).toBe(1);
  socket.close();
  await expect.poll(() => dispatcher.connectionCount).toBe(0);
});

test('a WebSocket from elsewhere, of another name or without a cookie is refused', async () => {
  const cookie = await signIn();
  for (const path of ['/rpc', '/stream/spice/m']) {
    expect(await refusal(webSocket(path, cookie, { origin: 'http://evil.example' }))).toBe(403);
    expect(await refusal(webSocket(path, cookie, { host: 'evil.example' }))).toBe(421);
    expect(await refusal(webSocket(path, ''))).toBe(401);
    const both = { host: `evil.example:${face.port}`, origin: `http://evil.example:${face.port}` };
    expect(await refusal(webSocket(path, cookie, both))).toBe(421);
  }
  for (const path of [
    '/other',
    '/stream/other/m',
    '/stream/spice',
    '/stream/spice/m/x/y',
    '/stream/spice/m/',
    '/stream/spice/%',
    '//[',
  ]) {
    expect(await refusal(webSocket(path, cookie))).toBe(404);
  }
  expect(dispatcher.connectionCount).toBe(0);
});

test('a guest’s stream passes every byte both ways, early ones included', async () => {
  const upstream = Promise.withResolvers<Duplex>();
  const targets: unknown[] = [];
  openStream = (target) => {
    targets.push(target);
    return upstream.promise;
  };
  const socket = webSocket('/stream/spice/my%20guest/viewer%2F1', await signIn());
  await once(socket, 'open');
  expect(socket.protocol).toBe('binary');
  const sent = randomBytes(4_000_000);
  const chunks: Buffer[] = [];
  socket.on('message', (data: Buffer) => chunks.push(data));
  for (let at = 0; at < sent.length; at += 500_000) socket.send(sent.subarray(at, at + 500_000));
  await expect.poll(() => targets).toEqual([{ kind: 'spice', machine: 'my guest', viewer: 'viewer/1' }]);
  upstream.resolve(echo());
  await expect.poll(() => chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(sent.length);
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  socket.close();
});

test('a browser that does not read holds the guest back', async () => {
  let produced = 0;
  const endless = new NodeDuplex({
    read() {
      produced += 65_536;
      this.push(Buffer.alloc(65_536));
    },
    write(_chunk, _encoding, done) {
      done();
    },
  });
  openStream = async () => endless;
  const socket = webSocket('/stream/spice/m', await signIn());
  await once(socket, 'open');
  socket.pause();
  let before = -1;
  await expect
    .poll(
      () => {
        const still = produced > 0 && produced === before;
        before = produced;
        return still;
      },
      { timeout: 5000 },
    )
    .toBe(true);
  expect(produced).toBeLessThan(16 * 1024 * 1024);
  socket.terminate();
  await expect.poll(() => endless.destroyed).toBe(true);
});

test('the end of a guest’s stream, and why there is none, reach the browser', async () => {
  const cookie = await signIn();
  const guest = echo();
  openStream = async () => guest;
  const ended = webSocket('/stream/console/m', cookie);
  await once(ended, 'open');
  ended.send('x');
  guest.destroy();
  // 1005: closed cleanly, without a code.
  expect((await once(ended, 'close'))[0]).toBe(1005);
  openStream = async () => {
    throw new Fault({ code: 'illegal-move', message: "'m' is off, so it has no console." });
  };
  const [code, reason] = await once(webSocket('/stream/console/m', cookie), 'close');
  expect([code, String(reason)]).toEqual([4000, "'m' is off, so it has no console."]);
});

test('the cookie is good again when the face is opened again with its secret, on its port', async () => {
  const cookie = await signIn();
  const { port, secret } = face;
  const old = face.newUrl();
  await face[Symbol.asyncDispose]();
  face = await open(port, secret);
  expect((await ask('/', { headers: { cookie } })).status).toBe(200);
  const url = new URL(old);
  expect((await ask(url.pathname + url.search)).status).toBe(403);
  await face[Symbol.asyncDispose]();
  face = await open(port);
  expect((await ask('/', { headers: { cookie } })).status).toBe(401);
});

test('a port that is taken is named, with the way out', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  await expect(open(port)).rejects.toMatchObject({
    code: 'busy',
    message: expect.stringContaining(String(port)),
    remedy: expect.stringContaining('--port'),
  });
  other.close();
});
