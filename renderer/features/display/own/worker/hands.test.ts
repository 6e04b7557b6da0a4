import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { InputsChannel } from '../../../../spice/channels/inputs.ts';
import { INPUTS_OUT } from '../../../../spice/protocol/constants.ts';
import { mouseButtons } from '../../mouse-buttons.ts';
import { Hands } from './hands.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp() {
  const sent: (readonly [type: number, ...body: number[]])[] = [];
  const inputs = new InputsChannel(
    {
      type: 3,
      id: 0,
      send: (type, body) => void sent.push([type, ...body]),
      serverHas: () => true,
    },
    { modifiers: () => {} },
  );
  const asked = vi.fn();
  return { sent, asked, hands: new Hands(() => inputs, asked) };
}

test('keys go out as scan codes, extended ones and Pause too', () => {
  const { sent, hands } = setUp();
  hands.handle({ kind: 'keyDown', scanCode: [0x1e] });
  hands.handle({ kind: 'keyUp', scanCode: [0x1e] });
  hands.handle({ kind: 'keyDown', scanCode: [0xe0, 0x48] });
  hands.handle({ kind: 'keyDown', scanCode: [0xe1, 0x1d, 0x45] });
  vi.advanceTimersByTime(100);
  expect(sent).toEqual([
    [INPUTS_OUT.keyDown, 0x1e, 0, 0, 0],
    [INPUTS_OUT.keyUp, 0x9e, 0, 0, 0],
    [INPUTS_OUT.keyDown, 0xe0, 0x48, 0, 0],
    [INPUTS_OUT.keyScancode, 0xe1, 0x1d, 0x45],
  ]);
});

test('keys and buttons that are pressed ask for an answer; what is let go and moved does not', () => {
  const { asked, hands } = setUp();
  hands.handle({ kind: 'keyDown', scanCode: [0x1e] });
  hands.handle({ kind: 'keyUp', scanCode: [0x1e] });
  vi.advanceTimersByTime(100);
  hands.handle({ kind: 'moveTo', x: 1, y: 2 });
  expect(asked).toHaveBeenCalledTimes(1);
  hands.handle({ kind: 'button', button: mouseButtons.left, pressed: true });
  hands.handle({ kind: 'button', button: mouseButtons.left, pressed: false });
  expect(asked).toHaveBeenCalledTimes(2);
});

test('a click does not overtake the keys before it, and a notch of the wheel is one press and release', () => {
  const { sent, hands } = setUp();
  hands.handle({ kind: 'keyDown', scanCode: [0x2a] });
  hands.handle({ kind: 'keyDown', scanCode: [0x1d] });
  hands.handle({ kind: 'button', button: mouseButtons.left, pressed: true });
  hands.handle({ kind: 'button', button: mouseButtons.left, pressed: false });
  vi.advanceTimersByTime(100);
  hands.handle({ kind: 'button', button: mouseButtons.down, pressed: true });
  hands.handle({ kind: 'button', button: mouseButtons.down, pressed: false });
  const { keyDown, mousePress, mouseRelease } = INPUTS_OUT;
  expect(sent.map(([type]) => type)).toEqual([
    keyDown,
    keyDown,
    mousePress,
    mouseRelease,
    mousePress,
    mouseRelease,
  ]);
});

test('letting go sends what waits, then releases what is held', () => {
  const { sent, hands } = setUp();
  hands.handle({ kind: 'keyDown', scanCode: [0x1d] });
  hands.handle({ kind: 'keyDown', scanCode: [0x2e] });
  hands.letGo();
  expect(sent.map(([type, code]) => [type, code])).toEqual([
    [INPUTS_OUT.keyDown, 0x1d],
    [INPUTS_OUT.keyDown, 0x2e],
    [INPUTS_OUT.keyUp, 0x9d],
    [INPUTS_OUT.keyUp, 0xae],
  ]);
});
