import { afterEach, expect, test } from 'vitest';
import { CONTRACT_VERSION } from '../../backend/contract/version.ts';
import type { ConnectionStatus } from './bridge.ts';
import { ConnectionLost } from './bridge.ts';
import { Session, type WireEvents } from './session.ts';

interface Sent {
  id: number;
  method: string;
  params: unknown;
}

/** The other end of a wire: what it was sent, and its voice. */
class BackEnd {
  readonly sent: Sent[] = [];
  readonly contractVersion: number;
  events: WireEvents | null = null;
  opened = 0;
  refuses = 0;

  constructor(contractVersion = CONTRACT_VERSION) {
    this.contractVersion = contractVersion;
  }

  open = async (events: WireEvents) => {
    this.opened += 1;
    if (this.refuses > 0) {
      this.refuses -= 1;
      throw new ConnectionLost();
    }
    this.events = events;
    return {
      send: (message: object) => {
        const sent = message as Sent;
        this.sent.push(sent);
        if (sent.method === 'session.hello') {
          this.answer(sent.id, {
            contractVersion: this.contractVersion,
            version: '0.1.0',
            pid: 1,
            startedAt: this.opened,
          });
        }
      },
      close: () => events.closed(),
    };
  };

  answer(id: number, result: unknown): void {
    queueMicrotask(() => this.events?.message({ jsonrpc: '2.0', id, result }));
  }

  last(): Sent {
    const sent = this.sent.at(-1);
    if (sent === undefined) throw new Error('nothing was sent');
    return sent;
  }
}

const open: Session[] = [];
afterEach(() => {
  for (const session of open.splice(0)) session.close();
});

function start(backEnd: BackEnd): Session {
  const session = new Session({ open: backEnd.open, backoff: () => 1 });
  open.push(session);
  return session;
}

function until(session: Session, wanted: (status: ConnectionStatus) => boolean): Promise<ConnectionStatus> {
  return new Promise((resolve) => {
    if (wanted(session.connection.get())) resolve(session.connection.get());
    const stop = session.connection.subscribe((status) => {
      if (!wanted(status)) return;
      stop();
      resolve(status);
    });
  });
}

const connected = (status: ConnectionStatus): boolean => status.phase === 'connected';

test('a request made while connecting waits, and its answer is parsed', async () => {
  const backEnd = new BackEnd();
  const session = start(backEnd);
  const list = session.request('machine.list', {});
  await until(session, connected);
  await expect.poll(() => backEnd.last().method).toBe('machine.list');
  backEnd.answer(backEnd.last().id, { machines: [] });
  expect(await list).toEqual({ machines: [] });
});

test('a fault comes back whole; an answer that does not parse is a contract mismatch', async () => {
  const backEnd = new BackEnd();
  const session = start(backEnd);
  await until(session, connected);
  const refused = session.request('machine.start', { machine: 'x' });
  backEnd.events?.message({
    jsonrpc: '2.0',
    id: backEnd.last().id,
    error: {
      code: -32000,
      message: 'no',
      data: { code: 'not-found', message: 'There is no x.', remedy: 'Look.' },
    },
  });
  await expect(refused).rejects.toMatchObject({ code: 'not-found', remedy: 'Look.' });
  const odd = session.request('machine.list', {});
  backEnd.answer(backEnd.last().id, { machines: 'many' });
  await expect(odd).rejects.toMatchObject({ code: 'contract-mismatch' });
});

test('a lost wire rejects what is in flight, and is opened again until it holds', async () => {
  const backEnd = new BackEnd();
  const session = start(backEnd);
  await until(session, connected);
  const phases: string[] = [];
  session.connection.subscribe(({ phase }) => phases.push(phase));
  const lost = session.request('machine.list', {});
  backEnd.refuses = 3;
  backEnd.events?.closed();
  await expect(lost).rejects.toBeInstanceOf(ConnectionLost);
  await until(session, ({ phase }) => phase === 'reconnecting');
  await expect(session.request('machine.list', {})).rejects.toBeInstanceOf(ConnectionLost);
  const status = await until(session, connected);
  expect(backEnd.opened).toBe(5);
  expect(status.backEnd?.startedAt).toBe(5);
  expect(phases).not.toContain('connecting');
});

test('another contract version is refused and not tried again', async () => {
  const backEnd = new BackEnd(CONTRACT_VERSION + 1);
  const session = start(backEnd);
  const waiting = session.request('machine.list', {});
  await expect(waiting).rejects.toMatchObject({ code: 'contract-mismatch' });
  expect(session.connection.get().phase).toBe('refused');
  expect(backEnd.opened).toBe(1);
});

test('events reach who listens, and only while they listen', async () => {
  const backEnd = new BackEnd();
  const session = start(backEnd);
  await until(session, connected);
  const heard: string[] = [];
  const stop = session.on('machine.removed', ({ machine }) => heard.push(machine));
  const event = { jsonrpc: '2.0', method: 'event.machine.removed', params: { machine: 'a' } };
  backEnd.events?.message(event);
  stop();
  backEnd.events?.message(event);
  expect(heard).toEqual(['a']);
});

test('an abort gives up waiting, connected or not', async () => {
  const backEnd = new BackEnd();
  backEnd.refuses = Number.POSITIVE_INFINITY;
  const session = start(backEnd);
  const leave = new AbortController();
  const waiting = session.request('machine.list', {}, leave.signal);
  leave.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
  backEnd.refuses = 0;
  await until(session, connected);
  const again = new AbortController();
  const flying = session.request('machine.list', {}, again.signal);
  again.abort();
  await expect(flying).rejects.toMatchObject({ code: 'cancelled' });
});
