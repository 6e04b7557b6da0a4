import { expect, test } from 'vitest';
import { offerCommands, offeredCommands } from './commands.ts';

const fit = { id: 'fit', label: 'Fit the window', also: '', run: () => {} };
const whole = { id: 'whole', label: 'Largest whole multiple', also: '', run: () => {} };

test('commands are there while their part of the page is, as they stand when they are asked for', () => {
  let now = [fit];
  const stop = offerCommands('ab12cd34', () => now);
  expect(offeredCommands('ab12cd34')).toEqual([fit]);
  expect(offeredCommands('another1')).toEqual([]);
  now = [fit, whole];
  expect(offeredCommands('ab12cd34')).toEqual([fit, whole]);
  stop();
  expect(offeredCommands('ab12cd34')).toEqual([]);
});

test('a part that comes before the old one has gone keeps its place', () => {
  const stopOld = offerCommands('ab12cd34', () => [fit]);
  const stopNew = offerCommands('ab12cd34', () => [whole]);
  stopOld();
  expect(offeredCommands('ab12cd34')).toEqual([whole]);
  stopNew();
});
