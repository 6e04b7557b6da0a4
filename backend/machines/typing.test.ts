import { afterEach, beforeEach, expect, test } from 'vitest';
import { House } from './testing/house.ts';

let house: House;
let id: string;
beforeEach(async () => {
  house = await House.open();
  ({ id } = await house.create('typed'));
  await house.request('machine.start', { machine: id });
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

const long = 'The quick brown fox.\n'.repeat(100);

test('text is typed; a character that no key has, a halted guest and too much text are refused', async () => {
  expect(await house.request('machine.type', { machine: id, text: 'A\r\nb' })).toEqual({ characters: 3 });
  await expect(house.request('machine.type', { machine: id, text: 'é' })).rejects.toMatchObject({
    code: 'bad-input',
    message: '“é” (U+00E9), character 1 of line 1, is not on a US keyboard, so nothing was typed.',
  });
  await expect(
    house.request('machine.type', { machine: id, text: 'x'.repeat(10_001) }),
  ).rejects.toMatchObject({
    code: 'bad-input',
    message: expect.stringContaining('longer than 10000 characters'),
  });
  await house.request('machine.pause', { machine: id });
  await expect(house.request('machine.type', { machine: id, text: 'a' })).rejects.toMatchObject({
    code: 'illegal-move',
  });
});

test('keys are pressed; one that QEMU does not know is named, and a halted guest takes none', async () => {
  const press = (...keys: string[]) => house.request('machine.keys', { machine: id, keys });
  expect(await press('ctrl', 'alt', 'delete')).toEqual({});
  await expect(press('ctrl', 'hyper')).rejects.toMatchObject({
    code: 'bad-input',
    message: 'QEMU knows no key “hyper”.',
    remedy: expect.stringContaining('meta_l'),
    path: ['keys', 1],
  });
  await house.request('machine.pause', { machine: id });
  await expect(press('a')).rejects.toMatchObject({
    code: 'illegal-move',
    message: expect.stringContaining('paused'),
  });
});

test('a long text is a job that can be cancelled, and no second text mixes with it', async () => {
  const { promise: begun, resolve } = Promise.withResolvers<string>();
  house.on('job.changed', (job) => {
    if (job.state === 'running') resolve(job.id);
  });
  const typing = house.request('machine.type', { machine: id, text: long });
  const cancelled = expect(typing).rejects.toMatchObject({ code: 'cancelled' });
  const job = await begun;
  await expect(house.request('machine.type', { machine: id, text: 'a' })).rejects.toMatchObject({
    code: 'busy',
  });
  await house.request('job.cancel', { job });
  await cancelled;
  expect(await house.request('machine.type', { machine: id, text: 'a' })).toEqual({ characters: 1 });
});

test('typing ends when the guest is halted, and when it ends', async () => {
  const halted = house.request('machine.type', { machine: id, text: long });
  const told = expect(halted).rejects.toMatchObject({
    code: 'illegal-move',
    message: expect.stringMatching(/^Only the first \d+ of 2100 characters were typed into “typed”/),
  });
  await house.request('machine.pause', { machine: id });
  await told;
  await house.request('machine.resume', { machine: id });
  const ended = house.request('machine.type', { machine: id, text: long });
  const gone = expect(ended).rejects.toMatchObject({ code: expect.stringMatching(/cancelled|qemu-/) });
  await house.request('machine.stop', { machine: id, force: true });
  await gone;
});
