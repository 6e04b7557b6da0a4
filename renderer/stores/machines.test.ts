import { beforeEach, expect, test } from 'vitest';
import { machineFixture } from './machine.fixture.ts';
import { dropMachine, machinesStore, putAllMachines, putMachine } from './machines.ts';

const order = (): readonly string[] => machinesStore.getState().order;

beforeEach(() =>
  putAllMachines([
    machineFixture('aaaaaaaa', { name: 'box-10' }),
    machineFixture('bbbbbbbb', { name: 'Box-2' }),
    machineFixture('cccccccc', { name: 'alpha' }),
  ]),
);

test('machines stand by name, numbers as numbers', () => {
  expect(order()).toEqual(['cccccccc', 'bbbbbbbb', 'aaaaaaaa']);
});

test('a change of state keeps the very same order, a new name does not', () => {
  const before = order();
  putMachine(machineFixture('bbbbbbbb', { name: 'Box-2', state: 'running' }));
  expect(order()).toBe(before);
  putMachine(machineFixture('bbbbbbbb', { name: 'zeta' }));
  expect(order()).toEqual(['cccccccc', 'aaaaaaaa', 'bbbbbbbb']);
});

test('a removed machine is gone, and undo brings it back to its place', () => {
  dropMachine('bbbbbbbb');
  expect(order()).toEqual(['cccccccc', 'aaaaaaaa']);
  putMachine(machineFixture('bbbbbbbb', { name: 'Box-2' }));
  expect(order()).toEqual(['cccccccc', 'bbbbbbbb', 'aaaaaaaa']);
});
