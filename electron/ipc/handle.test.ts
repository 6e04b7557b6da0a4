import type { IpcMainInvokeEvent } from 'electron';
import { expect, test } from 'vitest';
import { desktopCalls } from '../../backend/contract/desktop.ts';
import { Fault } from '../../backend/contract/fault.ts';
import type { Answer } from './answer.ts';
import { type DesktopHandlers, handleAll } from './handle.ts';

type Listener = (event: IpcMainInvokeEvent, input: unknown) => Promise<Answer<unknown>>;

function door(trusted: boolean, change: Partial<DesktopHandlers> = {}) {
  const listeners = new Map<string, Listener>();
  const handlers: DesktopHandlers = {
    'desktop.choose-file': () => '/a.iso',
    'desktop.save-file': () => null,
    'desktop.show-in-folder': () => null,
    'desktop.set-full-screen': () => null,
    'desktop.notify': () => null,
    'desktop.connect': () => null,
    'desktop.open-stream': () => null,
    ...change,
  };
  handleAll({ handle: (name, listener) => void listeners.set(name, listener) }, () => trusted, handlers);
  const call = (name: string, input: unknown): Promise<Answer<unknown>> => {
    const listener = listeners.get(name);
    if (listener === undefined) throw new Error(`no ${name}`);
    return listener({ senderFrame: null } as IpcMainInvokeEvent, input);
  };
  return { listeners, call };
}

test('every call of the contract has its handler', () => {
  expect([...door(true).listeners.keys()].sort()).toEqual(Object.keys(desktopCalls).sort());
});

test('what parses is answered with the value', async () => {
  expect(await door(true).call('desktop.choose-file', { title: 'Disk', kind: 'disk' })).toEqual({
    ok: true,
    value: '/a.iso',
  });
});

test('what does not parse is refused with the path into it', async () => {
  const answer = await door(true).call('desktop.open-stream', {
    token: 't',
    target: { kind: 'usb', machine: 'm' },
  });
  expect(answer).toMatchObject({ ok: false, fault: { code: 'bad-input', path: ['target', 'kind'] } });
  expect(await door(true).call('desktop.connect', { token: 't', extra: 1 })).toMatchObject({ ok: false });
});

test('a stranger is refused before its input is looked at', async () => {
  const answer = await door(false).call('desktop.connect', { token: 't' });
  expect(answer).toMatchObject({ ok: false, fault: { code: 'no-permission' } });
});

test('a fault keeps its code and remedy', async () => {
  const { call } = door(true, {
    'desktop.show-in-folder': () => {
      throw new Fault({ code: 'not-found', message: 'There is no /x.', remedy: 'Look elsewhere.' });
    },
  });
  expect(await call('desktop.show-in-folder', { path: '/x' })).toEqual({
    ok: false,
    fault: { code: 'not-found', message: 'There is no /x.', remedy: 'Look elsewhere.' },
  });
});
