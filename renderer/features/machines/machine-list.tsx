import {
  type DragEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { GridList, GridListItem, ListLayout, Virtualizer } from 'react-aria-components';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { reloadMachines } from '../../stores/connect.ts';
import { machinesStore, useMachine, useMachineIds } from '../../stores/machines.ts';
import { navigate, useRoute } from '../../stores/route.ts';
import { ErrorNote } from '../../ui/error-note.tsx';
import { SearchInput } from '../../ui/field.tsx';
import { ContextMenu, type ContextMenuState } from '../../ui/menu.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type ShowFullScreen, useMachineCommands } from './machine-commands.tsx';
import { MachineRow } from './machine-row.tsx';
import { rowEntries } from './menu-entries.ts';
import { isOn } from './refusal.ts';
import './machine-list.css';

/** Pixels: 40 of the picture, 8 above and below. */
const ROW_HEIGHT = 56;

export interface MachineListProps {
  searchRef?: Ref<HTMLInputElement>;
  /** Files were dropped on a row. */
  onFiles: (machine: string, files: File[]) => void;
  showFullScreen: ShowFullScreen;
}

function rowOf(target: EventTarget): string | null {
  if (!(target instanceof Element)) return null;
  const row = target.closest('[data-machine]') ?? target.querySelector('[data-machine]');
  return row?.getAttribute('data-machine') ?? null;
}

interface RowMenuProps {
  at: ContextMenuState | null;
  onClose: () => void;
  showFullScreen: ShowFullScreen;
}

function RowMenu({ id, ...rest }: RowMenuProps & { id: string }): ReactNode {
  const machine = useMachine(id);
  return machine === undefined ? null : <OpenRowMenu {...rest} machine={machine} />;
}

function OpenRowMenu(props: RowMenuProps & { machine: MachineView }): ReactNode {
  const { machine, at, onClose, showFullScreen } = props;
  const commands = useMachineCommands(machine, showFullScreen);
  const isPaused = machine.state === 'paused' || machine.state === 'suspended';
  return (
    <ContextMenu
      label={machine.name}
      at={at}
      onClose={onClose}
      entries={rowEntries(commands, isPaused, !isOn(machine.state))}
    />
  );
}

type RowsProps = Pick<MachineListProps, 'onFiles' | 'showFullScreen'> & { ids: readonly string[] };

function Rows({ ids, onFiles, showFullScreen }: RowsProps): ReactNode {
  const route = useRoute();
  const selected = route.page === 'machine' ? [route.id] : [];
  const [menu, setMenu] = useState<{ id: string; at: ContextMenuState | null } | null>(null);
  const [dropOn, setDropOn] = useState<string | null>(null);
  const items = useMemo(() => ids.map((id) => ({ id })), [ids]);

  // A machine that was opened elsewhere (the palette, a new one) comes into sight.
  const list = useRef<HTMLDivElement>(null);
  const shown = selected[0];
  useEffect(() => {
    const place = shown === undefined ? -1 : ids.indexOf(shown);
    const box = list.current;
    if (place < 0 || box === null) return;
    const top = place * ROW_HEIGHT;
    const isInSight = top >= box.scrollTop && top + ROW_HEIGHT <= box.scrollTop + box.clientHeight;
    if (!isInSight) box.scrollTop = top - (box.clientHeight - ROW_HEIGHT) / 2;
  }, [shown, ids]);

  const openMenu = (event: MouseEvent): void => {
    const id = rowOf(event.target);
    if (id === null) return;
    event.preventDefault();
    setMenu({ id, at: { x: event.clientX, y: event.clientY } });
  };
  const over = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    const id = rowOf(event.target);
    if (id === null) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
    if (id !== dropOn) setDropOn(id);
  };
  const drop = (event: DragEvent): void => {
    const id = dropOn;
    setDropOn(null);
    if (id === null || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    onFiles(id, [...event.dataTransfer.files]);
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the rows inside are the controls; this only listens for what bubbles from them
    <div
      className="rows"
      onContextMenu={openMenu}
      onDragOver={over}
      onDragLeave={() => setDropOn(null)}
      onDrop={drop}
    >
      <Virtualizer layout={ListLayout} layoutOptions={{ rowSize: ROW_HEIGHT, padding: 0, gap: 0 }}>
        <GridList
          ref={list}
          className="row-list"
          aria-label={text.sidebar.machines}
          items={items}
          dependencies={[dropOn]}
          selectionMode="single"
          selectionBehavior="replace"
          disallowEmptySelection
          selectedKeys={selected}
          onSelectionChange={(keys) => {
            const [id] = keys === 'all' ? [] : [...keys];
            if (typeof id !== 'string') return;
            navigate({ page: 'machine', id, tab: route.page === 'machine' ? route.tab : 'display' });
          }}
          renderEmptyState={() => <p className="rows-none">{text.sidebar.noMatch}</p>}
        >
          {({ id }) => (
            <GridListItem
              id={id}
              className={`row-frame ${dropOn === id ? 'row-drop' : ''}`}
              textValue={machinesStore.getState().byId.get(id)?.name ?? id}
            >
              <MachineRow id={id} />
            </GridListItem>
          )}
        </GridList>
      </Virtualizer>
      {menu === null ? null : (
        <RowMenu
          id={menu.id}
          at={menu.at}
          onClose={() => setMenu({ ...menu, at: null })}
          showFullScreen={showFullScreen}
        />
      )}
    </div>
  );
}

function RowShapes(): ReactNode {
  return (
    <div className="row-shapes" aria-busy="true" role="status" aria-label={text.common.loading}>
      {[110, 80, 130].map((width) => (
        <div key={width} className="row row-shape">
          <Skeleton width={56} height={40} />
          <span className="row-words">
            <Skeleton width={width} />
            <Skeleton width={70} height={11} />
          </span>
        </div>
      ))}
    </div>
  );
}

/** Search field and list; of five hundred machines only those in sight are in the page. */
export function MachineList({ searchRef, onFiles, showFullScreen }: MachineListProps): ReactNode {
  const bridge = useBridge();
  const ids = useMachineIds();
  const isLoaded = machinesStore((store) => store.isLoaded);
  const fault = machinesStore((store) => store.fault);
  const [query, setQuery] = useState('');
  const found = useMemo(() => {
    const wanted = query.trim().toLocaleLowerCase();
    if (wanted === '') return ids;
    const { byId } = machinesStore.getState();
    return ids.filter((id) => byId.get(id)?.name.toLocaleLowerCase().includes(wanted) === true);
  }, [ids, query]);

  const goToFirst = (): void => {
    const first = found[0];
    if (first !== undefined && query !== '') navigate({ page: 'machine', id: first, tab: 'display' });
  };

  return (
    <>
      <div className="list-search">
        <SearchInput
          label={text.sidebar.search}
          placeholder={text.sidebar.search}
          keys="Ctrl K"
          value={query}
          onChange={setQuery}
          onSubmit={goToFirst}
          {...(searchRef === undefined ? {} : { inputRef: searchRef })}
        />
      </div>
      <nav className="list" aria-label={text.sidebar.machines}>
        {fault === null ? null : (
          <div className="list-fault">
            <ErrorNote fault={fault} onRetry={() => void reloadMachines(bridge)} />
          </div>
        )}
        {!isLoaded && fault === null ? <RowShapes /> : null}
        {isLoaded && ids.length > 0 ? (
          <>
            <h2 className="list-title">{text.sidebar.machines}</h2>
            <Rows ids={found} onFiles={onFiles} showFullScreen={showFullScreen} />
          </>
        ) : null}
      </nav>
    </>
  );
}
