import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QmpClient } from './client.ts';
import { QmpRefusal } from './command-queue.ts';

const GREETING = `${JSON.stringify({
  QMP: {
    version: { qemu: { major: 7, minor: 2, micro: 0 }, package: '' },
    capabilities: ['oob'],
  },
})}\r\n`;

let folder: string;
let path: string;
const endings: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-qmp-'));
  path = join(folder, 'qmp.sock');
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

/** A hostile peer: greets, takes qmp_capabilities, then does to each further command what the script says. */
async function peer(script: (socket: Socket, command: { id: number; [key: string]: unknown }) => void) {
  return listen((socket) => {
    let text = '';
    socket.on('error', () => undefined);
    socket.write(GREETING);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const command = JSON.parse(line);
        if (command.execute === 'qmp_capabilities') socket.write(`{"return":{},"id":${command.id}}\r\n`);
        else script(socket, command);
      }
    });
  });
}

async function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    onConnection(socket);
  }).listen(path);
  await once(server, 'listening');
  endings.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return server;
}

async function connect(): Promise<QmpClient> {
  const client = await QmpClient.connect({ path });
  endings.push(() => client[Symbol.asyncDispose]());
  return client;
}

function startQemu(): void {
  const qemu = spawn(
    'qemu-system-x86_64',
    [
      ...['-machine', 'none', '-nodefaults', '-no-user-config', '-display', 'none'],
      ...['-qmp', `unix:${path},server=on,wait=off`],
    ],
    { stdio: 'ignore' },
  );
  const gone = once(qemu, 'exit');
  endings.push(async () => {
    qemu.kill('SIGKILL');
    await gone;
  });
}

test('a fresh QEMU: connects as soon as it listens, runs commands, refuses with its own words', async () => {
  startQemu();
  const started = performance.now();
  const client = await connect();
  expect(performance.now() - started).toBeLessThan(5000);
  expect(client.greeting.version.qemu.major).toBeGreaterThanOrEqual(6);
  expect((await client.execute('query-status')).running).toBe(true);

  const refused = client.execute('device_del', { id: 'nothing' });
  await expect(refused).rejects.toBeInstanceOf(QmpRefusal);
  await expect(refused).rejects.toMatchObject({
    code: 'qemu-refused',
    errorClass: 'DeviceNotFound',
    message: expect.stringMatching(/^QEMU refused device_del: .*nothing.*\.$/),
  });
  await expect(client.executeRaw('no-such-command')).rejects.toMatchObject({
    errorClass: 'CommandNotFound',
  });
});

test('a hundred pipelined commands each get their own answer', async () => {
  startQemu();
  const client = await connect();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      i % 2 === 0
        ? client.execute('query-version').then((version) => version.qemu.major)
        : client.executeRaw(`no-${i}`).catch((error: Error) => error.message),
    ),
  );
  for (const [i, answer] of answers.entries()) {
    if (i % 2 === 0) expect(answer).toBe(client.greeting.version.qemu.major);
    else expect(answer).toContain(`no-${i}`);
  }
});

test('an event reaches listeners and those that wait for it; quitting closes', async () => {
  startQemu();
  const client = await connect();
  const seen: string[] = [];
  const off = client.on((event) => seen.push(event.event));
  const stop = client.waitFor('STOP');
  await client.execute('stop');
  await stop;
  off();
  const resume = client.waitFor('RESUME');
  await client.execute('cont');
  await resume;
  expect(seen).toEqual(['STOP']);

  const never = client.waitFor('DEVICE_DELETED', ({ device }) => device === 'x');
  await client.execute('quit');
  expect((await client.closed).code).toBe('qemu-unreachable');
  await expect(never).rejects.toMatchObject({ code: 'qemu-unreachable' });
  await expect(client.execute('query-status')).rejects.toMatchObject({
    code: 'qemu-unreachable',
    message: expect.stringContaining('query-status'),
  });
});

test('an out-of-band command overtakes', async () => {
  const order: string[] = [];
  await peer((socket, command) => {
    order.push(String(command['exec-oob'] ?? command.execute));
    if (command['exec-oob'] !== undefined) socket.write(`{"return":[],"id":${command.id}}\n`);
  });
  const client = await connect();
  const stuck = Array.from({ length: 20 }, () => client.execute('query-status'));
  for (const one of stuck) one.catch(() => undefined);
  expect(await client.execute('query-yank', undefined, { oob: true })).toEqual([]);
  // Eight at most wait in QEMU, or it would not read the ninth line.
  expect(order).toEqual([...Array.from({ length: 8 }, () => 'query-status'), 'query-yank']);
});

test('real QEMU takes exec-oob', async () => {
  startQemu();
  const client = await connect();
  expect(await client.execute('query-yank', undefined, { oob: true })).toContainEqual({
    type: 'chardev',
    id: 'compat_monitor0',
  });
});

