import { expect, test } from 'vitest';
import { ViewerSeats } from './viewer-seats.ts';

function stage() {
  const taken: string[] = [];
  return { seats: new ViewerSeats((viewer) => taken.push(viewer)), taken };
}

test('who held the screen is told when another viewer comes, once', () => {
  const { seats, taken } = stage();
  seats.connects('one');
  seats.connects('one');
  expect(taken).toEqual([]);
  seats.connects('two');
  seats.connects('two');
  expect(taken).toEqual(['one']);
  // What the first was still about to open takes nothing back.
  seats.connects('one');
  expect(taken).toEqual(['one']);
});

test('it takes the screen back when all of its connections were over', () => {
  const { seats, taken } = stage();
  const over = [seats.connects('one'), seats.connects('one')];
  seats.connects('two');
  for (const end of over) end();
  seats.connects('one');
  expect(taken).toEqual(['one', 'two']);
});

test('who comes after somebody has left, or comes again, takes nothing away', () => {
  const { seats, taken } = stage();
  seats.connects('one')();
  seats.connects('two')();
  seats.connects('two');
  expect(taken).toEqual([]);
});
