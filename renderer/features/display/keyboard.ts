import { LeaveChord } from '../../ui/leave-chord.ts';
import { pressedKey } from './made-keys.ts';
import { PAUSE_SEQUENCE, scanCodeOf } from './scan-codes.ts';

export interface KeySink {
  keyDown(scanCode: readonly number[]): void;
  keyUp(scanCode: readonly number[]): void;
}

const SHIFT: readonly number[] = scanCodeOf('ShiftLeft') ?? [];

/**
 * Sends the keys of a focused element to a guest, by their place on the keyboard. Nothing the person types there reaches
 * the page or (as far as it allows) the browser. Every held key is let go when focus leaves.
 */
export function attachKeyboard(
  element: HTMLElement,
  sink: () => KeySink | null,
  onLeave: () => void,
  signal: AbortSignal,
): void {
  const held = new Map<string, readonly number[]>();
  const chord = new LeaveChord();

  const releaseAll = () => {
    for (const scanCode of held.values()) sink()?.keyUp(scanCode);
    held.clear();
    chord.reset();
  };

  element.addEventListener(
    'keydown',
    (event) => {
      if (event.target !== element) return;
      event.preventDefault();
      event.stopPropagation();
      const target = sink();
      if (target === null) return;
      chord.key(event.code, true);
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
