import {
  type CSSProperties,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from 'react';
import { type MachineView, stateWords } from '../../../backend/contract/machine.ts';
import { clockTime } from '../../i18n/format.ts';
import { callingEdge, callsBar } from './bar-reach.ts';
import { ClipboardSwitch } from './clipboard-switch.tsx';
import { useDisplayCommands } from './commands.ts';
import { DisplayBar } from './display-bar.tsx';
import { DisplayNotice } from './display-notice.tsx';
import { DisplayStatus } from './display-status.tsx';
import { displayStore } from './display-store.ts';
import { leaveFullScreen } from './full-screen.ts';
import { guestSizeEntries } from './guest-size-entries.tsx';
import { monitorEntries } from './monitor-entries.ts';
import { ScreenshotView } from './screenshot-view.tsx';
import { isBeginning, withoutPicture } from './this-run.ts';
import { useAgentOffer } from './use-agent-offer.ts';
import { useClipboard } from './use-clipboard.ts';
import { useGuestSize } from './use-guest-size.ts';
import { useKeptFocus } from './use-kept-focus.ts';
import { useIsNarrow, usePlacement } from './use-placement.ts';
import { useViewer } from './use-viewer.ts';
import { useWayBack } from './use-way-back.ts';
import { takesKeys, type ViewerState } from './viewer.ts';
import { words } from './words.ts';
import './display.css';

/** Of the display, CSS pixels: the bar with words and some room beside it. */
const BAR_WITH_WORDS = 620;

function stateOf(machine: MachineView, viewer: ViewerState): string {
  if (machine.state !== 'running') return stateWords[machine.state];
  if (viewer.phase === 'live') return words.liveState;
  if (viewer.oldSince !== null) return words.oldState(clockTime(viewer.oldSince));
  return viewer.phase === 'unreachable' ? words.unreachableState : words.waitingState;
}

/** The guest's screen, with its keyboard and pointer. */
export function DisplayTab({ machine }: { machine: MachineView }): ReactNode {
  const section = useRef<HTMLElement | null>(null);
  const area = useRef<HTMLDivElement | null>(null);
  const bar = useRef<HTMLDivElement | null>(null);
  const { mode, follow, isFullScreen } = displayStore();
  const [hasKeys, setHasKeys] = useState(false);
  const [isNearBar, setNearBar] = useState(false);
  const leaveGuest = () => bar.current?.querySelector('button')?.focus();
  const hands = useViewer(machine, leaveGuest);
  const { host, viewer, hold } = hands;
  /** The process whose picture there is. */
  const pictured = useRef<number | null>(null);
  const begins = isBeginning(machine, hands.state, pictured.current);
  const state = begins ? withoutPicture(hands.state) : hands.state;
  const back = useWayBack(bar, host);
  const clipboard = useClipboard(machine, hands);
  useAgentOffer(machine, hands);
  useDisplayCommands(machine, hands, clipboard);
  useGuestSize(area, follow, hands);
  const placement = usePlacement(area, state.size, mode);
  const isLive = state.phase === 'live' && machine.state !== 'paused';
  const isNarrow = useIsNarrow(section, BAR_WITH_WORDS);
  useKeptFocus(section, host, isLive, machine.state === 'paused');
  const isOld = state.phase !== 'live' || machine.state !== 'running';
  const name = words.screenOf(machine.name, stateOf(machine, state));
  // The page's own shortcuts work wherever no application has the focus.
  const isTyped = takesKeys(state) && machine.state !== 'paused';
  const spoken = isTyped
    ? { role: 'application', 'aria-label': name, 'aria-description': words.help }
    : { role: 'img', 'aria-label': name };
  const isWaiting = state.oldSince === null && state.phase !== 'live';
  const takesMovements = state.pointer === 'movements';
  const hint = takesMovements ? words.mouseHold[hold](machine.name) : words.keysGo(machine.name);
  // Who does not know how the mouse gets in would think that it is broken.
  const hintStays = takesMovements && hold !== 'caught';
  const isShot = machine.devices.display.protocol === 'none';

  useEffect(() => {
    if (state.phase === 'live' && machine.pid !== null) pictured.current = machine.pid;
  }, [state.phase, machine.pid]);
  useEffect(() => () => void leaveFullScreen(), []);
  // Whoever covers the screen with the guest wants to work in it, whichever button it was.
  useEffect(() => {
    if (!isFullScreen) return;
    // The bar is somewhere else now, perhaps with another button under the second press of a double click.
    setNearBar(false);
    host.current?.focus({ preventScroll: true });
  }, [isFullScreen, host]);
  // A guest that went off has no use for the whole screen, and its Start button belongs in the window.
  const isUp = machine.pid !== null || machine.state === 'starting';
  useEffect(() => {
    if (!isUp) void leaveFullScreen();
  }, [isUp]);

  const watchBar = ({ clientX, clientY, buttons, type, pointerType }: PointerEvent<HTMLElement>) => {
    const [display, around, picture, shown] = [section, area, host, bar].map(({ current }) =>
      current?.getBoundingClientRect(),
    );
    // A finger comes near nothing before it touches.
    const isTap = type === 'pointerdown' && pointerType === 'touch';
    // What is dragged in the guest may go to its edge.
    if ((buttons !== 0 && !isTap) || !display || !around || !picture || !shown) return;
    const edge = callingEdge(display.bottom, around.bottom, picture.bottom);
    setNearBar((isNear) => callsBar({ x: clientX, y: clientY }, edge, shown, isNear));
  };
  // A press beside the buttons of the bar, or on the black around the picture, takes the keyboard from nobody.
  const keepFocus = (event: MouseEvent<HTMLElement>) => {
    const { target } = event;
    const isBesideButtons =
      target instanceof Element &&
      bar.current?.contains(target) === true &&
      target.closest('button') === null;
    if (isBesideButtons || (isFullScreen && target === area.current)) event.preventDefault();
  };
  const toGuest = () => {
    if (isLive) host.current?.focus({ preventScroll: true });
  };
  // A picture larger than the window is moved by the arrow keys.
  const panned =
    placement?.overflows === true
      ? { tabIndex: 0, role: 'group', 'aria-label': words.panned(machine.name) }
      : {};
  const style: CSSProperties =
    placement === null
      ? {}
      : { width: placement.width, height: placement.height, left: placement.left, top: placement.top };

  return (
    <section
      ref={section}
      className="display"
      aria-label={name}
      data-full-screen={isFullScreen}
      onMouseDown={keepFocus}
      onPointerMove={watchBar}
      onPointerDown={watchBar}
      onPointerLeave={({ pointerType }) => {
        if (pointerType !== 'touch') setNearBar(false);
      }}
    >
      {/* Not the whole display is busy: a screen reader may keep the words of what is busy to itself. */}
      <div
        className="display-area"
        ref={area}
        aria-busy={isWaiting && isUp}
        {...panned}
        data-overflows={placement?.overflows ?? false}
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: its role is one of two */}
        <div
          ref={host}
          className="display-host"
          data-testid="display-canvas-host"
          data-phase={state.phase}
          data-old={isOld}
          data-earlier={begins}
          data-pixelated={placement?.pixelated ?? true}
          tabIndex={isLive ? 0 : -1}
          {...spoken}
          hidden={isShot}
          style={style}
          onFocus={() => setHasKeys(true)}
          onBlur={({ relatedTarget }) => {
            setHasKeys(false);
            back.left(relatedTarget);
          }}
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
        <DisplayNotice
          machine={machine}
          viewer={state}
          isBeginning={begins}
          onReconnect={() => viewer.current?.reconnect()}
        />
      </div>
      {isUp ? (
        <div className="display-bar-place">
          <DisplayBar
            ref={bar}
            machine={machine}
            mode={mode}
            isFullScreen={isFullScreen}
            isLive={isLive}
            isShown={!(hasKeys && isTyped) || isNearBar}
            isNarrow={isNarrow}
            onDone={toGuest}
            onChosen={back.take}
            canvas={() => (state.phase === 'live' ? (viewer.current?.canvas ?? null) : null)}
            sizes={
              isLive
                ? [
                    ...monitorEntries(state.monitors, (one) => viewer.current?.showMonitor(one)),
                    ...guestSizeEntries(state, follow, window.devicePixelRatio),
                  ]
                : []
            }
            clipboard={isLive ? <ClipboardSwitch clipboard={clipboard} isNarrow={isNarrow} /> : null}
            status={
              isLive ? (
                <DisplayStatus
                  name={machine.name}
                  isNarrow={isNarrow}
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
