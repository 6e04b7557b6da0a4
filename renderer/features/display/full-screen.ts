import { settingsStore } from '../../stores/settings.ts';
import { codeOf } from '../../ui/key-combination.ts';
import { displayStore } from './display-store.ts';
import { keyCodes } from './scan-codes.ts';

/** Keyboard Lock (WICG): in full screen the browser then passes on Alt+Tab, Escape and the like. Chromium only. */
interface KeyboardLock {
  lock?(codes?: readonly string[]): Promise<void>;
  unlock?(): void;
}

function keyboard(): KeyboardLock | undefined {
  return (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard;
}

/** Keys can only be locked one by one: one that is part of what stays with the host is left to the browser. */
function lockedCodes(): readonly string[] {
  const left = new Set(settingsStore.getState().hostKeys.map(codeOf));
  return keyCodes.filter((code) => !left.has(code));
}

function followDocument(): void {
  if (document.fullscreenElement !== null) return;
  document.removeEventListener('fullscreenchange', followDocument);
  keyboard()?.unlock?.();
  displayStore.setState({ isFullScreen: false });
}

/**
 * The display over the whole screen. It is the page that goes full screen and the display that covers the page, so that
 * menus and messages still show. Must be called from a click or a key. Where the browser refuses, the display still
 * covers the window.
 */
export async function enterFullScreen(): Promise<void> {
  displayStore.setState({ isFullScreen: true });
  try {
    await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
  } catch (refused) {
    console.debug('full screen was refused; the display covers the window', refused);
    return;
  }
  if (!displayStore.getState().isFullScreen) {
    // It was taken back before the browser granted it.
    await document.exitFullscreen();
    return;
  }
  document.addEventListener('fullscreenchange', followDocument);
  // Refused in places (an unfocused window); then those keys just stay with the browser.
  await keyboard()
    ?.lock?.(lockedCodes())
    .catch((refused: unknown) => console.debug('keyboard lock was refused', refused));
}

export async function leaveFullScreen(): Promise<void> {
  displayStore.setState({ isFullScreen: false });
  if (document.fullscreenElement !== null) await document.exitFullscreen();
}

export async function toggleFullScreen(): Promise<void> {
  await (displayStore.getState().isFullScreen ? leaveFullScreen() : enterFullScreen());
}
