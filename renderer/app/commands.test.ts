import { expect, test } from 'vitest';
import { appCommands, matchesKeys } from './commands.ts';

const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

test('keys match exactly what was pressed, with ⌘ as Ctrl', () => {
  expect(matchesKeys('Ctrl K', { ...plain, key: 'k', ctrlKey: true })).toBe(true);
  expect(matchesKeys('Ctrl K', { ...plain, key: 'K', metaKey: true })).toBe(true);
  expect(matchesKeys('Ctrl K', { ...plain, key: 'k' })).toBe(false);
  expect(matchesKeys('Ctrl K', { ...plain, key: 'k', ctrlKey: true, altKey: true })).toBe(false);
  expect(matchesKeys('Alt ,', { ...plain, key: ',', altKey: true })).toBe(true);
});

test('no two commands share their keys', () => {
  const keys = appCommands(() => {}).map((command) => command.keys);
  expect(new Set(keys).size).toBe(keys.length);
});
