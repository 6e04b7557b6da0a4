import { LeaveChord } from '../../ui/leave-chord.ts';
import { pressedKey } from './made-keys.ts';
import { PAUSE_SEQUENCE, scanCodeOf } from './scan-codes.ts';

export interface KeySink {
  keyDown(scanCode: readonly number[]): void;
  keyUp(scanCode: readonly number[]): void;
  /** Makes the guest's lock keys those of the person's keyboard; not there where the client cannot. */
  setLocks?(locks: Locks): void;
  /** The number of the guest's screen. One that was reset sets up another, and its lock keys are off again. */
  readonly screen?: number;
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
 * the page or (as far as it allows) the browser, but for what stays with the host and what the guest's keyboard does not
 * have. While there is no sink, all keys are the page's. Every held key is let go when focus leaves.
 */
export function attachKeyboard(
  element: HTMLElement,
  sink: () => KeySink | null,
  onLeave: () => void,
  staysWithHost: (event: KeyboardEvent) => boolean,
  signal: AbortSignal,
): void {
  const held = new Map<string, readonly number[]>();
  /** Let go while nobody took keys, as a paused guest does not: it has them down still. */
  let owed: (readonly number[])[] = [];
  /** Pressed, and not the guest's; their key-up is not either. */
  const hosts = new Set<string>();
  const chord = new LeaveChord();
  // Locks may have been switched while another window had the keyboard; keyboards tell with the first key. Told once for each
  // screen: a guest that switches them by itself has its way.
  let locksKnownTo: { readonly sink: KeySink; readonly screen: number | undefined } | null = null;
  const syncLocks = (event: KeyboardEvent, target: KeySink) => {
    const { screen } = target;
    if (locksKnownTo?.sink === target && locksKnownTo.screen === screen) return;
    if (!event.isTrusted || LOCK_KEYS.has(event.code)) return;
    locksKnownTo = { sink: target, screen };
    target.setLocks?.({
      scroll: event.getModifierState('ScrollLock'),
      num: event.getModifierState('NumLock'),
      caps: event.getModifierState('CapsLock'),
    });
  };

  const letGo = (code: string) => {
    const scanCode = held.get(code);
    if (scanCode === undefined) return;
    held.delete(code);
    const target = sink();
    if (target === null) owed.push(scanCode);
    else target.keyUp(scanCode);
  };
  const payOwed = (target: KeySink | null) => {
    if (target === null) return;
    for (const scanCode of owed) target.keyUp(scanCode);
    owed = [];
  };
  const releaseAll = () => {
    for (const code of [...held.keys()]) letGo(code);
    hosts.clear();
    locksKnownTo = null;
    chord.reset();
  };

  element.addEventListener(
    'keydown',
    (event) => {
      if (event.target !== element) return;
      chord.key(event.code, true);
      // While a key repeats it belongs to whom it went first, whatever else comes down beside it.
      const { code, needsShift } = pressedKey(event);
      const isOwned = event.repeat && (held.has(code) || hosts.has(code));
      const isHosts = isOwned ? hosts.has(code) : staysWithHost(event);
      const target = isHosts ? null : sink();
      const isPause = event.code === 'Pause';
      const scanCode = scanCodeOf(code);
      if (target === null || (scanCode === null && !isPause)) {
        hosts.add(code);
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      payOwed(target);
      syncLocks(event, target);
      if (scanCode === null) {
        if (!event.repeat) for (const part of PAUSE_SEQUENCE) target.keyDown(part);
        return;
      }
      held.set(code, scanCode);
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
      const leave = chord.key(event.code, false);
      const { code } = pressedKey(event);
      letGo(code);
      if (!hosts.delete(code) && sink() !== null) {
        event.preventDefault();
        event.stopPropagation();
      }
      if (leave) onLeave();
    },
    { signal },
  );
  element.addEventListener('focus', () => payOwed(sink()), { signal });
  element.addEventListener('blur', releaseAll, { signal });
  // Alt+Tab away: some window managers swallow the key-up without a blur of the element.
  window.addEventListener('blur', releaseAll, { signal });
  signal.addEventListener('abort', releaseAll, { once: true });
}
