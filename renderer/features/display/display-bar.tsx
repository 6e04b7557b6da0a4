import type { ReactNode } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { Button } from '../../ui/button.tsx';
import { Menu, type MenuEntry } from '../../ui/menu.tsx';
import { DisplayKeys } from './display-keys.tsx';
import { DisplayScreenshot } from './display-screenshot.tsx';
import { setScaleMode } from './display-store.ts';
import { toggleFullScreen } from './full-screen.ts';
import { type ScaleMode, scaleModes } from './scaling.ts';
import { words } from './words.ts';

export interface DisplayBarProps {
  readonly machine: MachineView;
  readonly mode: ScaleMode;
  readonly isFullScreen: boolean;
  /** Keys reach the guest now. */
  readonly isLive: boolean;
  /** False: faded out while the person works in the guest. */
  readonly isShown: boolean;
  /** The person is done here: the guest gets the keyboard again. */
  readonly onDone: () => void;
  /** The live picture; null where there is none. */
  readonly canvas: () => HTMLCanvasElement | null;
  /** More of the menu of sizes. */
  readonly sizes: readonly MenuEntry[];
  /** More of the bar. */
  readonly clipboard: ReactNode;
  readonly status: ReactNode;
}

/** The floating bar under the picture. */
export function DisplayBar(props: DisplayBarProps): ReactNode {
  const { machine, mode, isFullScreen, isLive, isShown, onDone, canvas, sizes, clipboard, status } = props;
  return (
    <div className="display-bar" role="toolbar" aria-label={words.bar(machine.name)} data-shown={isShown}>
      {isLive ? <DisplayKeys machine={machine} onKeysSent={onDone} /> : null}
      {machine.pid === null ? null : <DisplayScreenshot machine={machine} canvas={canvas} />}
      <Button kind="quiet" onPress={() => void toggleFullScreen()}>
        {isFullScreen ? words.leaveFullScreen : words.fullScreen}
      </Button>
      <Menu
        label={words.size}
        placement="top start"
        trigger={<Button kind="quiet">{words.sizes[mode].short}</Button>}
        entries={[
          ...scaleModes.map((one) => ({
            id: one,
            label: words.sizes[one].long,
            choice: { of: 'one' as const, isChosen: one === mode },
            onAction: () => setScaleMode(one),
          })),
          ...sizes,
        ]}
      />
      {clipboard}
      {status}
    </div>
  );
}
