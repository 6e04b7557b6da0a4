import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fault } from '../contract/fault.ts';
import { type RequestName, requests } from '../contract/requests.ts';
import { CONTRACT_VERSION } from '../contract/version.ts';
import { Dispatcher, MAX_IN_FLIGHT } from './dispatcher.ts';
import { EventBus } from './event-bus.ts';

interface Answer {
  id?: unknown;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { code: number; message: string; data: { code: string; path?: unknown; remedy?: string } };
}

function open(dispatcher: Dispatcher) {
  const sent: Answer[] = [];
  const waiters: (() => void)[] = [];
  const connection = dispatcher.connect((message) => {
    sent.push(message as Answer);
    for (const wake of waiters.splice(0)) wake();
  });
  const ask = async (method: string, params?: unknown): Promise<Answer> => {
    const id = `ask-${sent.length}-${method}`;
    connection.receive({ jsonrpc: '2.0', id, method, params });
    for (;;) {
      const answer = sent.find((message) => message.id === id);
      if (answer !== undefined) return answer;
      await new Promise<void>((resolve) => waiters.push(resolve));
    }
  };
  return { connection, sent, ask };
}

test('a request is parsed, handled and answered under its id', async () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('host.watch', async ({ on }, { connection }) => {
    if (on) connection.watching.add('host');
    return {};
  });
  const { ask, connection } = open(dispatcher);
  expect(await ask('host.watch', { on: true })).toMatchObject({ jsonrpc: '2.0', result: {} });
  expect([...connection.watching]).toEqual(['host']);
});

test.each([
  ['machine.start', {}, ['machine'], 'machine is missing; it must be text'],
  ['machine.start', { machine: 7 }, ['machine'], 'machine must be text, but is a number'],
  ['machine.start', { machine: 'a', forse: 1 }, ['forse'], "the input has an unknown field: 'forse'"],
  ['machine.start', [], [], 'the input must be an object, but is a list'],
  ['machine.create', { name: '' }, ['name'], 'name is empty; give the machine a name'],
  ['machine.create', { name: 'x', memoryMiB: 0 }, ['memoryMiB'], 'memoryMiB is below 16 MiB'],
  ['machine.create', { name: 'x', cpus: 1.5 }, ['cpus'], 'cpus is not a whole number'],
  [
    'machine.create',
    { name: 'x', disks: [{ path: 'a' }] },
    ['disks', 0, 'path'],
    'disks[0].path is not an absolute path',
  ],
  [
    'machine.create',
    { name: 'x', disks: [{ sizeBytes: 1 }] },
    ['disks', 0, 'sizeBytes'],
    'disks[0].sizeBytes is below 1 MiB',
  ],
  [
    'disk.attach',
    { machine: 'm', path: '/x', bus: 'ide' },
    ['bus'],
    "bus must be one of 'virtio-blk' or 'virtio-scsi', not 'ide'",
  ],
  ['machine.keys', { machine: 'm', keys: [] }, ['keys'], 'keys is empty or too short'],
])('%s with %j is refused with a path into the input', async (method, params, path, words) => {
  const dispatcher = new Dispatcher();
  dispatcher.register(method as RequestName, async () => {
    throw new Error('must not be called');
  });
  const answer = await open(dispatcher).ask(method, params);
  expect(answer.error?.code).toBe(-32602);
  expect(answer.error?.data).toMatchObject({ code: 'bad-input', path });
  expect(answer.error?.message).toContain(words);
});

test('an unknown field is answered with the field that was meant', async () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('machine.stop', async () => Promise.reject(new Error('must not be called')));
  const answer = await open(dispatcher).ask('machine.stop', { machine: 'm', forec: true });
  expect(answer.error?.data.remedy).toBe("Did you mean 'force'?");
});

test('an unknown request is refused with the names that are near', async () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('machine.start', async () => Promise.reject(new Error('must not be called')));
  const answer = await open(dispatcher).ask('machine.strat');
  expect(answer.error).toMatchObject({ code: -32601, data: { code: 'unknown-request' } });
  expect(answer.error?.data.remedy).toContain("'machine.start'");
});

test('two handlers of one name, and a name without one, stop the start', () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('host.watch', async () => ({}));
  expect(() => dispatcher.register('host.watch', async () => ({}))).toThrow("'host.watch' has two handlers");
  expect(() => dispatcher.assertComplete()).toThrow('machine.list');
  for (const name of Object.keys(requests) as RequestName[]) {
    if (name !== 'host.watch') dispatcher.register(name, async () => Promise.reject(new Error('x')));
  }
  dispatcher.assertComplete();
});

