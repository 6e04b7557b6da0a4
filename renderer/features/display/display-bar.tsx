import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { showFault } from '../../ui/toast.tsx';
import { setScaleMode } from './display-store.ts';
import { toggleFullScreen } from './full-screen.ts';
import { type ScaleMode, scaleModes } from './scaling.ts';
import { words } from './words.ts';

interface KeyCombination {
  readonly label: string;
  /** QEMU's QKeyCode names. */
  readonly keys: readonly string[];
}

/** What a browser or a desktop keeps for itself, so that it cannot simply be typed. */
const combinations: readonly (KeyCombination | 'rule')[] = [
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

export interface DisplayBarProps {
  readonly machine: MachineView;
  readonly mode: ScaleMode;
  readonly isFullScreen: boolean;
  /** Keys reach the guest now. */
  readonly isLive: boolean;
  /** False: faded out while the person works in the guest. */
  readonly isShown: boolean;
  readonly onKeysSent: () => void;
  /** More of the bar. */
  readonly status: ReactNode;
}

/** The floating bar under the picture. */
export function DisplayBar(props: DisplayBarProps): ReactNode {
  const { machine, mode, isFullScreen, isLive, isShown, onKeysSent, status } = props;
  const bridge = useBridge();
  const send = ({ keys }: KeyCombination) => {
    bridge
      .request('machine.keys', { machine: machine.id, keys: [...keys] })
      .then(onKeysSent, (thrown: unknown) => showFault(Fault.from(thrown)));
  };
  const entries = combinations.map((one, index): MenuEntry => {
    if (one === 'rule') return { rule: `rule-${index}` };
    return { id: one.label, label: one.label, onAction: () => send(one) };
  });
  return (
    <div className="display-bar" role="toolbar" aria-label={words.sendKeys} data-shown={isShown}>
      {isLive ? (
        <Menu
          label={words.sendKeys}
          placement="top start"
          trigger={<Button kind="quiet">{words.keys}</Button>}
          entries={entries}
        />
      ) : null}
      <Button kind="quiet" onPress={() => void toggleFullScreen()}>
        {isFullScreen ? words.leaveFullScreen : words.fullScreen}
      </Button>
      <Menu
        label={words.size}
        placement="top start"
        trigger={<Button kind="quiet">{words.sizes[mode].short}</Button>}
        entries={scaleModes.map((one) => ({
          id: one,
          label: words.sizes[one].long,
          icon: <Check size={16} className={one === mode ? 'menu-check' : 'menu-check menu-check-off'} />,
          onAction: () => setScaleMode(one),
        }))}
      />
      {status}
    </div>
  );
}
