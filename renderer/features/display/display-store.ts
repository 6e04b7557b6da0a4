import { create } from 'zustand';
import { type ScaleMode, scaleModes } from './scaling.ts';

const KEY = 'innkeeper.display.scale';

interface DisplayState {
  readonly mode: ScaleMode;
  /** The display covers the whole screen. */
  readonly isFullScreen: boolean;
}

function storedMode(): ScaleMode {
  const value = globalThis.localStorage?.getItem(KEY);
  return scaleModes.find((mode) => mode === value) ?? 'fit';
}

export const displayStore = create<DisplayState>()(() => ({ mode: storedMode(), isFullScreen: false }));

export function setScaleMode(mode: ScaleMode): void {
  localStorage.setItem(KEY, mode);
  displayStore.setState({ mode });
}
