import { create } from 'zustand';
import type { Fault } from '../../backend/contract/fault.ts';
import type { MachineId, MachineView } from '../../backend/contract/machine.ts';

/** A mirror of the back end's machines. Nothing here changes them: that goes through the bridge. */
interface Machines {
  readonly byId: ReadonlyMap<string, MachineView>;
  /** Ids by name; the same array while names and membership stay. */
  readonly order: readonly MachineId[];
  readonly isLoaded: boolean;
  /** Why the list could not be read. */
  readonly fault: Fault | null;
}

export const machinesStore = create<Machines>()(() => ({
  byId: new Map(),
  order: [],
  isLoaded: false,
  fault: null,
}));

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function sorted(byId: ReadonlyMap<string, MachineView>): MachineId[] {
  return [...byId.values()]
    .sort((a, b) => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

export function putAllMachines(machines: readonly MachineView[]): void {
  const byId = new Map(machines.map((machine) => [machine.id as string, machine]));
  machinesStore.setState({ byId, order: sorted(byId), isLoaded: true, fault: null });
}

export function putMachine(machine: MachineView): void {
  machinesStore.setState(({ byId, order }) => {
    const before = byId.get(machine.id);
    const next = new Map(byId).set(machine.id, machine);
    return { byId: next, order: before?.name === machine.name ? order : sorted(next) };
  });
}

export function dropMachine(id: string): void {
  machinesStore.setState(({ byId, order }) => {
    const next = new Map(byId);
    next.delete(id);
    return { byId: next, order: order.filter((other) => other !== id) };
  });
}

/** All machines, by name. Draws again at every change of any of them: lists use `useMachineIds`. */
export function useMachines(): readonly MachineView[] {
  const byId = machinesStore(({ byId: map }) => map);
  const order = machinesStore(({ order: ids }) => ids);
  return order.flatMap((id) => byId.get(id) ?? []);
}

export function useMachineIds(): readonly MachineId[] {
  return machinesStore(({ order }) => order);
}

export function useMachine(id: string): MachineView | undefined {
  return machinesStore(({ byId }) => byId.get(id));
}
