import { expect, test } from 'vitest';
import type { MachineFigures } from '../../backend/contract/devices.ts';
import {
  clearFigures,
  figuresStore,
  KEPT_SAMPLES,
  lastOf,
  putFigures,
  ratesOf,
  seriesOf,
} from './figures.ts';

function sample(at: number, readBytes: number | null): MachineFigures {
  return {
    at,
    cpuPercent: 5,
    residentBytes: 1,
    guestMemory: null,
    disks: readBytes === null ? [] : [{ id: 'disk0', readBytes, writtenBytes: 0, allocatedBytes: null }],
    nics: [],
    clock: null,
    displayClients: 0,
  };
}

const read = (figures: MachineFigures): number | undefined => figures.disks[0]?.readBytes;

test('a counter becomes a rate per second', () => {
  const rates = ratesOf([sample(0, 0), sample(1000, 500), sample(3000, 2500)], read);
  expect(rates).toEqual([
    { at: 1000, value: 500 },
    { at: 3000, value: 1000 },
  ]);
});

test('a counter that fell back, is missing, or stands still in time has no rate', () => {
  const rates = ratesOf([sample(0, 900), sample(1000, 10), sample(2000, null), sample(2000, 5)], read);
  expect(rates.map(({ value }) => value)).toEqual([null, null, null]);
});

test('a minute of samples is kept, and forgotten with the guest', () => {
  for (let at = 0; at < 100; at += 1) putFigures('m', sample(at, at));
  const kept = figuresStore.getState().byMachine.get('m') ?? [];
  expect(kept.length).toBe(KEPT_SAMPLES);
  expect(lastOf(seriesOf(kept, read))).toBe(99);
  clearFigures('m');
  expect(figuresStore.getState().byMachine.has('m')).toBe(false);
  expect(lastOf([])).toBe(null);
});
