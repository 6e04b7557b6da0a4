import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { transportOver } from '../../backend/devices/display/spice-transport.ts';
import {
  CURSOR_TYPE,
  INPUTS_OUT,
  MOUSE_MODE,
  SURFACE_FORMAT,
} from '../../renderer/spice/protocol/constants.ts';
import { SpiceSession } from '../../renderer/spice/session.ts';
import { cursor } from './cursor-messages.ts';
import { display } from './display-messages.ts';
import { draw } from './draw-messages.ts';
import type { Message } from './message.ts';
import type { ServerClient } from './server-client.ts';
import { type ServerOptions, SpiceServer } from './spice-server.ts';
import { playTape, readTape, writeTape } from './tape.ts';

// That the server itself works, for the tests that lean on it: against our own viewer's core.

interface Stage extends AsyncDisposable {
  readonly server: SpiceServer;
  readonly client: ServerClient;
  readonly session: SpiceSession<{ receive(type: number, body: Uint8Array): void }>;
  /** What the viewer heard, in its order. */
  readonly heard: string[];
  readonly drawn: Message[];
}

async function stage(options: Partial<ServerOptions> & { readonly ticket?: string } = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'innkeeper-spice-'));
  const server = await SpiceServer.listen({ path: join(folder, 'spice'), ...options });
  const heard: string[] = [];
  const drawn: Message[] = [];
  const clear = async (): Promise<void> => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  };
  const tell =
    (what: string) =>
    (...values: unknown[]): void => {
      heard.push([what, ...values.map(String)].join(' '));
    };
  try {
    const session = await SpiceSession.connect(
      {
        openTransport: async () => transportOver(connect({ path: server.path, allowHalfOpen: true })),
        mouseMode: tell('mouse'),
        agent: (connected) => heard.push(`agent ${connected}`),
        agentData: (bytes) => heard.push(`data ${bytes.length}`),
        cursor: (_id, { shape, visible }) => heard.push(`pointer ${shape?.pixels.width} ${visible}`),
        modifiers: tell('modifiers'),
        guest: tell('guest'),
        notice: tell('notice'),
        closed: (error) => heard.push(`closed ${error?.message}`),
      },
      {
        password: options.ticket ?? '',
        display: {
          capabilities: [],
          create: () => ({ receive: (type, body) => void drawn.push({ type, body: body.slice() }) }),
        },
      },
    );
    const client = await server.nextClient();
    const dispose = async (): Promise<void> => {
      session.close();
      await clear();
    };
    return { server, client, session, heard, drawn, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await clear();
    throw error;
  }
}

test('lets in who knows the password, in both forms of header, and nobody else', async () => {
  await using open = await stage({ password: 'secret', ticket: 'secret', miniHeader: false });
  await (await open.client.display).handled();
  await expect(stage({ password: 'secret', ticket: 'guess' })).rejects.toThrow(/password/);
  await expect(stage({ link: ({ type }) => (type === 2 ? { error: 1 } : undefined) })).rejects.toThrow();
});

test('plays a tape within the client’s window, and dies inside a message', async () => {
  await using open = await stage();
  const channel = await open.client.display;
  const size = { width: 64, height: 48 };
  const box = { left: 0, top: 0, right: 64, bottom: 48 };
  const fills = Array.from({ length: 200 }, (_, color) => draw.fill({ box }, { color }));
  const messages = [display.surfaceCreate(0, size, SURFACE_FORMAT.xrgb32), ...fills, display.mark()];
  const tape = readTape(writeTape({ messages: messages.map((message, at) => ({ ...message, at })) }));
  await playTape(channel, tape, { window: 5 });
  expect(open.drawn).toEqual(messages);
  expect(await playTape(channel, { messages: tape.messages.slice(0, 60) }, { pace: 1 })).toBeGreaterThan(55);
  const whole = draw.fill({ box }, { color: 1 });
  await channel.dieInside(whole.type, whole.body, 20);
  await expect.poll(() => open.heard.at(-1)).toMatch(/^closed /);
  expect(open.drawn).toHaveLength(messages.length + 60);
});

test('the agent comes, talks within tokens both ways, and goes', async () => {
  await using open = await stage();
  const { agent } = open.client;
  await expect(open.session.main.sendAgentData(new Uint8Array(1))).rejects.toThrow(/agent/);
  agent.connect(2);
  await expect.poll(() => open.heard).toContain('agent true');
  agent.givesTokens = false;
  const sent = open.session.main.sendAgentData(new Uint8Array(5000));
  await expect.poll(() => agent.received.map(({ length }) => length)).toEqual([2048, 2048]);
  agent.giveTokens(1);
  await sent;
  await expect.poll(() => agent.received.length).toBe(3);
  await agent.send(new Uint8Array(2048 * 100 + 1));
  await expect.poll(() => open.heard.filter((line) => line.startsWith('data')).at(-1)).toBe('data 1');
  agent.disconnect();
  await expect.poll(() => open.heard).toContain('agent false');
});

test('mouse modes, keys and pointers', async () => {
  const main = { supportedMouseModes: MOUSE_MODE.server, currentMouseMode: MOUSE_MODE.server };
  await using open = await stage({ main });
  expect(open.heard).toContain('mouse server server');
  open.client.mouseMode(MOUSE_MODE.server);
  // The viewer asks for the client's mode as soon as it may have it.
  await expect.poll(() => open.heard.at(-1)).toBe('mouse client server,client');
  const inputs = await open.client.inputs;
  const pressed = inputs.next(INPUTS_OUT.keyDown);
  open.session.inputs?.keyDown(0x1e);
  expect([...(await pressed).body]).toEqual([0x1e, 0, 0, 0]);
  // Without acknowledgements the viewer would stop after some.
  for (let x = 1; x <= 100; x += 1) {
    open.session.inputs?.moveTo(x, 5);
    await inputs.handled();
  }
  const [last] = inputs.received.slice(-1);
  expect([last?.type, last?.body[0]]).toEqual([INPUTS_OUT.mousePosition, 100]);
  const channel = await open.client.cursor;
  const data = new Uint8Array(3 * 2 * 4);
  channel.sendAll([
    cursor.set({ id: 9n, keep: true, type: CURSOR_TYPE.alpha, width: 3, height: 2, data }),
    cursor.hide(),
    cursor.set(null),
    cursor.set({ keptAs: 9n }),
    cursor.trail(3, 20),
  ]);
  await channel.handled();
  expect(open.heard.slice(-5)).toEqual([
    ...['pointer 3 true', 'pointer 3 false', 'pointer undefined false', 'pointer 3 true', 'pointer 3 true'],
  ]);
});
