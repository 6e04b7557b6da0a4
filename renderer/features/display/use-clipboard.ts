import { useEffect, useRef, useState } from 'react';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { useBridge } from '../../bridge/bridge.ts';
import { showFault } from '../../ui/toast.tsx';
import { ClipboardLink, type HostClipboard } from './clipboard-link.ts';
import type { Hands } from './use-viewer.ts';
import { words } from './words.ts';

/** How long the light stays on, ms. */
const LIT_MS = 3000;

/** Whether this browser lets a page read unasked once it may; others show a button to press each time. */
async function readsUnasked(): Promise<boolean> {
  try {
    await navigator.permissions.query({ name: 'clipboard-read' as PermissionName });
    return true;
  } catch {
    // The permission is unknown to it.
    return false;
  }
}

/** Pages that the browser does not trust have no clipboard; text still crosses for others than the person's. */
const closed: HostClipboard = {
  readText: () => Promise.reject(new Error('the browser gives this page no clipboard')),
  writeText: () => Promise.reject(new Error('the browser gives this page no clipboard')),
};

function pastes({ code, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  return (code === 'KeyV' && (ctrlKey || metaKey)) || (code === 'Insert' && shiftKey);
}

export interface ClipboardView {
  readonly isAllowed: boolean;
  /** Why nothing can cross now, whatever the person allows; null when it can. */
  readonly problem: string | null;
  /** What crossed just now. */
  readonly crossed: 'toGuest' | 'fromGuest' | null;
  allow(allows: boolean): void;
}

/** The person's clipboard and the guest's, kept alike while the person allows it. */
export function useClipboard(machine: MachineView, { host, viewer, state, clipboard }: Hands): ClipboardView {
  const bridge = useBridge();
  const isAllowed = machine.devices.display.clipboardAllowed;
  // A rename must not take the guest's clipboard away and give it anew.
  const name = useRef(machine.name);
  name.current = machine.name;
  const [crossed, setCrossed] = useState<{ readonly way: 'toGuest' | 'fromGuest' } | null>(null);
  const { agent } = state;
  const problem = typeof agent === 'string' ? words.agent[agent] : agent.clipboard ? null : words.noClipboard;
  const isOn = isAllowed && problem === null;

  useEffect(() => {
    const element = host.current;
    const session = viewer.current?.session?.agent;
    if (!isOn || element === null || session === undefined) return;
    const own = (navigator.clipboard as Clipboard | undefined) ?? closed;
    const stop = new AbortController();
    const link = new ClipboardLink(own, session, () => document.hasFocus(), {
      crossed: (way) => setCrossed({ way }),
      problem: (what) => showFault(words.clipboardProblems[what](name.current), `${machine.id} clipboard`),
    });
    clipboard.current = link;
    const sync = () => void link.sync('came');
    element.addEventListener('keydown', (event) => pastes(event) && void link.sync('pastes'), {
      signal: stop.signal,
    });
    void readsUnasked().then((unasked) => {
      if (!unasked || stop.signal.aborted) return;
      window.addEventListener('focus', sync, { signal: stop.signal });
      element.addEventListener('focus', sync, { signal: stop.signal });
      sync();
    });
    return () => {
      stop.abort();
      clipboard.current = null;
      link[Symbol.dispose]();
    };
  }, [isOn, machine.id, host, viewer, clipboard]);

  useEffect(() => {
    if (crossed === null) return;
    const timer = setTimeout(() => setCrossed(null), LIT_MS);
    return () => clearTimeout(timer);
  }, [crossed]);

  return {
    isAllowed,
    problem,
    crossed: crossed?.way ?? null,
    allow: (allowed) => {
      bridge
        .request('clipboard.allow', { machine: machine.id, allowed })
        .catch((thrown: unknown) => showFault(Fault.from(thrown), `${machine.id} clipboard`));
    },
  };
}
