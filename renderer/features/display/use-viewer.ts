import { type RefObject, useEffect, useRef, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { useIsLive } from '../../stores/connection.ts';
import { offerPicture } from '../../stores/live-pictures.ts';
import { staysWithHost, useViewerKind } from '../../stores/settings.ts';
import { clients } from './clients.ts';
import type { ClipboardLink } from './clipboard-link.ts';
import { attachKeyboard } from './keyboard.ts';
import { attachPointer, type PointerHold } from './pointer.ts';
import { NOTHING_SHOWN, type Remembered, Viewer, type ViewerState } from './viewer.ts';

/** States in which QEMU is there and its SPICE socket answers. */
const SHOWN: ReadonlySet<MachineView['state']> = new Set([
  'running',
  'paused',
  'suspended',
  'stopping',
  'saving',
]);

export interface Hands {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly viewer: RefObject<Viewer | null>;
  readonly state: ViewerState;
  readonly hold: PointerHold;
  /** Hears of the guest's clipboard while the person shares it. */
  readonly clipboard: RefObject<ClipboardLink | null>;
}

const remembered = new Map<string, Remembered>();

function rememberedOf(machine: string): Remembered {
  const known = remembered.get(machine) ?? { monitor: null };
  remembered.set(machine, known);
  return known;
}

/** A viewer of the machine's screen in the element of `host`, with its keyboard and pointer. */
export function useViewer(machine: MachineView, onLeave: () => void): Hands {
  const bridge = useBridge();
  const isConnected = useIsLive();
  const kind = useViewerKind();
  const host = useRef<HTMLDivElement | null>(null);
  const viewer = useRef<Viewer | null>(null);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  /** QEMU drops what a paused guest is sent (ui/input.c, qemu_input_event_send): its keys and clicks are the page's. */
  const isPaused = useRef(false);
  isPaused.current = machine.state === 'paused';
  const clipboard = useRef<ClipboardLink | null>(null);
  const [state, setState] = useState<ViewerState>(NOTHING_SHOWN);
  const [hold, setHold] = useState<PointerHold>('free');

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const hands = new AbortController();
    const target = { kind: 'spice', machine: machine.id, viewer: crypto.randomUUID() } as const;
    const opened = new Viewer(
      element,
      clients[kind],
      { open: () => bridge.openStream(target), way: bridge.streamWay(target) },
      setState,
      (news) => clipboard.current?.hear(news),
      rememberedOf(machine.id),
    );
    viewer.current = opened;
    const off = bridge.on('viewer.taken', (event) => {
      if (event.viewer === target.viewer) opened.taken();
    });
    attachKeyboard(
      element,
      () => (isPaused.current ? null : opened.keys),
      () => {
        document.exitPointerLock();
        leave.current();
      },
      staysWithHost,
      hands.signal,
    );
    attachPointer(
      element,
      () => opened.canvas,
      () => (isPaused.current ? null : opened.session),
      setHold,
      hands.signal,
    );
    return () => {
      off();
      hands.abort();
      opened[Symbol.dispose]();
      element.replaceChildren();
      viewer.current = null;
      setState(NOTHING_SHOWN);
    };
  }, [bridge, machine.id, kind]);

  const wanted = isConnected && SHOWN.has(machine.state) && machine.devices.display.protocol === 'spice';
  // biome-ignore lint/correctness/useExhaustiveDependencies: another viewer has to be told too
  useEffect(() => viewer.current?.want(wanted), [wanted, bridge, machine.id, kind]);

  const isLive = state.phase === 'live';
  useEffect(() => {
    if (!isLive) return;
    return offerPicture(machine.id, () => viewer.current?.canvas ?? null);
  }, [isLive, machine.id]);
  // Nobody keeps the person's mouse who has no use for it: a guest with a tablet again, a screen that is gone.
  const takesMovements = isLive && state.pointer === 'movements';
  useEffect(() => {
    if (takesMovements) return;
    setHold('free');
    if (document.pointerLockElement !== null && document.pointerLockElement === host.current)
      document.exitPointerLock();
  }, [takesMovements]);
  return { host, viewer, state, hold, clipboard };
}
