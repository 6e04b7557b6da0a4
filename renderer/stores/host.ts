import { create } from 'zustand';
import { Fault } from '../../backend/contract/fault.ts';
import type { HostFigures, HostReport } from '../../backend/contract/host.ts';
import type { Bridge } from '../bridge/bridge.ts';
import type { Sample } from '../charts/path.ts';
import { KEPT_SAMPLES } from './figures.ts';

interface Host {
  readonly report: HostReport | null;
  /** When the report came, ms since the epoch. */
  readonly reportedAt: number | null;
  readonly isChecking: boolean;
  readonly fault: Fault | null;
  readonly figures: HostFigures | null;
  /** CPU of each machine over the last minutes, percent of one core. */
  readonly cpu: ReadonlyMap<string, readonly Sample[]>;
}

export const hostStore = create<Host>()(() => ({
  report: null,
  reportedAt: null,
  isChecking: false,
  fault: null,
  figures: null,
  cpu: new Map(),
}));

export function putHostFigures(figures: HostFigures): void {
  hostStore.setState(({ cpu }) => ({
    figures,
    cpu: new Map(
      figures.machines.map(({ id, cpuPercent }) => [
        id,
        [...(cpu.get(id) ?? []), { at: figures.at, value: cpuPercent }].slice(-KEPT_SAMPLES),
      ]),
    ),
  }));
}

/** Runs the host check; what it finds, or why it could not, is in the store. */
export async function checkHost(bridge: Bridge, fresh: boolean): Promise<void> {
  hostStore.setState({ isChecking: true });
  try {
    const report = await bridge.request('host.check', { fresh });
    hostStore.setState({ report, reportedAt: Date.now(), isChecking: false, fault: null });
  } catch (thrown) {
    hostStore.setState({ isChecking: false, fault: Fault.from(thrown) });
  }
}

export function useHost(): Host {
  return hostStore();
}

const NO_SAMPLES: readonly Sample[] = [];

/** CPU of one machine over the last minutes, for its sparkline. */
export function useCpuSamples(machine: string): readonly Sample[] {
  return hostStore(({ cpu }) => cpu.get(machine) ?? NO_SAMPLES);
}
