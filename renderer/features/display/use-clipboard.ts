import { useEffect, useState } from 'react';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { showFault } from '../../ui/toast.tsx';
import { ClipboardLink } from './clipboard-link.ts';
import { allowClipboard, useClipboardAllowed } from './clipboard-store.ts';
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
export function useClipboard(
  machine: MachineView,
  { host, viewer, state, onClipboard }: Hands,
): ClipboardView {
  const isAllowed = useClipboardAllowed(machine.id);
  const [crossed, setCrossed] = useState<{ readonly way: 'toGuest' | 'fromGuest' } | null>(null);
  const { agent } = state;
  const problem = typeof agent === 'string' ? words.agent[agent] : agent.clipboard ? null : words.noClipboard;
  const isOn = isAllowed && problem === null;

  useEffect(() => {
    const element = host.current;
    const session = viewer.current?.session?.agent;
    if (!isOn || element === null || session === undefined) return;
    // Not there on pages that the browser does not trust.
    const clipboard = navigator.clipboard as Clipboard | undefined;
    if (clipboard === undefined) {
      showFault(words.clipboardProblems.notRead(machine.name));
      return;
    }
    const stop = new AbortController();
    const link = new ClipboardLink(clipboard, session, () => document.hasFocus(), {
      crossed: (way) => setCrossed({ way }),
      problem: (what) => showFault(words.clipboardProblems[what](machine.name)),
    });
    onClipboard.current = (news) => link.hear(news);
    const sync = () => void link.sync();
    element.addEventListener('keydown', (event) => pastes(event) && sync(), { signal: stop.signal });
    void readsUnasked().then((unasked) => {
      if (!unasked || stop.signal.aborted) return;
      window.addEventListener('focus', sync, { signal: stop.signal });
      element.addEventListener('focus', sync, { signal: stop.signal });
      sync();
    });
    return () => {
      stop.abort();
      onClipboard.current = null;
      link[Symbol.dispose]();
    };
  }, [isOn, machine.name, host, viewer, onClipboard]);

  useEffect(() => {
    if (crossed === null) return;
    const timer = setTimeout(() => setCrossed(null), LIT_MS);
    return () => clearTimeout(timer);
  }, [crossed]);

  return {
    isAllowed,
    problem,
    crossed: crossed?.way ?? null,
    allow: (allows) => allowClipboard(machine.id, allows),
  };
}
