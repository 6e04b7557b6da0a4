import { create } from 'zustand';
import { combinationOf } from '../ui/key-combination.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** Who speaks SPICE with a guest: Innkeeper itself, or spice-html5 as a second opinion. The first is the one without a choice. */
export const viewerKinds = ['own', 'html5'] as const;
export type ViewerKind = (typeof viewerKinds)[number];

const KEY = 'innkeeper.theme';
const VIEWER_KEY = 'innkeeper.viewer';
const HOST_KEYS_KEY = 'innkeeper.hostKeys';
/** Most combinations that are kept: a list longer than a screen helps nobody. */
export const MOST_HOST_KEYS = 24;

interface Settings {
  readonly theme: Theme;
  readonly viewer: ViewerKind;
  /** Combinations (see ui/key-combination.ts) that do not go to a guest whose screen has the keyboard. */
  readonly hostKeys: readonly string[];
}

/** What was chosen last, else the first of them. */
function stored<T extends string>(key: string, values: readonly [T, ...T[]]): T {
  const value = globalThis.localStorage?.getItem(key);
  return values.find((one) => one === value) ?? values[0];
}

function storedHostKeys(): readonly string[] {
  const value = globalThis.localStorage?.getItem(HOST_KEYS_KEY) ?? '';
  return value
    .split(' ')
    .filter((one) => one !== '')
    .slice(0, MOST_HOST_KEYS);
}

export const settingsStore = create<Settings>()(() => ({
  theme: stored(KEY, themes),
  viewer: stored(VIEWER_KEY, viewerKinds),
  hostKeys: storedHostKeys(),
}));

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Before the first paint. What another page of this profile chooses later holds here too. */
export function applySettings(): void {
  apply(settingsStore.getState().theme);
  window.addEventListener('storage', ({ key }) => takeOver(key));
}

/** @param key of the storage that another page changed; null: all of it. */
function takeOver(key: string | null): void {
  if (key === null || key === KEY) {
    const theme = stored(KEY, themes);
    apply(theme);
    settingsStore.setState({ theme });
  }
  if (key === null || key === VIEWER_KEY) settingsStore.setState({ viewer: stored(VIEWER_KEY, viewerKinds) });
  if (key === null || key === HOST_KEYS_KEY) settingsStore.setState({ hostKeys: storedHostKeys() });
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme);
  apply(theme);
  settingsStore.setState({ theme });
}

export function useTheme(): Theme {
  return settingsStore(({ theme }) => theme);
}

/** Displays that are open change over at once. */
export function setViewerKind(viewer: ViewerKind): void {
  localStorage.setItem(VIEWER_KEY, viewer);
  settingsStore.setState({ viewer });
}

export function useViewerKind(): ViewerKind {
  return settingsStore(({ viewer }) => viewer);
}

/** Open displays go by it at once. */
export function setHostKeys(hostKeys: readonly string[]): void {
  localStorage.setItem(HOST_KEYS_KEY, hostKeys.join(' '));
  settingsStore.setState({ hostKeys });
}

export function useHostKeys(): readonly string[] {
  return settingsStore(({ hostKeys }) => hostKeys);
}

export function staysWithHost(event: KeyboardEvent): boolean {
  const { hostKeys } = settingsStore.getState();
  if (hostKeys.length === 0) return false;
  const combination = combinationOf(event);
  return combination !== null && hostKeys.includes(combination);
}
