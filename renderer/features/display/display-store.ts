import { create } from 'zustand';
import { type FollowMode, followModes } from './guest-size.ts';
import { type ScaleMode, scaleModes } from './scaling.ts';

const KEY = 'innkeeper.display.scale';
const FOLLOW_KEY = 'innkeeper.display.follow';

interface DisplayState {
  readonly mode: ScaleMode;
  readonly follow: FollowMode;
  /** The display covers the whole screen. */
  readonly isFullScreen: boolean;
}

function storedMode(): ScaleMode {
  const value = globalThis.localStorage?.getItem(KEY);
  return scaleModes.find((mode) => mode === value) ?? 'fit';
}

function storedFollow(): FollowMode {
  const value = globalThis.localStorage?.getItem(FOLLOW_KEY);
  return followModes.find((mode) => mode === value) ?? 'sharp';
}

export const displayStore = create<DisplayState>()(() => ({
  mode: storedMode(),
  follow: storedFollow(),
  isFullScreen: false,
}));

export function setScaleMode(mode: ScaleMode): void {
  localStorage.setItem(KEY, mode);
  displayStore.setState({ mode });
}

export function setFollowMode(follow: FollowMode): void {
  localStorage.setItem(FOLLOW_KEY, follow);
  displayStore.setState({ follow });
}
