import { type RefObject, useEffect, useRef, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { useIsLive } from '../../stores/connection.ts';
import { attachKeyboard } from './keyboard.ts';
import { attachPointer } from './pointer.ts';
import { Viewer, type ViewerState } from './viewer.ts';

const NOTHING: ViewerState = { phase: 'closed', size: null, oldSince: null, reason: null };

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
  const host = useRef<HTMLDivElement | null>(null);
  const viewer = useRef<Viewer | null>(null);
  const leave = useRef(onLeave);
  leave.current = onLeave;
  const [state, setState] = useState<ViewerState>(NOTHING);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const hands = new AbortController();
    const opened = new Viewer(
      element,
      () => bridge.openStream({ kind: 'spice', machine: machine.id }),
      setState,
    );
    viewer.current = opened;
    attachKeyboard(
      element,
      () => opened.session,
      () => leave.current(),
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
      setState(NOTHING);
    };
  }, [bridge, machine.id]);

  const wanted = isConnected && SHOWN.has(machine.state) && machine.devices.display.protocol === 'spice';
  // biome-ignore lint/correctness/useExhaustiveDependencies: a viewer of another machine has to be told too
  useEffect(() => viewer.current?.want(wanted), [wanted, bridge, machine.id]);
  return { host, viewer, state };
}
