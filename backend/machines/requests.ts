import { totalmem } from 'node:os';
import { Fault } from '../contract/fault.ts';
import type { MachineState } from '../contract/machine.ts';
import { checkMemoryFits, defaultFloor } from '../devices/memory/definition.ts';
import type { Machine } from './machine.ts';
import type { Machines } from './machines.ts';

export interface MachineEdit {
  readonly name?: string | undefined;
  readonly memoryMiB?: number | undefined;
  readonly cpus?: number | undefined;
}

/** Edits the definition. Memory and CPUs of a running machine take effect at its next start: the view shows them pending. */
export async function editMachine(machines: Machines, machine: Machine, edit: MachineEdit): Promise<void> {
  const { name, memoryMiB, cpus } = edit;
  if (memoryMiB !== undefined) checkMemoryFits(memoryMiB, totalmem());
  await machine.inOrder(async () => {
    machine.check('edit');
    if (name !== undefined && name !== machine.definition.name) await machines.rename(machine, name);
    if (memoryMiB === undefined && cpus === undefined) return;
    await machine.redefine((definition) => ({
      ...definition,
      ...(cpus === undefined ? {} : { cpus }),
      ...(memoryMiB === undefined
        ? {}
        : { memory: { ...definition.memory, sizeMiB: memoryMiB, floorMiB: defaultFloor(memoryMiB) } }),
    }));
  });
}

const OFF: readonly MachineState[] = ['stopped', 'crashed', 'saved'];

/** Waits for a state. A machine that crashes on the way ends the wait with the reason, not with the timeout. */
export async function waitForMachine(
  machine: Machine,
  goal: 'running' | 'guest-ready' | 'stopped',
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ state: MachineState; guestReady: boolean }> {
  const name = machine.definition.name;
  let started = !OFF.includes(machine.state);
  const reached = await machine.until(
    (view) => {
      if (goal === 'stopped') return OFF.includes(view.state);
      const off = OFF.includes(view.state);
      if (started && off) {
        throw new Fault({
          code: view.state === 'crashed' ? 'qemu-exited' : 'illegal-move',
          message: `“${name}” went off while waiting for it${view.fault === null ? '' : `: ${view.fault.message}`}`,
          remedy: view.fault?.remedy ?? `Start it again: innkeeper start ${name}`,
        });
      }
      if (!off) started = true;
      return goal === 'running' ? view.state === 'running' : view.guestReady;
    },
    timeoutMs,
    signal,
  );
  return { state: reached.state, guestReady: reached.guestReady };
}
