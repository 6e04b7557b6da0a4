import { useSyncExternalStore } from 'react';

export const machineTabs = ['display', 'devices', 'console', 'log'] as const;
export type MachineTab = (typeof machineTabs)[number];

/** Where the person is. The address bar keeps it after the #, so that reload and back work on both faces. */
export type Route =
  | { readonly page: 'welcome' }
  | { readonly page: 'host' }
  | { readonly page: 'settings' }
  | { readonly page: 'machine'; readonly id: string; readonly tab: MachineTab };

/** '#/machine/ab12cd34/devices' → the route; anything unknown is the welcome page. */
export function parseRoute(hash: string): Route {
  const [page, id, tab] = hash.replace(/^#?\/?/, '').split('/');
  if (page === 'host' || page === 'settings') return { page };
  if (page === 'machine' && id !== undefined && /^[a-z0-9]{8}$/.test(id)) {
    return { page, id, tab: machineTabs.find((known) => known === tab) ?? 'display' };
  }
  return { page: 'welcome' };
}

export function formatRoute(route: Route): string {
  return route.page === 'machine' ? `#/machine/${route.id}/${route.tab}` : `#/${route.page}`;
}

let current: { hash: string; route: Route } | null = null;

function read(): Route {
  const { hash } = window.location;
  if (current?.hash !== hash) current = { hash, route: parseRoute(hash) };
  return current.route;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, read);
}

export function currentRoute(): Route {
  return read();
}

/** @param replace no new step for the Back button: for changes the person did not ask for. */
export function navigate(route: Route, replace = false): void {
  const hash = formatRoute(route);
  if (hash === window.location.hash) return;
  if (replace) window.location.replace(hash);
  else window.location.hash = hash;
}
