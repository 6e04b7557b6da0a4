import { expect, test } from 'vitest';
import { answer, best } from './palette-search.ts';

const names = ['web1', 'old-web', 'db', 'webmail', 'This host'];
const find = (query: string): string[] =>
  best(
    names.map((label) => ({ label })),
    query,
    3,
  ).map(({ label }) => label);

test('the exact name first, then beginnings, then words, then anything inside', () => {
  expect(find('web1')).toEqual(['web1']);
  expect(find('web')).toEqual(['web1', 'webmail', 'old-web']);
  expect(find('host this')).toEqual(['This host']);
  expect(find('nothing')).toEqual([]);
});

test('no question gives the first ones in their order', () => {
  expect(find('')).toEqual(['web1', 'old-web', 'db']);
});

test('other words find a thing too, after whatever has them in its name', () => {
  const zoom = { label: 'Fit the window', also: 'zoom scale' };
  expect(answer('zoom', zoom)).toBeGreaterThan(0);
  expect(answer('scale fit', zoom)).toBeGreaterThan(0);
  expect(answer('colour', zoom)).toBe(0);
  expect(best([zoom, { label: 'A machine of zoom' }], 'zoom', 2).map(({ label }) => label)).toEqual([
    'A machine of zoom',
    'Fit the window',
  ]);
});
