import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GuestAgent } from './client.ts';

interface Request {
  readonly execute: string;
  readonly arguments?: Record<string, unknown>;
}
type Answer = (request: Request, socket: Socket) => void;

let folder: string;
let path: string;
const endings: (() => Promise<void> | void)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-agent-'));
  path = join(folder, 'agent.sock');
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await rm(folder, { recursive: true, force: true });
});

/** What QEMU's chardev is to us, with a guest behind it that does what the test says. Syncs are answered unless `deaf`. */
async function peer(answer: Answer) {
  const state = { deaf: false, received: '', requests: [] as Request[], sockets: new Set<Socket>() };
  const server = createServer((socket) => {
    state.sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      state.received += chunk.toString('latin1');
      if (state.deaf) return;
      text += chunk.toString('latin1').replaceAll('\u00ff', '');
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const request: Request = JSON.parse(line);
        if (request.execute === 'guest-sync-delimited') {
          socket.write(Buffer.of(0xff));
          reply(socket, request.arguments?.id);
        } else {
          state.requests.push(request);
          answer(request, socket);
        }
      }
    });
  }).listen(path);
  await once(server, 'listening');
  endings.push(async () => {
    for (const socket of state.sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return state;
}

const reply = (socket: Socket, value: unknown) => socket.write(`${JSON.stringify({ return: value })}\n`);

async function connect(): Promise<GuestAgent> {
  const agent = await GuestAgent.connect({ path });
  endings.push(() => agent[Symbol.asyncDispose]());
  return agent;
}

test('no agent: the fault says so and how to get one; it is found when it comes', async () => {
  const guest = await peer((_, socket) => reply(socket, {}));
  guest.deaf = true;
  const agent = await connect();
  for (let i = 0; i < 3; i += 1) {
    await expect(agent.ping({ syncTimeoutMs: 20 })).rejects.toMatchObject({
      code: 'agent-missing',
      remedy: expect.stringContaining('qemu-guest-agent'),
    });
  }
  // No command went out, and one question only: an agent that comes late must not carry out old commands.
  expect(guest.received).not.toContain('guest-ping');
  expect(guest.received.match(/guest-sync-delimited/g)).toHaveLength(1);
  const [socket] = guest.sockets;
  guest.deaf = false;
  const id = /"id":(\d+)/.exec(guest.received)?.[1];
  socket?.write(Buffer.concat([Buffer.of(0xff), Buffer.from(`{"return": ${id}}\n`)]));
  await agent.ping();
});

test('commands asked for at once go one after the other', async () => {
  let open = 0;
  const guest = await peer((request, socket) => {
    open += 1;
    expect(open).toBe(1);
    setImmediate(() => {
      open -= 1;
      reply(socket, request.arguments);
    });
  });
  const agent = await connect();
  const answers = await Promise.all([1, 2, 3, 4].map((n) => agent.execute('echo', { n })));
  expect(answers).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }]);
  expect(guest.requests).toHaveLength(4);
});

test('a late answer is not taken for the next command', async () => {
  const late: (() => void)[] = [];
  await peer((request, socket) => {
    if (request.execute === 'slow') late.push(() => reply(socket, 'late'));
    else reply(socket, request.execute);
  });
  const agent = await connect();
  await expect(agent.execute('slow', undefined, { timeoutMs: 20 })).rejects.toMatchObject({
    code: 'timeout',
  });
  for (const answer of late) answer();
  expect(await agent.execute('next')).toBe('next');
});

test('cancelled while it waits and while it stands in the queue', async () => {
  await peer((request, socket) => {
    if (request.execute !== 'never') reply(socket, request.execute);
  });
  const agent = await connect();
  const abort = new AbortController();
  const waiting = agent.execute('never', undefined, { signal: abort.signal });
  const queued = agent.execute('queued', undefined, { signal: abort.signal });
  const after = agent.execute('after');
  abort.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  await expect(queued).rejects.toMatchObject({ code: 'cancelled' });
  expect(await after).toBe('after');
});

test('a socket that dies mid-command; the next command connects again', async () => {
  const guest = await peer((request, socket) => {
    if (request.execute === 'die') {
      socket.write('{"retu');
      socket.destroy();
    } else reply(socket, request.execute);
  });
  const agent = await connect();
  await expect(agent.execute('die')).rejects.toMatchObject({ code: 'agent-missing' });
  expect(await agent.execute('next')).toBe('next');
  expect(guest.sockets.size).toBe(2);
});

test('garbage is a fault, and the way back is found', async () => {
  await peer((request, socket) => {
    if (request.execute === 'bad') socket.write(Buffer.from([0x80, 0x0a, 0x7b]));
    else if (request.execute === 'guest-get-time') reply(socket, 'noon');
    else reply(socket, request.execute);
  });
  const agent = await connect();
  await expect(agent.execute('bad')).rejects.toMatchObject({ code: 'guest-unresponsive' });
  expect(await agent.execute('good')).toBe('good');
  await expect(agent.getTime()).rejects.toMatchObject({ code: 'guest-unresponsive' });
});

test('exec: polls to the end, decodes, a reply of 22 MB', async () => {
  const big = Buffer.alloc(16 * 1024 * 1024, 'é');
  let polls = 0;
  const guest = await peer((request, socket) => {
    if (request.execute === 'guest-exec') return reply(socket, { pid: 42 });
    polls += 1;
    return reply(
      socket,
      polls < 3
        ? { exited: false }
        : { exited: true, exitcode: 3, 'out-data': big.toString('base64'), 'out-truncated': true },
    );
  });
  const agent = await connect();
  const result = await agent.exec(['/bin/x', 'a b'], { input: Buffer.from('in') });
  expect(result).toMatchObject({ exitCode: 3, signal: null, truncated: true });
  expect(Buffer.from(result.stdout).equals(big)).toBe(true);
  expect(result.stderr).toHaveLength(0);
  expect(guest.requests[0]?.arguments).toEqual({
    path: '/bin/x',
    arg: ['a b'],
    'capture-output': true,
    'input-data': 'aW4=',
  });
});

test('exec that does not end: timeout and cancel name the process', async () => {
  await peer((request, socket) =>
    reply(socket, request.execute === 'guest-exec' ? { pid: 42 } : { exited: false }),
  );
  const agent = await connect();
  await expect(agent.exec(['x'], { timeoutMs: 30 })).rejects.toMatchObject({
    code: 'timeout',
    message: expect.stringContaining('42'),
  });
  await expect(agent.exec(['x'], { signal: AbortSignal.timeout(30) })).rejects.toMatchObject({
    code: 'cancelled',
  });
});

test('refusals keep the words of the agent', async () => {
  await peer((_, socket) =>
    socket.write('{"error":{"class":"CommandNotFound","desc":"The command x is off"}}\n'),
  );
  const agent = await connect();
  await expect(agent.execute('x')).rejects.toMatchObject({
    code: 'not-supported',
    message: 'The guest agent refused x: The command x is off.',
  });
});
