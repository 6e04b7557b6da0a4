import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { guarded } from './guarded-stream.ts';
import { takeSpiceScreen } from './spice-screen.ts';
import { transportOver } from './spice-transport.ts';
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
