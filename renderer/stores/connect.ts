import { Fault } from '../../backend/contract/fault.ts';
import type { Bridge } from '../bridge/bridge.ts';
import { ConnectionLost } from '../bridge/bridge.ts';
import { clearFigures, putFigures, watchedMachines } from './figures.ts';
import { checkHost, hostStore, putHostFigures } from './host.ts';
import { putAllJobs, putJob } from './jobs.ts';
import { dropMachine, machinesStore, putAllMachines, putMachine } from './machines.ts';

/**
 * Makes the stores mirrors of the back end: events change them, and every (re)connection fetches the snapshot again.
 * Events that come while the snapshot travels are newer than it, so they are applied once more on top.
 */
export function connectStores(bridge: Bridge): () => void {
  let late: (() => void)[] | null = null;
  const apply = (change: () => void): void => {
    late?.push(change);
    change();
  };

  const load = async (): Promise<void> => {
    late = [];
    const [{ machines }, { jobs }] = await Promise.all([
      bridge.request('machine.list', {}),
      bridge.request('job.list', {}),
      bridge.request('host.watch', { on: true }),
      ...watchedMachines().map((machine) => bridge.request('machine.watch', { machine, on: true })),
    ]);
    putAllMachines(machines);
    putAllJobs(jobs);
    for (const change of late ?? []) change();
    late = null;
    if (hostStore.getState().report === null) void checkHost(bridge, false);
  };

  const onPhase = (phase: string): void => {
    if (phase !== 'connected') return;
    load().catch((thrown: unknown) => {
      // A connection lost on the way comes back as a new phase; all else the list has to say.
      if (!(thrown instanceof ConnectionLost)) machinesStore.setState({ fault: Fault.from(thrown) });
    });
  };

  let phase = bridge.connection.get().phase;
  const stops = [
    bridge.connection.subscribe((status) => {
      if (status.phase === phase) return;
      phase = status.phase;
      onPhase(phase);
    }),
    bridge.on('machine.changed', (machine) =>
      apply(() => {
        if (machine.pid === null) clearFigures(machine.id);
        putMachine(machine);
      }),
    ),
    bridge.on('machine.removed', ({ machine }) => apply(() => dropMachine(machine))),
    bridge.on('job.changed', (job) => apply(() => putJob(job))),
    bridge.on('machine.figures', ({ machine, figures }) => {
      // Pausing the guest pauses its charts.
      if (machinesStore.getState().byId.get(machine)?.state !== 'paused') putFigures(machine, figures);
    }),
    bridge.on('host.figures', putHostFigures),
  ];
  onPhase(phase);
  return () => {
    for (const stop of stops) stop();
  };
}

/** Reads the list again after it could not be read. */
export async function reloadMachines(bridge: Bridge): Promise<void> {
  try {
    putAllMachines((await bridge.request('machine.list', {})).machines);
  } catch (thrown) {
    machinesStore.setState({ fault: Fault.from(thrown) });
  }
}
