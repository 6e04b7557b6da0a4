import { type CSSProperties, type PointerEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type MachineView, stateWords } from '../../../backend/contract/machine.ts';
import { clockTime } from '../../i18n/format.ts';
import { ClipboardSwitch } from './clipboard-switch.tsx';
import { useDisplayCommands } from './commands.ts';
import { DisplayBar } from './display-bar.tsx';
import { DisplayNotice } from './display-notice.tsx';
import { DisplayStatus } from './display-status.tsx';
import { displayStore } from './display-store.ts';
import { leaveFullScreen } from './full-screen.ts';
import { guestSizeEntries } from './guest-size-entries.tsx';
import { ScreenshotView } from './screenshot-view.tsx';
import { useAgentOffer } from './use-agent-offer.ts';
import { useClipboard } from './use-clipboard.ts';
import { useGuestSize } from './use-guest-size.ts';
import { usePlacement } from './use-placement.ts';
import { useViewer } from './use-viewer.ts';
import { takesKeys, type ViewerState } from './viewer.ts';
import { words } from './words.ts';
import './display.css';

/** While the guest has the keyboard, the bar shows when the pointer comes this near to the bottom, CSS pixels. */
const BAR_REACH = 88;

function stateOf(machine: MachineView, viewer: ViewerState): string {
  if (machine.state !== 'running') return stateWords[machine.state];
  if (viewer.phase === 'live') return words.liveState;
  if (viewer.oldSince !== null) return words.oldState(clockTime(viewer.oldSince));
  return viewer.phase === 'unreachable' ? words.unreachableState : words.waitingState;
}

/** The guest's screen, with its keyboard and pointer. */
export function DisplayTab({ machine }: { machine: MachineView }): ReactNode {
  const area = useRef<HTMLDivElement | null>(null);
  const bar = useRef<HTMLDivElement | null>(null);
  const { mode, follow, isFullScreen } = displayStore();
  const [hasKeys, setHasKeys] = useState(false);
  const [isNearBar, setNearBar] = useState(false);
  const leaveGuest = () => bar.current?.querySelector('button')?.focus();
  const hands = useViewer(machine, leaveGuest);
  const { host, viewer, state, hold } = hands;
  const clipboard = useClipboard(machine, hands);
  useAgentOffer(machine, hands);
  useDisplayCommands(machine, hands, clipboard);
  useGuestSize(area, follow, hands);
  const placement = usePlacement(area, state.size, mode);
  const isLive = state.phase === 'live' && machine.state !== 'paused';
  const isOld = state.phase !== 'live' || machine.state !== 'running';
  const name = words.screenOf(machine.name, stateOf(machine, state));
  // The page's own shortcuts work wherever no application has the focus.
  const spoken = takesKeys(state)
    ? { role: 'application', 'aria-label': name, 'aria-description': words.help }
    : { role: 'img', 'aria-label': name };
  const isWaiting = state.oldSince === null && state.phase !== 'live';
  const takesMovements = state.pointer === 'movements';
  const hint = takesMovements ? words.mouseHold[hold](machine.name) : words.keysGo(machine.name);
  // Who does not know how the mouse gets in would think that it is broken.
  const hintStays = takesMovements && hold !== 'caught';
  const isShot = machine.devices.display.protocol === 'none';

  useEffect(() => () => void leaveFullScreen(), []);
  // Whoever covers the screen with the guest wants to work in it, whichever button it was.
  useEffect(() => {
    if (isFullScreen) host.current?.focus({ preventScroll: true });
  }, [isFullScreen, host]);
  // A guest that went off has no use for the whole screen, and its Start button belongs in the window.
  const isUp = machine.pid !== null || machine.state === 'starting';
  useEffect(() => {
    if (!isUp) void leaveFullScreen();
  }, [isUp]);

  const watchBar = (event: PointerEvent<HTMLElement>) => {
    const { bottom } = event.currentTarget.getBoundingClientRect();
    setNearBar(bottom - event.clientY < BAR_REACH);
  };
  const style: CSSProperties =
    placement === null
      ? {}
      : { width: placement.width, height: placement.height, left: placement.left, top: placement.top };

  return (
    <section
      className="display"
      aria-label={name}
      data-full-screen={isFullScreen}
      onPointerMove={watchBar}
      onPointerLeave={() => setNearBar(false)}
    >
      {/* Not the whole display is busy: a screen reader may keep the words of what is busy to itself. */}
      <div
        className="display-area"
        ref={area}
        aria-busy={isWaiting && isUp}
        data-overflows={placement?.overflows ?? false}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: its role is one of two */}
        <div
          ref={host}
          className="display-host"
          data-testid="display-canvas-host"
          data-phase={state.phase}
          data-old={isOld}
          data-pixelated={placement?.pixelated ?? true}
          tabIndex={isLive ? 0 : -1}
          {...spoken}
          hidden={isShot}
          style={style}
          onFocus={() => setHasKeys(true)}
          onBlur={() => setHasKeys(false)}
        />
        {isWaiting && isUp && !isShot ? <div className="display-shape skeleton" aria-hidden="true" /> : null}
      </div>
      {isShot ? <ScreenshotView machine={machine} /> : null}
      {hasKeys && isLive ? (
        <p key={hint} className="display-chip display-hint" role="status" data-stays={hintStays}>
          {hint}
        </p>
      ) : null}
      <div className="display-over" role="status">
        <DisplayNotice machine={machine} viewer={state} onReconnect={() => viewer.current?.reconnect()} />
      </div>
      {isUp ? (
        <div ref={bar} className="display-bar-place">
          <DisplayBar
            machine={machine}
            mode={mode}
            isFullScreen={isFullScreen}
            isLive={isLive}
            isShown={!hasKeys || isNearBar}
            onDone={() => {
              if (isLive) host.current?.focus({ preventScroll: true });
            }}
            canvas={() => (state.phase === 'live' ? (viewer.current?.canvas ?? null) : null)}
            sizes={isLive ? guestSizeEntries(state.agent, follow, window.devicePixelRatio) : []}
            clipboard={isLive ? <ClipboardSwitch clipboard={clipboard} /> : null}
            status={
              isLive ? (
                <DisplayStatus
                  name={machine.name}
                  viewer={viewer}
                  state={state}
                  scale={placement?.scale ?? null}
                />
              ) : null
            }
          />
        </div>
      ) : null}
    </section>
  );
}
