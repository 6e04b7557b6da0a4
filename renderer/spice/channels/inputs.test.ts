import { expect, test } from 'vitest';
import type { ChannelSender } from '../link/channel.ts';
import { INPUTS_OUT } from '../protocol/constants.ts';
import { InputsChannel } from './inputs.ts';

const ACK = 111;

function inputs(options: { rawScancodes?: boolean } = {}) {
  const sent: { readonly type: number; readonly body: number[] }[] = [];
  const sender: ChannelSender = {
    type: 3,
    id: 0,
    send: (type, body) => {
      sent.push({ type, body: [...body] });
    },
    serverHas: () => options.rawScancodes ?? true,
  };
  const flags: number[] = [];
  const channel = new InputsChannel(sender, { modifiers: (value) => flags.push(value) });
  return { channel, sent, flags };
}

test('keys: plain and extended, down and up', () => {
  const { channel, sent } = inputs();
  channel.keyDown(0x1e);
  channel.keyUp(0x1e);
  channel.keyDown(0xe01d);
  channel.keyUp(0xe01d);
  expect(sent.map(({ type, body }) => [type, ...body])).toEqual([
    [INPUTS_OUT.keyDown, 0x1e, 0, 0, 0],
    [INPUTS_OUT.keyUp, 0x9e, 0, 0, 0],
    [INPUTS_OUT.keyDown, 0xe0, 0x1d, 0, 0],
    [INPUTS_OUT.keyUp, 0xe0, 0x9d, 0, 0],
  ]);
  for (const wrong of [0, 0x80, 0x9e, 0xe000, 0xe11d, -1, 1.5e6]) {
    expect(() => channel.keyDown(wrong)).toThrow(RangeError);
  }
});

test('Pause as raw scancodes, packed into keys where the server has no message for them', () => {
  const pause = Uint8Array.of(0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5);
  const modern = inputs();
  modern.channel.scancodes(pause);
  expect(modern.sent).toEqual([{ type: INPUTS_OUT.keyScancode, body: [...pause] }]);
  const old = inputs({ rawScancodes: false });
  old.channel.scancodes(pause);
  expect(old.sent.map(({ body }) => body)).toEqual([
    [0xe1, 0x1d, 0x45, 0xe1],
    [0x9d, 0xc5, 0, 0],
  ]);
});

test('at most eight motions are on their way; the rest become one', () => {
  const { channel, sent } = inputs();
  for (let step = 0; step < 50; step += 1) channel.move(1, -2);
  expect(sent).toHaveLength(8);
  channel.receive(ACK, new Uint8Array(0));
  expect(sent).toHaveLength(9);
  expect(sent[8]?.body).toEqual([42, 0, 0, 0, 0xac, 0xff, 0xff, 0xff, 0, 0]);
});

test('of many positions the last one counts', () => {
  const { channel, sent } = inputs();
  for (let x = 0; x < 50; x += 1) channel.moveTo(x, 300, 1);
  expect(sent).toHaveLength(8);
  channel.receive(ACK, new Uint8Array(0));
  expect(sent[8]).toEqual({ type: INPUTS_OUT.mousePosition, body: [49, 0, 0, 0, 44, 1, 0, 0, 0, 0, 1] });
});

test('a button goes out after the movement before it, full window or not', () => {
  const { channel, sent } = inputs();
  for (let x = 0; x < 20; x += 1) channel.moveTo(x, 0);
  channel.press('right');
  channel.press('extra');
  channel.wheel('down');
  channel.release('right');
  expect(sent.slice(8).map(({ type, body }) => [type, ...body])).toEqual([
    [INPUTS_OUT.mousePosition, 19, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    [INPUTS_OUT.mousePress, 3, 0b100, 0],
    [INPUTS_OUT.mousePress, 7, 0b1000100, 0],
    [INPUTS_OUT.mousePress, 5, 0b1000100, 0],
    [INPUTS_OUT.mouseRelease, 5, 0b1000100, 0],
    [INPUTS_OUT.mouseRelease, 3, 0b1000000, 0],
  ]);
});

test('releaseAll lets go of what is down, and only of that', () => {
  const { channel, sent } = inputs();
  channel.keyDown(0x2a);
  channel.keyDown(0x1e);
  channel.keyUp(0x1e);
  channel.press('left');
  sent.length = 0;
  channel.releaseAll();
  channel.releaseAll();
  expect(sent.map(({ type }) => type)).toEqual([INPUTS_OUT.keyUp, INPUTS_OUT.mouseRelease]);
});

test('a change of the mouse mode forgets movement that waits', () => {
  const { channel, sent } = inputs();
  for (let step = 0; step < 20; step += 1) channel.move(1, 1);
  channel.mouseModeChanged();
  channel.receive(ACK, new Uint8Array(0));
  expect(sent).toHaveLength(8);
});

test('lock keys both ways; whatever a session before left pressed is let go first', () => {
  const { channel, sent, flags } = inputs();
  channel.receive(101, Uint8Array.of(2, 0));
  expect(sent.splice(0)).toEqual([{ type: INPUTS_OUT.mouseRelease, body: [1, 0, 0] }]);
  channel.receive(102, Uint8Array.of(6, 0));
  channel.setModifiers(4);
  expect(flags).toEqual([2, 6]);
  expect(sent).toEqual([{ type: INPUTS_OUT.keyModifiers, body: [4, 0] }]);
});
