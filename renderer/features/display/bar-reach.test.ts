import { expect, test } from 'vitest';
import { callingEdge, callsBar } from './bar-reach.ts';

const bar = { left: 524, top: 724, width: 505, height: 40 };
const inWindow = callingEdge(800, 776, 776);
const inFullScreen = callingEdge(800, 800, 800);

test('what lies under the bar is clicked without calling it, when it is reached from above', () => {
  for (const edge of [inWindow, inFullScreen]) {
    for (let y = 400; y < 775; y += 5) expect(callsBar({ x: 680, y }, edge, bar, false)).toBe(false);
  }
});

test('below the picture and at the very edge the pointer calls it', () => {
  expect(callsBar({ x: 300, y: 780 }, inWindow, bar, false)).toBe(true);
  expect(callsBar({ x: 300, y: 780 }, inFullScreen, bar, false)).toBe(false);
  expect(callsBar({ x: 300, y: 799 }, inFullScreen, bar, false)).toBe(true);
});

test('a picture that leaves room below it, or is larger than the window', () => {
  expect(callingEdge(800, 776, 600)).toBe(600);
  expect(callingEdge(800, 776, 2000)).toBe(776);
});

test('once it shows it stays for a pointer on its way to it, and goes when the pointer goes elsewhere', () => {
  expect(callsBar({ x: 450, y: 750 }, inFullScreen, bar, true)).toBe(true);
  expect(callsBar({ x: 680, y: 744 }, inFullScreen, bar, true)).toBe(true);
  expect(callsBar({ x: 680, y: 700 }, inFullScreen, bar, true)).toBe(false);
  expect(callsBar({ x: 100, y: 750 }, inFullScreen, bar, true)).toBe(false);
});
