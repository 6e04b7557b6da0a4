import { expect, test } from 'vitest';
import { isBeginning, withoutPicture } from './this-run.ts';
import { NOTHING_SHOWN } from './viewer.ts';

const dead = { ...NOTHING_SHOWN, phase: 'closed', oldSince: 1 } as const;
const connecting = { ...dead, phase: 'connecting' } as const;

test('a picture of the run that crashed is not taken for one of the next run', () => {
  expect(isBeginning({ state: 'crashed', pid: null }, dead, 7)).toBe(false);
  expect(isBeginning({ state: 'starting', pid: null }, dead, 7)).toBe(true);
  expect(isBeginning({ state: 'running', pid: 8 }, connecting, 7)).toBe(true);
  expect(isBeginning({ state: 'running', pid: 8 }, { ...connecting, phase: 'live' }, 7)).toBe(false);
});

test('a connection that breaks within a run keeps its picture', () => {
  expect(isBeginning({ state: 'running', pid: 7 }, { ...dead, phase: 'lost' }, 7)).toBe(false);
  expect(isBeginning({ state: 'running', pid: 7 }, NOTHING_SHOWN, null)).toBe(false);
});

test('without that picture a try that failed is one without a picture', () => {
  expect(withoutPicture({ ...dead, phase: 'lost' })).toMatchObject({ oldSince: null, phase: 'unreachable' });
  expect(withoutPicture(connecting)).toMatchObject({ oldSince: null, phase: 'connecting' });
});
