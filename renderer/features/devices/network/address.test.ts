import { expect, test } from 'vitest';
import { bestAddress } from './address.ts';

test('picks what a person would type', () => {
  expect(bestAddress(['fe80::1/64', '10.0.2.15/24', '::1'])).toBe('10.0.2.15');
  expect(bestAddress(['fe80::5054:ff:fe12:3456', 'fec0::5054'])).toBe('fec0::5054');
  expect(bestAddress(['127.0.0.1'])).toBe('127.0.0.1');
  expect(bestAddress([])).toBeNull();
});
