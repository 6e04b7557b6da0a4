/** What a person reads on the Console tab. */
export const words = {
  label: (name: string) => `Serial console of ${name}`,
  isOff: (name: string) => `${name} is off`,
  offText: 'Its serial console shows here while it runs.',
  start: 'Start',
  starting: 'Starting…',
  startingText: (name: string) => `${name} is starting`,
  connecting: 'Connecting to the serial line…',
  lost: 'Connection lost; reconnecting…',
  line: 'Serial line',
  paused: 'Paused: the guest does not read what you type.',
  leave: 'Ctrl+Alt leaves the console',
  copyPaste: 'Ctrl+Shift+C copies, Ctrl+Shift+V pastes',
  copy: 'Copy the selection',
  clear: 'Clear',
} as const;
