import { create } from 'zustand';
import type { ScaleMode } from './scaling.ts';

const KEY = 'innkeeper.display.scale';

interface DisplayState {
  readonly mode: ScaleMode;
  /** The display covers the whole screen. */
  readonly isFullScreen: boolean;
}

function storedMode(): ScaleMode {
  return globalThis.localStorage?.getItem(KEY) === 'actual' ? 'actual' : 'fit';
}

export const displayStore = create<DisplayState>()(() => ({ mode: storedMode(), isFullScreen: false }));

export function setScaleMode(mode: ScaleMode): void {
  localStorage.setItem(KEY, mode);
  displayStore.setState({ mode });
}
