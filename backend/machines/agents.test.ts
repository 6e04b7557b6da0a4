import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentAnswer, AgentWish } from '../contract/agent.ts';
import type { Face } from './testing/face.ts';
import { House } from './testing/house.ts';

let house: House;
let id: string;
beforeEach(async () => {
  house = await House.open();
  ({ id } = await house.create('guest'));
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const SKILLED = { resizes: true, clipboard: true };

/** A face whose viewer answers what it is asked by `answer`, and what that was. */
async function viewer(answer: (wish: AgentWish) => AgentAnswer): Promise<{ face: Face; asked: AgentWish[] }> {
  const face = house.connect();
  const asked: AgentWish[] = [];
  face.on('viewer.asked', ({ id: number, machine, wish }) => {
    expect(machine).toBe(id);
    asked.push(wish);
    void face.request('viewer.answer', { id: number, answer: answer(wish) });
  });
  await face.request('viewer.offer', { machine: 'guest', agent: SKILLED });
  return { face, asked };
}

function willing(wish: AgentWish): AgentAnswer {
  return wish.kind === 'paste' ? { kind: 'text', text: 'theirs' } : { kind: 'asked' };
}

test('the allowance is off at first, kept with the machine, told to everybody, and needed', async () => {
  const off = {
    code: 'no-permission',
    remedy: expect.stringContaining('innkeeper clipboard allow guest on'),
  };
  expect((await house.show(id)).devices.display.clipboardAllowed).toBe(false);
  await expect(house.request('clipboard.copy', { machine: id, text: 'text' })).rejects.toMatchObject(off);
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject(off);
  const told = house.until(id, (view) => view.devices.display.clipboardAllowed);
  const face = house.connect();
  const view = await face.request('clipboard.allow', { machine: id, allowed: true });
  expect(view.devices.display.clipboardAllowed).toBe(true);
  await told;
  await house.end();
  await house.begin();
  expect((await house.show(id)).devices.display.clipboardAllowed).toBe(true);
  const file = join(house.folders.data, 'machines', id, 'machine.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ display: { clipboardAllowed: true } });
});

test('a guest that is off, halted or without an agent is named, with what to do', async () => {
  await house.request('clipboard.allow', { machine: id, allowed: true });
  const paste = () => house.request('clipboard.paste', { machine: id });
  const resize = () => house.request('display.resize', { machine: id, width: 800, height: 600 });
  const off = { code: 'illegal-move', message: expect.stringContaining('“guest” is not running') };
  await expect(paste()).rejects.toMatchObject(off);
  await expect(resize()).rejects.toMatchObject(off);
  await house.request('machine.start', { machine: id });
  const absent = { code: 'agent-missing', remedy: expect.stringContaining('spice-vdagent') };
  await expect(paste()).rejects.toMatchObject(absent);
  await expect(resize()).rejects.toMatchObject(absent);
  await house.request('machine.pause', { machine: id });
  await expect(paste()).rejects.toMatchObject({
    code: 'illegal-move',
    message: expect.stringContaining('paused'),
  });
  await expect(resize()).rejects.toMatchObject({ code: 'illegal-move' });
});

test('what is too long, empty or no size of a screen is refused before anybody is asked', async () => {
  const { asked } = await viewer(willing);
  await house.request('clipboard.allow', { machine: id, allowed: true });
  for (const text of ['', 'ü'.repeat(2 ** 19 + 1)]) {
    await expect(house.request('clipboard.copy', { machine: id, text })).rejects.toMatchObject({
      code: 'bad-input',
      path: ['text'],
    });
  }
  await expect(house.request('display.resize', { machine: id, width: 0, height: 600 })).rejects.toMatchObject(
    { code: 'bad-input', path: ['width'] },
  );
  expect(asked).toEqual([]);
});

test('a viewer that offers the agent is asked, alone; when it has gone nobody is', async () => {
  await house.request('clipboard.allow', { machine: id, allowed: true });
  await house.request('machine.start', { machine: id });
  const { face, asked } = await viewer(willing);
  house.on('viewer.asked', () => asked.push({ kind: 'offer', text: 'to somebody else' }));
  await house.request('clipboard.copy', { machine: id, text: 'ours' });
  expect(await house.request('clipboard.paste', { machine: id })).toEqual({ text: 'theirs' });
  const { width, height } = await house.request('machine.screenshot', { machine: id });
  expect(await house.request('display.resize', { machine: id, width, height })).toEqual({ width, height });
  expect(asked).toEqual([
    { kind: 'offer', text: 'ours' },
    { kind: 'paste' },
    { kind: 'resize', width, height },
  ]);
  face.close();
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject({
    code: 'agent-missing',
  });
});

test('a viewer that refuses, or leaves while it is asked', async () => {
  await house.request('clipboard.allow', { machine: id, allowed: true });
  await house.request('machine.start', { machine: id });
  const { face } = await viewer(() => ({ kind: 'refused', why: 'notGiven' }));
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject({
    code: 'not-found',
    message: '“guest” gave no text.',
  });
  await face.request('viewer.offer', { machine: id, agent: 'unsupported' });
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject({
    code: 'not-supported',
  });
  await face.request('viewer.offer', { machine: id, agent: null });
  const silent = house.connect();
  silent.on('viewer.asked', () => silent.close());
  await silent.request('viewer.offer', { machine: id, agent: SKILLED });
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject({ code: 'busy' });
});

test('beside a SPICE client without an agent nothing is opened; when it has left it is', async () => {
  await house.request('clipboard.allow', { machine: id, allowed: true });
  await house.request('machine.start', { machine: id });
  const signal = new AbortController().signal;
  const stream = await house.application.openStream({ kind: 'spice', machine: id }, signal);
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject({ code: 'busy' });
  stream.destroy();
  await expect(house.request('clipboard.paste', { machine: id })).rejects.toMatchObject({
    code: 'agent-missing',
  });
});

test('every face hears whose session ends when another viewer connects', async () => {
  await house.request('machine.start', { machine: id });
  const heard: unknown[] = [];
  house.on('viewer.taken', (event) => heard.push(event));
  const connect = (viewer?: string) =>
    house.application.openStream(
      { kind: 'spice', machine: id, ...(viewer === undefined ? {} : { viewer }) },
      new AbortController().signal,
    );
  const one = await connect('one');
  // One that does not say who it is takes the screen, too: the server's word has to do.
  const nameless = await connect();
  const two = await connect('two');
  expect(heard).toEqual([{ machine: id, viewer: 'one' }]);
  for (const stream of [one, nameless, two]) stream.destroy();
});

test('a session of ours that takes a picture counts as no viewer', async () => {
  await house.request('machine.start', { machine: id });
  const counted: number[] = [];
  house.on('machine.figures', ({ figures }) => counted.push(figures.displayClients));
  await house.request('machine.watch', { machine: id, on: true });
  const pictures = async (): Promise<void> => {
    while (counted.length < 3) await house.request('machine.screenshot', { machine: id, via: 'spice' });
  };
  await pictures();
  expect(counted).toEqual([0, 0, 0]);
});
