import { expect, test } from 'vitest';
import { RestartBudget } from './restart-budget.ts';

const rule = { quick: 1000, delays: [10, 20] };

test('waits longer after each quick death, then gives up', () => {
  const budget = new RestartBudget(rule);
  expect([budget.died(5), budget.died(5), budget.died(5)]).toEqual([10, 20, null]);
});

test('a long life clears the count', () => {
  const budget = new RestartBudget(rule);
  budget.died(5);
  budget.died(5);
  expect(budget.died(1000)).toBe(10);
});

test('a person who says "try again" gets all tries again', () => {
  const budget = new RestartBudget(rule);
  while (budget.died(0) !== null);
  budget.reset();
  expect(budget.died(0)).toBe(10);
});
