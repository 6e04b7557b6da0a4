import type { MenuAction, MenuEntry } from '../../ui/menu.tsx';
import type { MonitorChoice, Monitors } from './monitors.ts';
import { words } from './words.ts';

/** What of the guest's monitors can be shown; nothing where there is no choice. */
export function monitorChoices(
  { ids, shown }: Monitors,
  show: (choice: MonitorChoice) => void,
): MenuAction[] {
  if (ids.length === 0) return [];
  return [...ids, 'all' as const].map((one, index) => ({
    id: `monitor-${one}`,
    label: one === 'all' ? words.allMonitors : words.monitor(index + 1),
    choice: { of: 'one', isChosen: one === shown },
    onAction: () => show(one),
  }));
}

/** The menu's part about them. */
export function monitorEntries(monitors: Monitors, show: (choice: MonitorChoice) => void): MenuEntry[] {
  const choices = monitorChoices(monitors, show);
  return choices.length === 0 ? [] : [{ rule: 'monitors' }, ...choices];
}
