import { ArrowRight, Search } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import {
  Autocomplete,
  Header,
  Input,
  Menu,
  MenuItem,
  MenuSection,
  Text,
  TextField,
} from 'react-aria-components';
import { stateWords } from '../../backend/contract/machine.ts';
import { useBridge } from '../bridge/bridge.ts';
import { actionStore } from '../features/machines/action-store.ts';
import { machineCommands } from '../features/machines/machine-commands.tsx';
import { text } from '../i18n/en.ts';
import { useIsLive } from '../stores/connection.ts';
import { dialogsStore, setPalette } from '../stores/dialogs.ts';
import { useMachine, useMachines } from '../stores/machines.ts';
import { navigate, useRoute } from '../stores/route.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { AppCommand } from './commands.ts';
import { best, score } from './palette-search.ts';
import './palette.css';

const t = text.palette;
const MOST_MACHINES = 8;

interface Entry {
  readonly id: string;
  readonly label: string;
  readonly note?: string | undefined;
  readonly keys?: string | undefined;
  readonly icon: ReactNode;
  run(): void;
}

function Section({ title, entries }: { title: string; entries: readonly Entry[] }): ReactNode {
  return (
    <MenuSection className="palette-section">
      <Header className="palette-title">{title}</Header>
      {entries.map((entry) => (
        <MenuItem
          key={entry.id}
          id={entry.id}
          className="menu-item"
          textValue={entry.label}
          onAction={() => {
            setPalette(false);
            entry.run();
          }}
        >
          {entry.icon}
          <Text slot="label" className="palette-label">
            <span>{entry.label}</span>
            {entry.keys === undefined ? (
              <span className="note">{entry.note}</span>
            ) : (
              <kbd className="keys">{entry.keys}</kbd>
            )}
          </Text>
        </MenuItem>
      ))}
    </MenuSection>
  );
}

/** What the selected machine allows now. */
function useMachineEntries(): { name: string; entries: Entry[] } | null {
  const bridge = useBridge();
  const isLive = useIsLive();
  const route = useRoute();
  const busy = actionStore((store) => store.busy);
  const machine = useMachine(route.page === 'machine' ? route.id : '');
  if (machine === undefined) return null;
  const entries = Object.values(machineCommands(bridge, machine, busy, isLive))
    .filter(({ disabledReason }) => disabledReason === null)
    .map(({ name, label, icon, run }) => ({ id: name, label, icon, run }));
  return { name: machine.name, entries };
}

function Finder({ commands }: { commands: readonly AppCommand[] }): ReactNode {
  const [query, setQuery] = useState('');
  const machines = useMachines();
  const actions = useMachineEntries();
  const label = ({ label: name }: Entry): string => name;
  const go = <ArrowRight className="icon" />;

  const machineEntries: Entry[] = machines.map(({ id, name, state }) => ({
    id: `machine ${id}`,
    label: name,
    note: stateWords[state],
    icon: go,
    run: () => navigate({ page: 'machine', id, tab: 'display' }),
  }));
  const pageEntries: Entry[] = commands
    .filter(({ id }) => id !== 'find')
    .map(({ id, label: name, keys, run }) => ({ id: `app ${id}`, label: name, keys, icon: go, run }));

  const sections = [
    { title: actions?.name ?? '', entries: best(actions?.entries ?? [], query, label, 12) },
    { title: t.machines, entries: best(machineEntries, query, label, MOST_MACHINES) },
    { title: t.pages, entries: best(pageEntries, query, label, 12) },
  ].filter(({ entries }) => entries.length > 0);
  // What answers best goes first; without a question, what the selected machine can do.
  const answers = (entries: readonly Entry[]): number => score(query, entries[0]?.label ?? '');
  sections.sort((a, b) => answers(b.entries) - answers(a.entries));

  return (
    <Autocomplete inputValue={query} onInputChange={setQuery}>
      <TextField className="palette-field" aria-label={t.title} autoFocus>
        <Search className="icon search-icon" aria-hidden="true" />
        <Input className="search-input" placeholder={t.placeholder} />
        <kbd className="keys">Esc</kbd>
      </TextField>
      <Menu
        className="palette-list"
        aria-label={t.title}
        renderEmptyState={() => <p className="palette-none">{t.none}</p>}
      >
        {sections.map(({ title, entries }) => (
          <Section key={title} title={title} entries={entries} />
        ))}
      </Menu>
    </Autocomplete>
  );
}

/** Ctrl+K: every machine, every action that is possible now, every page. */
export function Palette({ commands }: { commands: readonly AppCommand[] }): ReactNode {
  const isOpen = dialogsStore((store) => store.isPaletteOpen);
  return (
    <Dialog isOpen={isOpen} onClose={() => setPalette(false)} title={t.title} width={560} isDismissable bare>
      <Finder commands={commands} />
    </Dialog>
  );
}
