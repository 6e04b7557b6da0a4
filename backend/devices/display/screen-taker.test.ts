import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ScreenTaker } from './screen-taker.ts';
import { TinyGuest } from './testing/tiny-guest.ts';

const never = new AbortController().signal;
/** A thread that has yet to start, or a server in a guest on a busy machine. */
const SLOWLY = { timeout: 10_000 };
const PATIENT = { timeoutMs: 10_000, signal: never };

let guest: TinyGuest;
beforeAll(async () => {
  guest = await TinyGuest.start();
});
afterAll(() => guest?.[Symbol.asyncDispose]());
let taker: ScreenTaker;
beforeEach(() => {
  taker = new ScreenTaker();
});
afterEach(() => taker[Symbol.asyncDispose]());

/** The RGB bytes of a PNG with one IDAT and unfiltered rows. */
function pixels(png: Uint8Array, width: number): Uint8Array {
  const bytes = Buffer.from(png);
  const at = bytes.indexOf('IDAT');
  const raw = inflateSync(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at - 4)));
  return raw.filter((_byte, index) => index % (width * 3 + 1) !== 0);
}

/** A server that takes connections and says nothing. */
async function silent(): Promise<{ path: string; server: Server } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-silent-'));
  const path = join(folder, 'spice');
  const server = createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    server,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

const connections = (server: Server): Promise<number> =>
  new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));

test('the picture is QEMU’s, to the pixel, and nobody is connected afterwards', async () => {
  await vi.waitFor(async () => {
    const { png, width, height } = await taker.take(guest.socket, PATIENT);
    const dump = await guest.dump();
    expect({ width, height }).toEqual({ width: dump.width, height: dump.height });
    expect(Buffer.from(pixels(png, width)).equals(dump.rgb)).toBe(true);
    // Mode 13h with its pattern of all colours: the firmware’s text is over.
    expect(new Set(dump.rgb).size).toBeGreaterThan(20);
  }, 20_000);
  await vi.waitFor(
    async () => expect((await guest.qmp.execute('query-spice')).channels ?? []).toEqual([]),
    SLOWLY,
  );
});

test('one of two that are wanted at once is not there, and the other comes', async () => {
  const [small, missing] = await Promise.allSettled([
    taker.take(guest.socket, { ...PATIENT, maxWidth: 100 }),
    taker.take(`${guest.socket}-not`, PATIENT),
  ]);
  expect(small).toMatchObject({ status: 'fulfilled', value: { width: 100 } });
  expect(missing).toMatchObject({
    status: 'rejected',
    reason: { message: expect.stringContaining('ENOENT') },
  });
});

test('a server that says nothing is given up, and at once when the picture is not wanted any more', async () => {
  await using deaf = await silent();
  await expect(taker.take(deaf.path, { timeoutMs: 100, signal: never })).rejects.toMatchObject({
    code: 'timeout',
    remedy: expect.stringContaining('qmp'),
  });
  const stop = new AbortController();
  const taken = expect(taker.take(deaf.path, { timeoutMs: 60_000, signal: stop.signal })).rejects.toBe(
    'enough',
  );
  await vi.waitFor(async () => expect(await connections(deaf.server)).toBe(1), SLOWLY);
  stop.abort('enough');
  await taken;
  await vi.waitFor(async () => expect(await connections(deaf.server)).toBe(0), SLOWLY);
});

test('a taker that is closed leaves nobody waiting, and the next picture has another thread', async () => {
  await using deaf = await silent();
  const taken = expect(taker.take(deaf.path, { timeoutMs: 60_000, signal: never })).rejects.toMatchObject({
    code: 'cancelled',
  });
  await vi.waitFor(async () => expect(await connections(deaf.server)).toBe(1), SLOWLY);
  await taker[Symbol.asyncDispose]();
  await taken;
  expect((await taker.take(guest.socket, { ...PATIENT, maxWidth: 16 })).width).toBe(16);
});

/** Bytes of a client's link: its greeting, and its ticket of 128 behind the mechanism. */
const [GREETING_AT_LEAST, TICKET] = [18, 128];

/** A way to the guest that tells when a second connection, the display's, has just sent its ticket. */
async function wayIn(ticketSent: () => void): Promise<{ path: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-way-'));
  const path = join(folder, 'spice');
  let count = 0;
  const server = createServer((near) => {
    count += 1;
    const isSecond = count === 2;
    let sent = 0;
    const far = connect(guest.socket);
    near.on('data', (chunk) => {
      far.write(chunk);
      const before = sent;
      sent += chunk.length;
      const line = GREETING_AT_LEAST + TICKET;
      if (isSecond && before <= line && sent > line) ticketSent();
    });
    far.on('data', (chunk) => near.write(chunk));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('close', () => other.destroy());
      one.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

test('a taker that is closed while a display connects does not end the guest', async () => {
  for (let count = 0; count < 10; count += 1) {
    const sent = Promise.withResolvers<void>();
    await using way = await wayIn(sent.resolve);
    const stop = new AbortController();
    const taken = taker.take(way.path, { ...PATIENT, signal: stop.signal }).catch(() => undefined);
    await sent.promise;
    stop.abort(new Error('the back end ends'));
    await taker[Symbol.asyncDispose]();
    await taken;
    expect(await guest.qmp.execute('query-status')).toMatchObject({ status: 'running' });
  }
}, 60_000);
