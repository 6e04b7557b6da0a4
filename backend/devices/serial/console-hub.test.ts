import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ConsoleHub } from './console-hub.ts';

/** The other end as QEMU has it: a listening socket that takes one client. */
class Line {
  readonly server: Server;
  readonly clients: Socket[] = [];
  heard = '';

  constructor() {
    this.server = createServer((socket) => {
      this.clients.push(socket);
      socket.on('data', (bytes) => {
        this.heard += bytes.toString();
      });
      socket.on('error', () => socket.destroy());
    });
  }

  get client(): Socket {
    const last = this.clients.at(-1);
    if (last === undefined) throw new Error('nobody has connected');
    return last;
  }

  async say(text: string | Buffer): Promise<void> {
    await new Promise<void>((resolve) => this.client.write(text, () => resolve()));
  }
}

let folder: string;
let path: string;
let line: Line;
let hub: ConsoleHub;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-console-'));
  path = join(folder, 'console.sock');
  line = new Line();
  line.server.listen(path);
  await once(line.server, 'listening');
  hub = new ConsoleHub(path);
  await vi.waitFor(() => expect(line.clients).toHaveLength(1));
});
afterEach(async () => {
  await hub[Symbol.asyncDispose]();
  for (const client of line.clients) client.destroy();
  line.server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Gathers what a reader is given. */
function listen(stream: Duplex): { text: () => string; bytes: () => number } {
  const parts: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => parts.push(bytes));
  return {
    text: () => Buffer.concat(parts).toString(),
    bytes: () => parts.reduce((sum, part) => sum + part.length, 0),
  };
}

test('everybody who looks sees the same, also who comes late', async () => {
  const first = listen(hub.open());
  await line.say('boot\r\nlogin: ');
  await vi.waitFor(() => expect(first.text()).toBe('boot\r\nlogin: '));
  const late = listen(hub.open());
  await line.say('root\r\n');
  for (const reader of [first, late])
    await vi.waitFor(() => expect(reader.text()).toBe('boot\r\nlogin: root\r\n'));
});

test('what is typed by any of them reaches the guest, byte for byte', async () => {
  hub.open().write(Buffer.from('ls\n\x03\x1b[A'));
  hub.open().write('ü');
  await vi.waitFor(() => expect(line.heard).toBe('ls\n\x03\x1b[Aü'));
});

test('one who leaves takes nobody with them', async () => {
  const stays = listen(hub.open());
  const leaves = hub.open();
  leaves.resume();
  leaves.destroy();
  await line.say('still here');
  await vi.waitFor(() => expect(stays.text()).toBe('still here'));
});

test('only the last quarter of a MiB is kept for who comes late', async () => {
  const live = listen(hub.open());
  for (let n = 0; n < 64; n += 1) await line.say(Buffer.alloc(16 * 1024, 'a'.charCodeAt(0) + (n % 26)));
  await vi.waitFor(() => expect(live.bytes()).toBe(1024 * 1024));
  const late = listen(hub.open());
  await line.say('#');
  await vi.waitFor(() => expect(late.text()).toMatch(/#$/));
  expect(late.bytes()).toBeGreaterThan(128 * 1024);
  expect(late.bytes()).toBeLessThanOrEqual(320 * 1024);
  expect(live.text().endsWith(late.text())).toBe(true);
});

test('a line that dies is connected again, with the readers still on it', async () => {
  const reader = hub.open();
  const heard = listen(reader);
  await line.say('one ');
  await vi.waitFor(() => expect(heard.text()).toBe('one '));
  line.client.destroy();
  await vi.waitFor(() => expect(line.clients).toHaveLength(2));
  await line.say('two');
  await vi.waitFor(() => expect(heard.text()).toBe('one two'));
  await vi.waitFor(() => {
    reader.write('x');
    expect(line.heard).toContain('x');
  });
});

test('a reader that does not read is cut off; the others go on', async () => {
  const slow = hub.open();
  const gone = once(slow, 'error');
  const quick = listen(hub.open());
  const total = 6 * 1024 * 1024;
  for (let sent = 0; sent < total; sent += 256 * 1024) await line.say(Buffer.alloc(256 * 1024, 120));
  expect((await gone)[0]).toMatchObject({ message: expect.stringContaining('too slowly') });
  expect(slow.destroyed).toBe(true);
  await vi.waitFor(() => expect(quick.bytes()).toBe(total));
});

test('when the guest is let go every reader ends, and later ones see the history', async () => {
  const reader = hub.open();
  const heard = listen(reader);
  const ended = once(reader, 'end');
  await line.say('bye');
  await vi.waitFor(() => expect(heard.text()).toBe('bye'));
  await hub[Symbol.asyncDispose]();
  await ended;
  const late = hub.open();
  const lateHeard = listen(late);
  await once(late, 'end');
  expect(lateHeard.text()).toBe('bye');
  await vi.waitFor(() => expect(line.client.destroyed).toBe(true));
});
