import { Maximize, Minimize } from 'lucide-react';
import type { ReactNode, Ref } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { BarButton } from './bar-button.tsx';
import { DisplayKeys } from './display-keys.tsx';
import { DisplayScreenshot } from './display-screenshot.tsx';
import { setScaleMode } from './display-store.ts';
import { toggleFullScreen } from './full-screen.ts';
import { type ScaleMode, scaleModes } from './scaling.ts';
import { words } from './words.ts';
import './display-bar.css';

export interface DisplayBarProps {
  readonly ref: Ref<HTMLDivElement>;
  readonly machine: MachineView;
  readonly mode: ScaleMode;
  readonly isFullScreen: boolean;
  /** Keys reach the guest now. */
  readonly isLive: boolean;
  /** False: faded out while the person works in the guest. */
  readonly isShown: boolean;
  /** There is no room for words. */
  readonly isNarrow: boolean;
  /** The person is done here: the guest gets the keyboard again. */
  readonly onDone: () => void;
  /** Something was chosen that asks for nothing more: the guest gets the keyboard if it had it. */
  readonly onChosen: () => void;
  /** The live picture; null where there is none. */
  readonly canvas: () => HTMLCanvasElement | null;
  /** More of the menu of sizes. */
  readonly sizes: readonly MenuEntry[];
  /** More of the bar. */
  readonly clipboard: ReactNode;
  readonly status: ReactNode;
}

/** The chosen size, in the room of the longest, so that the bar stays where it is. */
function SizeName({ mode }: { mode: ScaleMode }): ReactNode {
  return (
    <span className="display-size-name">
      {scaleModes.map((one) => (
        <span key={one} data-chosen={one === mode}>
          {words.sizes[one].short}
        </span>
      ))}
    </span>
  );
}

/** The floating bar under the picture. */
export function DisplayBar(props: DisplayBarProps): ReactNode {
  const { machine, mode, isFullScreen, isLive, isShown, isNarrow, onDone, onChosen } = props;
  const { canvas, sizes, clipboard, status } = props;
  const entries: readonly MenuEntry[] = [
    ...scaleModes.map((one) => ({
      id: one,
      label: words.sizes[one].long,
      choice: { of: 'one' as const, isChosen: one === mode },
      onAction: () => setScaleMode(one),
    })),
    ...sizes,
  ];
  return (
    <div
      ref={props.ref}
      className="display-bar"
      role="toolbar"
      aria-label={words.bar(machine.name)}
      data-shown={isShown}
    >
      {isLive ? <DisplayKeys machine={machine} isNarrow={isNarrow} onKeysSent={onDone} /> : null}
      {machine.pid === null ? null : (
        <DisplayScreenshot machine={machine} isNarrow={isNarrow} onChosen={onChosen} canvas={canvas} />
      )}
      <BarButton
        label={isFullScreen ? words.leaveFullScreen : words.fullScreen}
        icon={isFullScreen ? <Minimize className="icon" /> : <Maximize className="icon" />}
        isNarrow={isNarrow}
        onPress={() => void toggleFullScreen()}
      />
      <Menu
        label={words.size}
        placement="top start"
        trigger={
          <Button kind="quiet">
            <SizeName mode={mode} />
          </Button>
        }
        entries={entries.map((entry) =>
          'rule' in entry
            ? entry
            : {
                ...entry,
                onAction: () => {
                  entry.onAction();
                  onChosen();
                },
              },
        )}
      />
      {clipboard}
      {status}
    </div>
  );
}
