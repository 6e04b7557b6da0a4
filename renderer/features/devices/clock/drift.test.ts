import { expect, test } from 'vitest';
import { signedMs, spreadMs } from './drift.ts';

test('a drift has a sign and no more digits than it is worth', () => {
  expect([0.42, -0.42, 12.6, -1250.4, 0.01].map(signedMs)).toEqual(['+0.4', '−0.4', '+13', '−1250', '0']);
  expect([0.31, 12.2].map(spreadMs)).toEqual(['0.4', '13']);
});
