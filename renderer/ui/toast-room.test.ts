import { expect, test } from 'vitest';
import { makeWay, type Standing } from './toast-room.ts';

function said(key: string, more: Partial<Standing> = {}): Standing {
  return { key, about: key, isBad: false, canAct: false, ...more };
}

test('a new result takes the place of the old one of the same action', () => {
  const standing = [said('a', { about: 'copy', isBad: true }), said('b')];
  expect(makeWay(standing, { about: 'copy', isBad: false })).toEqual(['a']);
});

test('there is room for three, and the oldest goes', () => {
  expect(makeWay([said('a'), said('b')], { about: 'c', isBad: false })).toEqual([]);
  expect(makeWay([said('a'), said('b'), said('c')], { about: 'd', isBad: false })).toEqual(['a']);
});

test('errors do not pile up: the third takes the place of the first', () => {
  const errors = [said('a', { isBad: true }), said('b', { isBad: true })];
  expect(makeWay(errors, { about: 'c', isBad: true })).toEqual(['a']);
  expect(makeWay(errors, { about: 'c', isBad: false })).toEqual([]);
});

test('what can be taken back outlives what is only told', () => {
  const standing = [said('undo', { canAct: true }), said('a'), said('b', { isBad: true })];
  expect(makeWay(standing, { about: 'c', isBad: false })).toEqual(['a']);
});
