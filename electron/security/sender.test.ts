import { expect, test } from 'vitest';
import { type Frame, isFromRenderer } from './sender.ts';

const ours: Frame = { url: 'app://innkeeper/index.html', parent: null };
const window = (mainFrame: Frame, destroyed = false) => ({
  isDestroyed: () => destroyed,
  webContents: { mainFrame },
});

test('the main frame of our window at app://innkeeper/ is heard', () => {
  expect(isFromRenderer({ senderFrame: ours }, window(ours))).toBe(true);
});

test('nobody else is', () => {
  const twin: Frame = { ...ours };
  const child: Frame = { url: ours.url, parent: ours };
  expect(isFromRenderer({ senderFrame: null }, window(ours))).toBe(false);
  expect(isFromRenderer({ senderFrame: twin }, window(ours))).toBe(false);
  expect(isFromRenderer({ senderFrame: child }, window(child))).toBe(false);
  expect(isFromRenderer({ senderFrame: ours }, null)).toBe(false);
  expect(isFromRenderer({ senderFrame: ours }, window(ours, true))).toBe(false);
  for (const url of [
    'https://innkeeper/index.html',
    'app://innkeeper.example/',
    'app://x@innkeeper/',
    'about:blank',
    '',
  ]) {
    const frame: Frame = { url, parent: null };
    expect(isFromRenderer({ senderFrame: frame }, window(frame)), url).toBe(false);
  }
});
