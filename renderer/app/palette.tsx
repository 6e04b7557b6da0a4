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
import { offeredCommands } from '../stores/commands.ts';
import { useIsLive } from '../stores/connection.ts';
import { dialogsStore, setPalette } from '../stores/dialogs.ts';
import { useMachine, useMachines } from '../stores/machines.ts';
import { machineTabs, navigate, useRoute } from '../stores/route.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { AppCommand } from './commands.ts';
import { showFullScreen } from './full-screen.ts';
import { answer, best, type Findable } from './palette-search.ts';
import './palette.css';

const t = text.palette;
const MOST_MACHINES = 8;
const MOST_ACTIONS = 16;
/** Of a part of the machine's page, before anything was asked for. */
const MOST_UNASKED = 6;

interface Entry extends Findable {
  readonly id: string;
  readonly note?: string | undefined;
  readonly keys?: string | undefined;
  readonly icon: ReactNode;
  /** Why it cannot be done now. */
  readonly disabledReason?: string | null | undefined;
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
          isDisabled={typeof entry.disabledReason === 'string'}
          onAction={() => {
            setPalette(false);
            entry.run();
          }}
        >
          {entry.icon}
          <Text slot="label" className="palette-label">
            <span>
              {entry.label}
              {typeof entry.disabledReason === 'string' ? (
                <span className="menu-reason">{entry.disabledReason}</span>
              ) : null}
            </span>
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

/** What the selected machine and the open part of its page allow now. */
function useMachineEntries(): { name: string; actions: Entry[]; screen: Entry[] } | null {
  const bridge = useBridge();
  const isLive = useIsLive();
  const route = useRoute();
  const busy = actionStore((store) => store.busy);
  const machine = useMachine(route.page === 'machine' ? route.id : '');
  if (machine === undefined) return null;
  const { id, name } = machine;
  const go = <ArrowRight className="icon" />;
  const actions = Object.values(machineCommands(bridge, machine, { busy, isLive }, showFullScreen))
    .filter(({ disabledReason }) => disabledReason === null)
    .map((command) => ({
      id: command.name,
      label: command.label,
      also: command.name === 'ctrl-alt-del' ? text.commands.keyWords : undefined,
      icon: command.icon,
      run: command.run,
    }));
  const tabs = machineTabs.map((tab) => ({
    id: `tab ${tab}`,
    label: text.commands.openTab(text.machine.tabs[tab]),
    icon: go,
    run: () => navigate({ page: 'machine', id, tab }),
  }));
  const screen = offeredCommands(id).map((command) => ({ ...command, id: `screen ${command.id}`, icon: go }));
  return { name, actions: [...actions, ...tabs], screen };
}

function Finder({ commands }: { commands: readonly AppCommand[] }): ReactNode {
  const [query, setQuery] = useState('');
  const machines = useMachines();
  const selected = useMachineEntries();
  const screen = selected?.screen ?? [];
  // What cannot be done now is named, with why, when it is asked for.
  const possible = screen.filter(({ disabledReason }) => typeof disabledReason !== 'string');
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
    .map((command) => ({ ...command, id: `app ${command.id}`, icon: go }));

  const sections = [
    { title: selected?.name ?? '', entries: best(selected?.actions ?? [], query, MOST_ACTIONS) },
    {
      title: text.machine.tabs.display,
      entries: query === '' ? possible.slice(0, MOST_UNASKED) : best(screen, query, MOST_ACTIONS),
    },
    { title: t.machines, entries: best(machineEntries, query, MOST_MACHINES) },
    { title: t.pages, entries: best(pageEntries, query, MOST_ACTIONS) },
  ].filter(({ entries }) => entries.length > 0);
  // What answers best goes first; without a question, what the selected machine can do.
  const answers = ([first]: readonly Entry[]): number => (first === undefined ? 0 : answer(query, first));
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
