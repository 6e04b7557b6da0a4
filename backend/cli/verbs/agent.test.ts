import { expect, test } from 'vitest';
import { harmless } from './agent.ts';

test('a guest’s text cannot command the terminal; lines, tabs and letters of all scripts stay', () => {
  expect(harmless('\u001b]0;title\u0007\u009b2J\u007f\r\n\tGrüße 你好 👋\rend')).toBe(
    '\u241b]0;title\u2407\ufffd2J\u2421\n\tGrüße 你好 👋\u240dend',
  );
});
