import { create } from 'zustand';

const KEY = 'innkeeper.display.clipboard';

/** Machines that the person shares the clipboard with, by id. */
function stored(): readonly string[] {
  const value = globalThis.localStorage?.getItem(KEY) ?? '';
  return value === '' ? [] : value.split(' ');
}

const store = create<{ readonly allowed: readonly string[] }>()(() => ({ allowed: stored() }));

export function useClipboardAllowed(machine: string): boolean {
  return store(({ allowed }) => allowed.includes(machine));
}

export function allowClipboard(machine: string, allows: boolean): void {
  const others = store.getState().allowed.filter((id) => id !== machine);
  const allowed = allows ? [...others, machine] : others;
  localStorage.setItem(KEY, allowed.join(' '));
  store.setState({ allowed });
}
