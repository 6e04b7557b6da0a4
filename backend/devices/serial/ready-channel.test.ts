import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ReadyChannel } from './ready-channel.ts';

let folder: string;
let server: Server;
let clients: Socket[];
let asked: string;
let ready: number;
let channel: ReadyChannel;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-ready-'));
  clients = [];
  asked = '';
  ready = 0;
  server = createServer((socket) => {
    clients.push(socket);
    socket.on('data', (bytes) => {
      asked += bytes.toString();
    });
    socket.on('error', () => socket.destroy());
  });
  const path = join(folder, 'ready.sock');
  // The channel comes first: QEMU's socket appears a moment after it was launched.
  channel = new ReadyChannel(path, () => {
    ready += 1;
  });
  server.listen(path);
  await once(server, 'listening');
  await vi.waitFor(() => expect(clients).toHaveLength(1));
});
afterEach(async () => {
  await channel[Symbol.asyncDispose]();
  for (const client of clients) client.destroy();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

test('asks once connected, and hears the line however it is cut', async () => {
  await vi.waitFor(() => expect(asked).toBe('ready?\n'));
  clients[0]?.write('re');
  clients[0]?.write('ady');
  await vi.waitFor(() => expect(clients[0]?.bytesWritten).toBe(5));
  expect(ready).toBe(0);
  clients[0]?.write('\r\n');
  await vi.waitFor(() => expect(ready).toBe(1));
});

test('other lines are not it, nor is a line that never ends', async () => {
  clients[0]?.write('not ready\nready soon\n');
  clients[0]?.write(Buffer.alloc(1024 * 1024, 'ready'));
  clients[0]?.write('\nready\n');
  await vi.waitFor(() => expect(ready).toBe(1));
});

test('connects again and asks again after the line died', async () => {
  // A line that dies sooner takes the first question with it.
  await vi.waitFor(() => expect(asked).toBe('ready?\n'));
  clients[0]?.destroy();
  await vi.waitFor(() => expect(clients).toHaveLength(2));
  await vi.waitFor(() => expect(asked).toBe('ready?\nready?\n'));
  clients[1]?.write('ready\n');
  await vi.waitFor(() => expect(ready).toBe(1));
});
