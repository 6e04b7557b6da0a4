import { expect, test } from 'vitest';
import { best } from './palette-search.ts';

const names = ['web1', 'old-web', 'db', 'webmail', 'This host'];
const find = (query: string): string[] => best(names, query, (name) => name, 3);

test('the exact name first, then beginnings, then words, then anything inside', () => {
  expect(find('web1')).toEqual(['web1']);
  expect(find('web')).toEqual(['web1', 'webmail', 'old-web']);
  expect(find('host this')).toEqual(['This host']);
  expect(find('nothing')).toEqual([]);
});

test('no question gives the first ones in their order', () => {
  expect(find('')).toEqual(['web1', 'old-web', 'db']);
});
