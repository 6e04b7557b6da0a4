import { Keyboard } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { ConfirmPopover } from '../../ui/confirm-popover.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { dropToasts, showFault, showToast } from '../../ui/toast.tsx';
import { BarButton } from './bar-button.tsx';
import { enterCount, MANY_CHARACTERS, readClipboardText } from './clipboard-text.ts';
import { words } from './words.ts';

interface KeyCombination {
  readonly label: string;
  /** QEMU's QKeyCode names. */
  readonly keys: readonly string[];
}

/** What a browser or a desktop keeps for itself, so that it cannot simply be typed. */
export const combinations: readonly (KeyCombination | 'rule')[] = [
  { label: 'Ctrl+Alt+Del', keys: ['ctrl', 'alt', 'delete'] },
  { label: 'Ctrl+Alt+Backspace', keys: ['ctrl', 'alt', 'backspace'] },
  'rule',
  ...Array.from({ length: 7 }, (_, index) => ({
    label: `Ctrl+Alt+F${index + 1}`,
    keys: ['ctrl', 'alt', `f${index + 1}`],
  })),
  'rule',
  { label: 'Alt+Tab', keys: ['alt', 'tab'] },
  { label: 'Super', keys: ['meta_l'] },
  { label: 'Print Screen', keys: ['print'] },
];

interface DisplayKeysProps {
  readonly machine: MachineView;
  readonly isNarrow: boolean;
  readonly onKeysSent: () => void;
}

/** The menu of what the guest's keyboard can be made to do. */
export function DisplayKeys({ machine, isNarrow, onKeysSent }: DisplayKeysProps): ReactNode {
  const bridge = useBridge();
  const anchor = useRef<HTMLButtonElement | null>(null);
  /** Would press Enter, and waits for a yes. */
  const [asked, setAsked] = useState<string | null>(null);
  const about = `${machine.id} keys`;
  const fail = (thrown: unknown) => showFault(Fault.from(thrown), about);

  const send = ({ keys }: KeyCombination) => {
    bridge.request('machine.keys', { machine: machine.id, keys: [...keys] }).then(onKeysSent, fail);
  };
  const type = (text: string) => {
    if (text.length >= MANY_CHARACTERS) showToast({ text: words.typing(text.length), about });
    bridge.request('machine.type', { machine: machine.id, text }).catch((thrown: unknown) => {
      if (Fault.from(thrown).code !== 'cancelled') fail(thrown);
    });
  };
  const typeClipboard = async () => {
    dropToasts(about);
    const text = await readClipboardText();
    // Before it is asked: a popover that closes gives the focus back to where it was.
    onKeysSent();
    if (enterCount(text) === 0) type(text);
    else setAsked(text);
  };

  const entries: MenuEntry[] = [
    {
      id: 'type',
      label: words.typeClipboard,
      onAction: () => void typeClipboard().catch(fail),
    },
    { rule: 'rule' },
    ...combinations.map(
      (one, index): MenuEntry =>
        one === 'rule'
          ? { rule: `rule-${index}` }
          : { id: one.label, label: one.label, onAction: () => send(one) },
    ),
  ];
  return (
    <>
      <Menu
        label={words.sendKeys}
        placement="top start"
        trigger={
          <BarButton
            label={words.keys}
            icon={<Keyboard className="icon" />}
            isNarrow={isNarrow}
            ref={anchor}
          />
        }
        entries={entries}
      />
      <ConfirmPopover
        anchor={anchor}
        placement="top start"
        kind="primary"
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={words.typeTitle(enterCount(asked ?? ''))}
        confirm={words.type}
        onConfirm={() => {
          if (asked !== null) type(asked);
        }}
      >
        {words.typeText}
      </ConfirmPopover>
    </>
  );
}
