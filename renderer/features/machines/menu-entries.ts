import type { MenuEntry } from '../../ui/menu.tsx';
import type { MachineCommand, MachineCommands } from './machine-commands.tsx';

function entry(command: MachineCommand): MenuEntry {
  return {
    id: command.name,
    label: command.busy ?? command.label,
    icon: command.icon,
    disabledReason: command.disabledReason,
    isDanger: command.isDanger,
    onAction: command.run,
  };
}

/** What is done with the guest's screen, away from the display and its bar. */
const screenCommands = ['full-screen', 'screenshot', 'ctrl-alt-del'] as const;

/** The context menu of a row: what the header offers, in its order. */
export function rowEntries(commands: MachineCommands, isPaused: boolean, isOff: boolean): MenuEntry[] {
  return [
    entry(isOff ? commands.start : isPaused ? commands.resume : commands.pause),
    { rule: 'power' },
    ...(['stop', 'restart', 'reset', 'force-off'] as const).map((name) => entry(commands[name])),
    { rule: 'screen' },
    ...screenCommands.map((name) => entry(commands[name])),
    { rule: 'machine' },
    ...(['edit', 'delete'] as const).map((name) => entry(commands[name])),
  ];
}

/** The arrow beside Shut down. */
export function stopEntries(commands: MachineCommands): MenuEntry[] {
  return (['stop', 'restart', 'reset', 'force-off'] as const).map((name) => entry(commands[name]));
}

/** The three dots. */
export function moreEntries(commands: MachineCommands): MenuEntry[] {
  return [
    ...screenCommands.map((name) => entry(commands[name])),
    { rule: 'machine' },
    ...(['edit', 'delete'] as const).map((name) => entry(commands[name])),
  ];
}
