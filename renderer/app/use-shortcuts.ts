import { useEffect } from 'react';
import { staysWithHost } from '../stores/settings.ts';
import { type AppCommand, matchesKeys } from './commands.ts';

/** Where keys belong to the guest: the display and the console. */
const GUEST_KEYS = '[role="application"], [data-grabs-keys], .xterm';

function isForGuest(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element) || target.closest(GUEST_KEYS) === null) return false;
  return target.closest('[role="application"]') === null || !staysWithHost(event);
}

/** Runs app commands by their keys, except where the guest has the keyboard (and that key does not stay with the host) or a dialog is open. */
export function useShortcuts(commands: readonly AppCommand[]): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      if (isForGuest(event)) return;
      if (document.querySelector('.dialog-shade') !== null) return;
      const command = commands.find(({ keys }) => matchesKeys(keys, event));
      if (command === undefined) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [commands]);
}
