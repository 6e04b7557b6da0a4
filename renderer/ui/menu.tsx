import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import {
  Menu as AriaMenu,
  Keyboard,
  MenuItem,
  MenuTrigger,
  Popover,
  Separator,
  Text,
} from 'react-aria-components';
import './overlay.css';

export interface MenuAction {
  id: string;
  label: string;
  icon?: ReactNode;
  /** Drawn at the right: 'Ctrl K'. */
  keys?: string | undefined;
  /** Why it cannot be chosen now; drawn under its name. */
  disabledReason?: string | null | undefined;
  isDanger?: boolean | undefined;
  onAction: () => void;
}

export type MenuEntry = MenuAction | { rule: string };

function isRule(entry: MenuEntry): entry is { rule: string } {
  return 'rule' in entry;
}

function Items({ label, entries }: { label: string; entries: readonly MenuEntry[] }): ReactNode {
  const refused = entries.filter((entry) => !isRule(entry) && typeof entry.disabledReason === 'string');
  return (
    <AriaMenu
      className="menu"
      aria-label={label}
      disabledKeys={refused.map((entry) => (isRule(entry) ? entry.rule : entry.id))}
    >
      {entries.map((entry) =>
        isRule(entry) ? (
          <Separator key={entry.rule} className="menu-rule" />
        ) : (
          <MenuItem
            key={entry.id}
            id={entry.id}
            className={`menu-item ${entry.isDanger === true ? 'menu-item-danger' : ''}`}
            textValue={entry.label}
            onAction={entry.onAction}
          >
            {entry.icon}
            <span className="menu-text">
              <Text slot="label">{entry.label}</Text>
              {typeof entry.disabledReason === 'string' ? (
                <Text slot="description" className="menu-reason">
                  {entry.disabledReason}
                </Text>
              ) : null}
            </span>
            {entry.keys === undefined ? null : <Keyboard className="keys">{entry.keys}</Keyboard>}
          </MenuItem>
        ),
      )}
    </AriaMenu>
  );
}

export interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement;
  /** Its name for a screen reader. */
  label: string;
  entries: readonly MenuEntry[];
  placement?: 'bottom start' | 'bottom end' | 'top start';
}

export function Menu({ trigger, label, entries, placement = 'bottom end' }: MenuProps): ReactNode {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className="popover" placement={placement} offset={4}>
        <Items label={label} entries={entries} />
      </Popover>
    </MenuTrigger>
  );
}

export interface ContextMenuState {
  x: number;
  y: number;
}

export interface ContextMenuProps {
  label: string;
  entries: readonly MenuEntry[];
  /** Where the pointer was (client pixels); null is closed. */
  at: ContextMenuState | null;
  onClose: () => void;
}

/** A menu at the pointer. The owner keeps `at` and opens it from `onContextMenu`. */
export function ContextMenu({ label, entries, at, onClose }: ContextMenuProps): ReactNode {
  const anchor = useRef<HTMLSpanElement>(null);
  // Keeps the place while the popover fades out.
  const [last, setLast] = useState<ContextMenuState>({ x: 0, y: 0 });
  if (at !== null && at !== last) setLast(at);
  return (
    <>
      <span ref={anchor} className="menu-anchor" style={{ left: last.x, top: last.y }} />
      <Popover
        className="popover"
        triggerRef={anchor}
        placement="bottom start"
        offset={0}
        isOpen={at !== null}
        onOpenChange={(open) => {
          if (!open) onClose();
        }}
      >
        <Items
          label={label}
          entries={entries.map((entry) =>
            isRule(entry)
              ? entry
              : {
                  ...entry,
                  onAction: () => {
                    onClose();
                    entry.onAction();
                  },
                },
          )}
        />
      </Popover>
    </>
  );
}
