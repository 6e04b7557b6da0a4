import { create } from 'zustand';
import { Fault } from '../../../backend/contract/fault.ts';
import { currentRoute } from '../../stores/route.ts';
import { dropToasts, showFault } from '../../ui/toast.tsx';

/** What was asked of machines and has not been answered yet, and what went wrong last. */
interface Actions {
  /** Keys 'MACHINE ACTION'. */
  readonly busy: ReadonlySet<string>;
  /** The last fault of each machine, drawn on its page until it is dismissed or something succeeds. */
  readonly faults: ReadonlyMap<string, Fault>;
}

export const actionStore = create<Actions>()(() => ({ busy: new Set(), faults: new Map() }));

export function dismissFault(machine: string): void {
  actionStore.setState(({ faults }) => {
    const next = new Map(faults);
    next.delete(machine);
    return { faults: next };
  });
}

/**
 * Runs one action of a machine; the same one cannot run twice at once. A fault is kept for the machine's page, or shown
 * as a toast where the person is elsewhere. Resolves to whether it succeeded.
 */
export async function runAction(
  machine: string,
  action: string,
  work: () => Promise<void>,
): Promise<boolean> {
  const key = `${machine} ${action}`;
  if (actionStore.getState().busy.has(key)) return false;
  actionStore.setState(({ busy }) => ({ busy: new Set(busy).add(key) }));
  dropToasts(key);
  try {
    await work();
    dismissFault(machine);
    return true;
  } catch (thrown) {
    const fault = Fault.from(thrown);
    const route = currentRoute();
    if (route.page === 'machine' && route.id === machine) {
      actionStore.setState(({ faults }) => ({ faults: new Map(faults).set(machine, fault) }));
    } else {
      showFault(fault, key);
    }
    return false;
  } finally {
    actionStore.setState(({ busy }) => {
      const next = new Set(busy);
      next.delete(key);
      return { busy: next };
    });
  }
}
