import { LeaveChord } from '../../ui/leave-chord.ts';
import { pressedKey } from './made-keys.ts';
import { PAUSE_SEQUENCE, scanCodeOf } from './scan-codes.ts';

export interface KeySink {
  keyDown(scanCode: readonly number[]): void;
  keyUp(scanCode: readonly number[]): void;
  /** Makes the guest's lock keys those of the person's keyboard; not there where the client cannot. */
  setLocks?(locks: Locks): void;
}

export interface Locks {
  readonly scroll: boolean;
  readonly num: boolean;
  readonly caps: boolean;
}

/** Their own key-down may carry the state before or after it, by platform; and the guest switches by itself. */
const LOCK_KEYS: ReadonlySet<string> = new Set(['CapsLock', 'NumLock', 'ScrollLock']);
const SHIFT: readonly number[] = scanCodeOf('ShiftLeft') ?? [];

/**
 * Sends the keys of a focused element to a guest, by their place on the keyboard. Nothing the person types there reaches
 * the page or (as far as it allows) the browser, but for what stays with the host. Every held key is let go when focus leaves.
 */
export function attachKeyboard(
  element: HTMLElement,
  sink: () => KeySink | null,
  onLeave: () => void,
  staysWithHost: (event: KeyboardEvent) => boolean,
  signal: AbortSignal,
): void {
  const held = new Map<string, readonly number[]>();
  /** Pressed, and not the guest's. */
  const hosts = new Set<string>();
  const chord = new LeaveChord();
  // They may have been switched while another window had the keyboard; keyboards tell with the first key.
  let locksKnown = false;
  const syncLocks = (event: KeyboardEvent, target: KeySink) => {
    if (locksKnown) return;
    locksKnown = true;
    if (!event.isTrusted || LOCK_KEYS.has(event.code)) return;
    target.setLocks?.({
      scroll: event.getModifierState('ScrollLock'),
      num: event.getModifierState('NumLock'),
      caps: event.getModifierState('CapsLock'),
    });
  };

  const releaseAll = () => {
    for (const scanCode of held.values()) sink()?.keyUp(scanCode);
    held.clear();
    hosts.clear();
    locksKnown = false;
    chord.reset();
  };

  element.addEventListener(
    'keydown',
    (event) => {
      if (event.target !== element) return;
      if (staysWithHost(event)) {
        hosts.add(event.code);
        chord.key(event.code, true);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      const target = sink();
      if (target === null) return;
      chord.key(event.code, true);
      syncLocks(event, target);
      if (event.code === 'Pause') {
        if (!event.repeat) for (const part of PAUSE_SEQUENCE) target.keyDown(part);
        return;
      }
      const { code, needsShift } = pressedKey(event);
      const scanCode = scanCodeOf(code);
      if (scanCode === null) return;
      held.set(event.code, scanCode);
      if (needsShift) target.keyDown(SHIFT);
      target.keyDown(scanCode);
      if (needsShift) target.keyUp(SHIFT);
    },
    { signal },
  );
  element.addEventListener(
    'keyup',
    (event) => {
      if (event.target !== element) return;
      if (hosts.delete(event.code)) {
        chord.key(event.code, false);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      const leave = chord.key(event.code, false);
      const scanCode = held.get(event.code);
      if (scanCode !== undefined) {
        held.delete(event.code);
        sink()?.keyUp(scanCode);
      }
      if (leave) onLeave();
    },
    { signal },
  );
  element.addEventListener('blur', releaseAll, { signal });
  // Alt+Tab away: some window managers swallow the key-up without a blur of the element.
  window.addEventListener('blur', releaseAll, { signal });
  signal.addEventListener('abort', releaseAll, { once: true });
}
