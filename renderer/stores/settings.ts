import { create } from 'zustand';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/**
 * Who speaks SPICE with a guest: spice-html5, or Innkeeper itself. The first is the one without a choice: Innkeeper's own
 * is not yet right where a desktop guest changes its resolution (docs/adr/0006-spice-core.md).
 */
export const viewerKinds = ['html5', 'own'] as const;
export type ViewerKind = (typeof viewerKinds)[number];

const KEY = 'innkeeper.theme';
const VIEWER_KEY = 'innkeeper.viewer';

interface Settings {
  readonly theme: Theme;
  readonly viewer: ViewerKind;
}

/** What was chosen last, else the first of them. */
function stored<T extends string>(key: string, values: readonly [T, ...T[]]): T {
  const value = globalThis.localStorage?.getItem(key);
  return values.find((one) => one === value) ?? values[0];
}

export const settingsStore = create<Settings>()(() => ({
  theme: stored(KEY, themes),
  viewer: stored(VIEWER_KEY, viewerKinds),
}));

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Before the first paint. */
export function applySettings(): void {
  apply(settingsStore.getState().theme);
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