test('an answer that breaks the contract does not leave', async () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('session.hello', async () => ({
    contractVersion: 1,
    version: 'x',
    pid: 0.5,
    startedAt: 0,
  }));
  const answer = await open(dispatcher).ask('session.hello', { contractVersion: CONTRACT_VERSION });
  expect(answer.error?.data.code).toBe('internal');
  expect(answer.error?.message).toContain('pid is not a whole number');
});

test('faults keep code, remedy and path; other errors become internal and are reported', async () => {
  const reported: string[] = [];
  const dispatcher = new Dispatcher({ onInternal: (request) => reported.push(request) });
  dispatcher.register('machine.start', async () => {
    throw new Fault({ code: 'no-space', message: 'Full.', remedy: 'Empty it.', path: ['a'] });
  });
  dispatcher.register('machine.pause', async () => {
    throw new TypeError('oops');
  });
  const { ask } = open(dispatcher);
  expect((await ask('machine.start', { machine: 'm' })).error?.data).toEqual({
    code: 'no-space',
    message: 'Full.',
    remedy: 'Empty it.',
    path: ['a'],
  });
  expect((await ask('machine.pause', { machine: 'm' })).error?.data.code).toBe('internal');
  expect(reported).toEqual(['machine.pause']);
});

test('closing a connection aborts what runs for it, and nothing more is sent', async () => {
  const dispatcher = new Dispatcher();
  const aborted = Promise.withResolvers<unknown>();
  dispatcher.register('machine.wait', async (_input, { signal }) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    aborted.resolve(signal.reason);
    return { state: 'stopped', guestReady: false };
  });
  const { connection, sent } = open(dispatcher);
  connection.receive({
    jsonrpc: '2.0',
    id: 1,
    method: 'machine.wait',
    params: { machine: 'm', for: 'stopped', timeoutMs: 1000 },
  });
  connection.close();
  expect(await aborted.promise).toMatchObject({ code: 'cancelled' });
  connection.receive({ jsonrpc: '2.0', id: 2, method: 'nonsense' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual([]);
  expect(connection.closed.aborted).toBe(true);
  expect(dispatcher.connectionCount).toBe(0);
});

test('more than the limit at once is refused as busy, and room comes back', async () => {
  const dispatcher = new Dispatcher();
  const gate = Promise.withResolvers<void>();
  dispatcher.register('machine.list', async () => {
    await gate.promise;
    return { machines: [] };
  });
  const { ask, connection, sent } = open(dispatcher);
  for (let id = 0; id < MAX_IN_FLIGHT; id += 1) {
    connection.receive({ jsonrpc: '2.0', id, method: 'machine.list', params: {} });
  }
  expect((await ask('machine.list', {})).error?.data.code).toBe('busy');
  gate.resolve();
  await expect.poll(() => sent.length).toBe(MAX_IN_FLIGHT + 1);
  expect((await ask('machine.list', {})).result).toEqual({ machines: [] });
});

test('figures go only to who watches; other events to everyone', () => {
  const events = new EventBus();
  const dispatcher = new Dispatcher({ events });
  const one = open(dispatcher);
  const two = open(dispatcher);
  one.connection.watching.add('host');
  const figures = { at: 1, memoryTotalBytes: 2, memoryAvailableBytes: 1, machines: [] };
  events.emit('host.figures', figures);
  events.emit('machine.removed', { machine: 'abcd1234' });
  expect(one.sent).toEqual([
    { jsonrpc: '2.0', method: 'event.host.figures', params: figures },
    { jsonrpc: '2.0', method: 'event.machine.removed', params: { machine: 'abcd1234' } },
  ]);
  expect(two.sent).toHaveLength(1);
});

test('whatever comes in, a message is answered at most once and nothing throws', async () => {
  const dispatcher = new Dispatcher();
  dispatcher.register('machine.list', async () => ({ machines: [] }));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.jsonValue(),
        fc.record(
          {
            jsonrpc: fc.constantFrom('2.0', '1.0'),
            id: fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
            method: fc.oneof(fc.string(), fc.constantFrom('machine.list', '__proto__', 'constructor')),
            params: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
      ),
      async (message) => {
        const { connection, sent } = open(dispatcher);
        connection.receive(message);
        await new Promise((resolve) => setImmediate(resolve));
        expect(sent).toHaveLength(1);
      },
    ),
  );
});
