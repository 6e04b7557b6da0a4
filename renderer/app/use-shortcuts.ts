import { useEffect } from 'react';
import { type AppCommand, matchesKeys } from './commands.ts';

/** Where keys belong to the guest: the display and the console. */
const GUEST_KEYS = '[role="application"], [data-grabs-keys], .xterm';

/** Runs app commands by their keys, except where the guest has the keyboard or a dialog is open. */
export function useShortcuts(commands: readonly AppCommand[]): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing) return;
      if (event.target instanceof Element && event.target.closest(GUEST_KEYS) !== null) return;
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
