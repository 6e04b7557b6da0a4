import { create } from 'zustand';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const KEY = 'innkeeper.theme';

interface Settings {
  readonly theme: Theme;
}

function stored(): Theme {
  const value = globalThis.localStorage?.getItem(KEY);
  return themes.find((theme) => theme === value) ?? 'system';
}

export const settingsStore = create<Settings>()(() => ({ theme: stored() }));

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
