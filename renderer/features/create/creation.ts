import { useRef, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { Job } from '../../../backend/contract/job.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import type { RequestInput } from '../../../backend/contract/requests.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { jobsStore } from '../../stores/jobs.ts';
import { machinesStore } from '../../stores/machines.ts';

export interface Creation {
  readonly isWorking: boolean;
  readonly fault: Fault | null;
  /** The job of this creation, once it has begun: building the demo machine takes a while. */
  readonly job: Job | null;
  /** Resolves to the new machine, or to null when it failed (`fault` says why). */
  create(input: RequestInput<'machine.create'>): Promise<MachineView | null>;
  clearFault(): void;
}

/** Creates one machine and follows its job. */
export function useCreation(): Creation {
  const bridge = useBridge();
  const before = useRef<ReadonlySet<string>>(new Set());
  const [isWorking, setWorking] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const job = jobsStore(({ list }) =>
    isWorking ? (list.find(({ id, state }) => state === 'running' && !before.current.has(id)) ?? null) : null,
  );
  return {
    isWorking,
    fault,
    job,
    clearFault: () => setFault(null),
    async create(input) {
      before.current = new Set(jobsStore.getState().list.map(({ id }) => id));
      setFault(null);
      setWorking(true);
      try {
        return await bridge.request('machine.create', input);
      } catch (thrown) {
        setFault(Fault.from(thrown));
        return null;
      } finally {
        setWorking(false);
      }
    },
  };
}

/** 'demo', or 'demo-2', 'demo-3' … where it is taken. */
export function freeName(base: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLocaleLowerCase()));
  if (!names.has(base.toLocaleLowerCase())) return base;
  for (let number = 2; ; number += 1) {
    const name = `${base}-${number}`;
    if (!names.has(name.toLocaleLowerCase())) return name;
  }
}

export function takenNames(): string[] {
  return [...machinesStore.getState().byId.values()].map(({ name }) => name);
}