test('a socket that dies mid-command rejects every command by name', async () => {
  await peer((socket, command) => {
    if (command.execute === 'query-kvm') {
      socket.write('{"ret');
      socket.destroy();
    }
  });
  const client = await connect();
  const results = await Promise.allSettled([client.execute('query-status'), client.execute('query-kvm')]);
  for (const [result, name] of [
    [results[0], 'query-status'],
    [results[1], 'query-kvm'],
  ] as const) {
    expect(result).toMatchObject({
      status: 'rejected',
      reason: { code: 'qemu-unreachable', message: expect.stringContaining(name) },
    });
  }
});

test('a greeting that never comes', async () => {
  await listen(() => undefined);
  const started = performance.now();
  await expect(QmpClient.connect({ path, greetingTimeoutMs: 80 })).rejects.toMatchObject({
    code: 'qemu-unreachable',
    message: expect.stringContaining('no greeting within 80 ms'),
  });
  expect(performance.now() - started).toBeLessThan(2000);
});

test('a socket that never appears, and one that appears late', async () => {
  await expect(QmpClient.connect({ path, connectTimeoutMs: 60 })).rejects.toMatchObject({
    code: 'qemu-unreachable',
  });
  const early = connect();
  await peer(() => undefined);
  await early;
});

test('cancelling: before the socket is there, before the greeting, and a command', async () => {
  const missing = AbortSignal.timeout(30);
  await expect(QmpClient.connect({ path, signal: missing })).rejects.toMatchObject({ code: 'cancelled' });

  const server = await listen(() => undefined);
  const silent = new AbortController();
  const connecting = QmpClient.connect({ path, signal: silent.signal });
  await once(server, 'connection');
  silent.abort();
  await expect(connecting).rejects.toMatchObject({ code: 'cancelled' });
});

test('a command that times out or is cancelled costs only itself', async () => {
  const late: (() => void)[] = [];
  await peer((socket, command) => {
    const answer = () => socket.write(`{"return":{"name":"n${command.id}"},"id":${command.id}}\n`);
    if (command.execute === 'query-name') answer();
    else late.push(answer);
  });
  const client = await connect();
  await expect(client.execute('query-status', {}, { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'qemu-unreachable',
    message: 'QEMU did not answer query-status within 30 ms.',
  });
  const abort = new AbortController();
  const cancelled = client.execute('query-kvm', {}, { signal: abort.signal });
  abort.abort();
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  await client.execute('query-name');
  for (const answer of late) answer();
  await expect(client.execute('query-name')).resolves.toMatchObject({
    name: expect.stringMatching(/^n\d/),
  });
});

test('a reply of ten megabytes in many chunks', async () => {
  const value = 'é'.repeat(5 * 1024 * 1024);
  await peer((socket, command) => {
    const bytes = Buffer.from(`{"return":"${value}","id":${command.id}}\n`);
    // Odd sizes cut the two-byte letters in half.
    for (let at = 0; at < bytes.length; at += 4093) socket.write(bytes.subarray(at, at + 4093));
  });
  const client = await connect();
  const started = performance.now();
  const answer = await client.executeRaw('big');
  expect(answer === value).toBe(true);
  expect(performance.now() - started).toBeLessThan(5000);
});

test.each([
  ['no JSON', Buffer.from('hello\n')],
  ['half a JSON', Buffer.from('{"return":{}\n')],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a])],
  ['no message', Buffer.from('{"a":1}\n')],
  ['a list', Buffer.from('[]\n')],
  ['an id that was never given', Buffer.from('{"return":{},"id":99}\n')],
  ['no id', Buffer.from('{"return":{}}\n')],
  ['an error of nothing', Buffer.from('{"error":{"class":"GenericError","desc":"JSON parse error"}}\n')],
  ['a second greeting', Buffer.from(GREETING)],
  ['an event without time', Buffer.from('{"event":"STOP"}\n')],
])('garbage (%s) closes the connection with a fault', async (_, bytes) => {
  await peer((socket) => socket.write(bytes));
  const client = await connect();
  await expect(client.execute('query-status')).rejects.toMatchObject({ code: 'qemu-unreachable' });
  expect((await client.closed).message).toContain('does not speak QMP');
});

test('closing rejects what waits and says so', async () => {
  await peer(() => undefined);
  const client = await connect();
  const waiting = client.execute('query-status');
  waiting.catch(() => undefined);
  await client[Symbol.asyncDispose]();
  await expect(waiting).rejects.toMatchObject({ code: 'qemu-unreachable' });
  await client[Symbol.asyncDispose]();
});

test('what the types demand', () => {
  const check = (client: QmpClient) => [
    client.execute('blockdev-add', { driver: 'qcow2', 'node-name': 'a', file: 'b' }),
    client.execute('device_add', { driver: 'virtio-blk-pci', id: 'disk0', drive: 'a', serial: 'x' }),
    client.execute('netdev_add', {
      type: 'stream',
      id: 'net0',
      server: true,
      addr: { type: 'unix', path: '/x' },
    }),
    // @ts-expect-error: needs its value
    client.execute('balloon'),
    // @ts-expect-error: not an out-of-band command
    client.execute('query-status', {}, { oob: true }),
  ];
  expect(check).toBeTypeOf('function');
});
