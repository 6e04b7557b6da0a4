import { useEffect } from 'react';
import { create } from 'zustand';
import type { MachineFigures } from '../../backend/contract/devices.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { useBridge } from '../bridge/bridge.ts';
import type { Sample } from '../charts/path.ts';

/** About a minute of samples. */
export const KEPT_SAMPLES = 60;

interface Figures {
  readonly byMachine: ReadonlyMap<string, readonly MachineFigures[]>;
}

export const figuresStore = create<Figures>()(() => ({ byMachine: new Map() }));

export function putFigures(machine: string, figures: MachineFigures): void {
  figuresStore.setState(({ byMachine }) => ({
    byMachine: new Map(byMachine).set(
      machine,
      [...(byMachine.get(machine) ?? []), figures].slice(-KEPT_SAMPLES),
    ),
  }));
}

/** The guest is off: its counters start anew. */
export function clearFigures(machine: string): void {
  figuresStore.setState(({ byMachine }) => {
    if (!byMachine.has(machine)) return {};
    const next = new Map(byMachine);
    next.delete(machine);
    return { byMachine: next };
  });
}

const watchers = new Map<string, number>();

/** Machines whose figures somebody looks at; a new connection asks for them again. */
export function watchedMachines(): string[] {
  return [...watchers.keys()];
}

/** Counts who looks: the first turns the figures on, the last turns them off. */
export function watchFigures(bridge: Bridge, machine: string): () => void {
  const tell = (on: boolean): void => {
    // A lost connection forgets its watches, and the next one asks anew; a machine that is gone has no figures.
    bridge.request('machine.watch', { machine, on }).catch(() => undefined);
  };
  const before = watchers.get(machine) ?? 0;
  watchers.set(machine, before + 1);
  if (before === 0) tell(true);
  return () => {
    const left = (watchers.get(machine) ?? 1) - 1;
    if (left > 0) {
      watchers.set(machine, left);
      return;
    }
    watchers.delete(machine);
    tell(false);
  };
}

const NONE: readonly MachineFigures[] = [];

export interface FiguresView {
  /** Oldest first, at most KEPT_SAMPLES. */
  readonly samples: readonly MachineFigures[];
  readonly latest: MachineFigures | null;
  /** The right edge of every chart of this machine, ms since the epoch. It stands still while the guest is paused. */
  readonly until: number;
}

/** The figures of a machine; they come only while somebody draws them. */
export function useFigures(machine: string): FiguresView {
  const bridge = useBridge();
  useEffect(() => watchFigures(bridge, machine), [bridge, machine]);
  const samples = figuresStore(({ byMachine }) => byMachine.get(machine) ?? NONE);
  const latest = samples.at(-1) ?? null;
  return { samples, latest, until: latest?.at ?? 0 };
}

/** A figure over time: `seriesOf(samples, (f) => f.residentBytes)`. */
export function seriesOf(
  samples: readonly MachineFigures[],
  pick: (figures: MachineFigures) => number | null | undefined,
): Sample[] {
  return samples.map((figures) => ({ at: figures.at, value: pick(figures) ?? null }));
}

/**
 * A cumulative counter as a rate per second: `ratesOf(samples, (f) => f.disks[0]?.readBytes)`.
 * Null where two samples do not follow on each other: a counter that fell back began anew.
 */
export function ratesOf(
  samples: readonly MachineFigures[],
  pick: (figures: MachineFigures) => number | null | undefined,
): Sample[] {
  const rates: Sample[] = [];
  for (let index = 1; index < samples.length; index += 1) {
    const before = samples[index - 1];
    const after = samples[index];
    if (before === undefined || after === undefined) continue;
    const from = pick(before) ?? null;
    const to = pick(after) ?? null;
    const seconds = (after.at - before.at) / 1000;
    const known = from !== null && to !== null && to >= from && seconds > 0;
    rates.push({ at: after.at, value: known ? (to - from) / seconds : null });
  }
  return rates;
}

/** The last value of a series; null: not known now. */
export function lastOf(series: readonly Sample[]): number | null {
  return series.at(-1)?.value ?? null;
}
