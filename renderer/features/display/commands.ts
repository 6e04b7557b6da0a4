import { useEffect, useRef } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { type OfferedCommand, offerCommands } from '../../stores/commands.ts';
import { showFault } from '../../ui/toast.tsx';
import type { AgentState } from './agent-state.ts';
import { combinations } from './display-keys.tsx';
import { copyPicture, screenshotOf, takePicture } from './display-screenshot.tsx';
import { displayStore, setScaleMode } from './display-store.ts';
import { leaveFullScreen } from './full-screen.ts';
import type { FollowMode } from './guest-size.ts';
import { guestSizeChoices } from './guest-size-entries.tsx';
import { monitorChoices } from './monitor-entries.ts';
import type { MonitorChoice, Monitors } from './monitors.ts';
import { type ScaleMode, scaleModes } from './scaling.ts';
import type { ClipboardView } from './use-clipboard.ts';
import type { Hands } from './use-viewer.ts';
import { words } from './words.ts';

const names = words.commands;

/** The display as it stands, and what it is told. */
export interface DisplayNow {
  /** There is a screen to show. */
  readonly isUp: boolean;
  /** Keys reach the guest. */
  readonly isLive: boolean;
  readonly isFullScreen: boolean;
  readonly mode: ScaleMode;
  readonly follow: FollowMode;
  readonly agent: AgentState;
  readonly monitors: Monitors;
  /** The display's pixels per CSS pixel. */
  readonly ratio: number;
  readonly clipboard: Pick<ClipboardView, 'isAllowed' | 'problem' | 'allow'>;
  leaveFullScreen(): void;
  copyPicture(): void;
  showMonitor(choice: MonitorChoice): void;
  send(keys: readonly string[]): void;
}

/** What the bar does, by name. Full screen, saving a screenshot and Ctrl+Alt+Del every page of the machine has. */
export function displayCommands(now: DisplayNow): OfferedCommand[] {
  if (!now.isUp) return [];
  const { clipboard } = now;
  const commands: OfferedCommand[] = scaleModes.map((mode) => ({
    id: mode,
    label: words.sizes[mode].long,
    also: names.sizeWords,
    note: mode === now.mode ? names.chosen : undefined,
    run: () => setScaleMode(mode),
  }));
  if (now.isFullScreen)
    commands.unshift({
      id: 'leave-full-screen',
      label: words.leaveFullScreen,
      also: names.fullScreenWords,
      run: now.leaveFullScreen,
    });
  if (now.isLive) {
    for (const choice of monitorChoices(now.monitors, now.showMonitor))
      commands.push({
        id: choice.id,
        label: choice.label,
        also: names.monitorWords,
        note: choice.choice?.isChosen === true ? names.chosen : undefined,
        run: choice.onAction,
      });
    for (const choice of guestSizeChoices(now, now.follow, now.ratio))
      commands.push({
        id: choice.id,
        label: choice.label,
        also: names.followWords,
        note: choice.choice?.isChosen === true ? names.on : names.off,
        disabledReason: choice.disabledReason,
        run: choice.onAction,
      });
    commands.push({
      id: 'clipboard',
      label: names.shareClipboard,
      also: names.clipboardWords,
      note: clipboard.isAllowed && clipboard.problem === null ? names.on : names.off,
      disabledReason: clipboard.problem,
      run: () => clipboard.allow(!clipboard.isAllowed),
    });
  }
  commands.push({
    id: 'copy-picture',
    label: names.copyPicture,
    also: names.pictureWords,
    run: now.copyPicture,
  });
  if (now.isLive)
    for (const one of combinations)
      if (one !== 'rule' && one.label !== 'Ctrl+Alt+Del')
        commands.push({
          id: one.label,
          label: names.send(one.label),
          also: names.keyWords,
          run: () => now.send(one.keys),
        });
  return commands;
}

/** Lets Ctrl+K find what the display does while it is open. */
export function useDisplayCommands(
  machine: MachineView,
  { state, viewer }: Hands,
  clipboard: ClipboardView,
): void {
  const bridge = useBridge();
  const { id } = machine;
  const offered = useRef<() => readonly OfferedCommand[]>(() => []);
  offered.current = () =>
    displayCommands({
      ...displayStore.getState(),
      isUp: machine.pid !== null,
      isLive: state.phase === 'live' && machine.state !== 'paused',
      agent: state.agent,
      monitors: state.monitors,
      ratio: window.devicePixelRatio,
      clipboard,
      leaveFullScreen: () => void leaveFullScreen(),
      copyPicture: () => {
        const shown = state.phase === 'live' ? (viewer.current?.canvas ?? null) : null;
        copyPicture(takePicture(bridge, id, shown), screenshotOf(id)).catch((thrown: unknown) =>
          showFault(Fault.from(thrown), screenshotOf(id)),
        );
      },
      showMonitor: (choice) => viewer.current?.showMonitor(choice),
      send: (keys) => {
        bridge
          .request('machine.keys', { machine: id, keys: [...keys] })
          .catch((thrown: unknown) => showFault(Fault.from(thrown), `${id} keys`));
      },
    });
  useEffect(() => offerCommands(id, () => offered.current()), [id]);
}
