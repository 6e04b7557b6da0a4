import { type RefObject, useEffect, useRef, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { useIsLive } from '../../stores/connection.ts';
import { useViewerKind } from '../../stores/settings.ts';
import { clients } from './clients.ts';
import { attachKeyboard } from './keyboard.ts';
import { attachPointer } from './pointer.ts';
import { NOTHING_SHOWN, Viewer, type ViewerState } from './viewer.ts';

/** States in which QEMU is there and its SPICE socket answers. */
const SHOWN: ReadonlySet<MachineView['state']> = new Set([
  'running',
  'paused',
  'suspended',
  'stopping',
  'saving',
]);

interface Hands {
  readonly host: RefObject<HTMLDivElement | null>;
  readonly viewer: RefObject<Viewer | null>;
  readonly state: ViewerState;
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
  const [state, setState] = useState<ViewerState>(NOTHING_SHOWN);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const hands = new AbortController();
    const opened = new Viewer(
      element,
      clients[kind],
      () => bridge.openStream({ kind: 'spice', machine: machine.id }),
      setState,
    );
    viewer.current = opened;
    attachKeyboard(
      element,
      () => opened.session,
      () => {
        document.exitPointerLock();
        leave.current();
      },
      hands.signal,
    );
    attachPointer(
      element,
      () => opened.canvas,
      () => opened.session,
      hands.signal,
    );
    return () => {
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
  return { host, viewer, state };
}
