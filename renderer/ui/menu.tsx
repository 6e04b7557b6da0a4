import { Check } from 'lucide-react';
import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import {
  Menu as AriaMenu,
  Keyboard,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  Separator,
  Text,
} from 'react-aria-components';
import { menuParts } from './menu-parts.ts';
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
  /** It is switched rather than done: `one` of those beside it, or `any` of them. Ticked instead of its icon. */
  choice?: { readonly of: 'one' | 'any'; readonly isChosen: boolean } | undefined;
  onAction: () => void;
}

export type MenuEntry = MenuAction | { rule: string };

function isRule(entry: MenuEntry): entry is { rule: string } {
  return 'rule' in entry;
}

function Item({ entry }: { entry: MenuAction }): ReactNode {
  return (
    <MenuItem
      id={entry.id}
      className={`menu-item ${entry.isDanger === true ? 'menu-item-danger' : ''}`}
      textValue={entry.label}
      isDisabled={typeof entry.disabledReason === 'string'}
      onAction={entry.onAction}
      shouldCloseOnSelect
    >
      {entry.choice === undefined ? entry.icon : null}
      {entry.choice?.isChosen === true ? <Check className="icon" aria-hidden="true" /> : null}
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
  );
}

/** Choices that stand beside each other; what is chosen is told, not only drawn. */
function Choices({ of, entries }: { of: 'one' | 'any'; entries: readonly MenuAction[] }): ReactNode {
  return (
    <MenuSection
      selectionMode={of === 'one' ? 'single' : 'multiple'}
      selectedKeys={entries.filter(({ choice }) => choice?.isChosen === true).map(({ id }) => id)}
      disallowEmptySelection={of === 'one'}
    >
      {entries.map((entry) => (
        <Item key={entry.id} entry={entry} />
      ))}
    </MenuSection>
  );
}

function Items({ label, entries }: { label: string; entries: readonly MenuEntry[] }): ReactNode {
  const hasMarks = entries.some(
    (entry) => !isRule(entry) && (entry.icon !== undefined || entry.choice !== undefined),
  );
  return (
    <AriaMenu className={`menu ${hasMarks ? '' : 'menu-words'}`} aria-label={label}>
      {menuParts(entries).map((part) => {
        if ('rule' in part) return <Separator key={part.rule} className="menu-rule" />;
        if ('of' in part)
          return <Choices key={`choice ${part.entries[0]?.id}`} of={part.of} entries={part.entries} />;
        return <Item key={part.id} entry={part} />;
      })}
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
