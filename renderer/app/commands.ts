import { text } from '../i18n/en.ts';
import { openCreate, setPalette } from '../stores/dialogs.ts';
import { currentRoute, machineTabs, navigate } from '../stores/route.ts';

/** What the app itself can do, wherever the person is. Keys are written as they are drawn: 'Alt N'. */
export interface AppCommand {
  readonly id: string;
  readonly label: string;
  readonly keys: string;
  /** Other words that it may be looked for by. */
  readonly also?: string;
  run(): void;
}

function stepTab(by: 1 | -1): void {
  const route = currentRoute();
  if (route.page !== 'machine') return;
  const { length } = machineTabs;
  const tab = machineTabs[(machineTabs.indexOf(route.tab) + by + length) % length];
  if (tab !== undefined) navigate({ ...route, tab });
}

/** The one registry: shortcuts, the palette and the list on the Settings page all read it. */
export function appCommands(focusSearch: () => void): readonly AppCommand[] {
  const t = text.commands;
  return [
    { id: 'find', label: t.find, keys: 'Ctrl K', run: () => setPalette(true) },
    { id: 'search', label: t.search, keys: 'Alt S', run: focusSearch },
    { id: 'new-machine', label: t.newMachine, keys: 'Alt N', run: () => openCreate() },
    { id: 'host', label: t.host, keys: 'Alt H', run: () => navigate({ page: 'host' }) },
    {
      id: 'settings',
      label: t.settings,
      keys: 'Ctrl ,',
      also: t.settingsWords,
      run: () => navigate({ page: 'settings' }),
    },
    { id: 'next-tab', label: t.nextTab, keys: 'Alt .', run: () => stepTab(1) },
    { id: 'previous-tab', label: t.previousTab, keys: 'Alt ,', run: () => stepTab(-1) },
  ];
}

/** What the display and the console listen for while a guest has the keyboard. */
export const guestShortcuts: readonly Pick<AppCommand, 'label' | 'keys'>[] = [
  { label: text.commands.leaveGuest, keys: 'Ctrl Alt' },
];

interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Whether 'Ctrl K' is what was pressed. ⌘ counts as Ctrl. */
export function matchesKeys(keys: string, event: Pressed): boolean {
  const parts = keys.split(' ');
  const key = parts.at(-1) ?? '';
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    (event.ctrlKey || event.metaKey) === parts.includes('Ctrl') &&
    event.altKey === parts.includes('Alt') &&
    event.shiftKey === parts.includes('Shift')
  );
}
