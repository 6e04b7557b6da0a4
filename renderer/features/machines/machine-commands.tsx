import {
  Camera,
  Keyboard,
  Maximize,
  Pause,
  Pencil,
  Play,
  Power,
  RotateCcw,
  RotateCw,
  Trash2,
  Zap,
} from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { MachineAction, MachineView } from '../../../backend/contract/machine.ts';
import { type Bridge, useBridge } from '../../bridge/bridge.ts';
import { text } from '../../i18n/en.ts';
import { useIsLive } from '../../stores/connection.ts';
import { askForceOff, openEdit } from '../../stores/dialogs.ts';
import { currentRoute, navigate } from '../../stores/route.ts';
import { showToast } from '../../ui/toast.tsx';
import { actionStore, runAction } from './action-store.ts';
import { isOn, refusal } from './refusal.ts';

export type CommandName = MachineAction | 'full-screen' | 'ctrl-alt-del' | 'screenshot';

/** One thing a person can do to a machine; the header, the context menu and the palette draw the same ones. */
export interface MachineCommand {
  readonly name: CommandName;
  readonly label: string;
  /** While it runs; null otherwise. */
  readonly busy: string | null;
  readonly icon: ReactNode;
  /** Why it cannot be done now; null when it can. */
  readonly disabledReason: string | null;
  readonly isDanger: boolean;
  run(): void;
}

const words = text.machine;

const looks = {
  start: { label: words.start, busy: words.starting, icon: <Play className="icon" /> },
  resume: { label: words.resume, busy: words.resuming, icon: <Play className="icon" /> },
  pause: { label: words.pause, busy: words.pausing, icon: <Pause className="icon" /> },
  stop: { label: words.shutDown, busy: words.shuttingDown, icon: <Power className="icon" /> },
  restart: { label: words.restart, busy: words.restarting, icon: <RotateCw className="icon" /> },
  reset: { label: words.reset, busy: words.resetting, icon: <RotateCcw className="icon" /> },
  'force-off': { label: words.forceOffMenu, busy: words.forcing, icon: <Zap className="icon" /> },
  'full-screen': { label: words.fullScreen, busy: null, icon: <Maximize className="icon" /> },
  'ctrl-alt-del': { label: words.ctrlAltDel, busy: null, icon: <Keyboard className="icon" /> },
  screenshot: { label: words.screenshot, busy: words.saving, icon: <Camera className="icon" /> },
  edit: { label: words.edit, busy: null, icon: <Pencil className="icon" /> },
  delete: { label: words.delete, busy: words.deleting, icon: <Trash2 className="icon" /> },
} as const satisfies Record<CommandName, { label: string; busy: string | null; icon: ReactNode }>;

export type MachineCommands = Readonly<Record<CommandName, MachineCommand>>;

/** Shows a machine's screen over the whole screen, from whichever page. Called from a click or a key. */
export type ShowFullScreen = (machine: string) => void;

interface Now {
  /** Keys of the action store. */
  readonly busy: ReadonlySet<string>;
  readonly isLive: boolean;
}

/** Everything that can be done to a machine, with why not where not. */
export function machineCommands(
  bridge: Bridge,
  machine: MachineView,
  { busy, isLive }: Now,
  showFullScreen: ShowFullScreen,
): MachineCommands {
  const { id, name, state, can } = machine;
  const target = { machine: id };
  const work: Record<Exclude<CommandName, 'full-screen'>, () => Promise<void>> = {
    start: async () => void (await bridge.request('machine.start', target)),
    resume: async () => void (await bridge.request('machine.resume', target)),
    pause: async () => void (await bridge.request('machine.pause', target)),
    stop: async () => void (await bridge.request('machine.stop', target)),
    restart: async () => void (await bridge.request('machine.restart', target)),
    reset: async () => void (await bridge.request('machine.restart', { ...target, force: true })),
    'force-off': async () => void (await bridge.request('machine.stop', { ...target, force: true })),
    'ctrl-alt-del': async () =>
      void (await bridge.request('machine.keys', { ...target, keys: ['ctrl', 'alt', 'delete'] })),
    screenshot: () => saveScreenshot(bridge, machine),
    edit: async () => openEdit(id),
    delete: () => deleteWithUndo(bridge, machine),
  };
  const reasonFor = (command: CommandName): string | null => {
    if (command === 'full-screen') return isOn(state) ? null : refusal('stop', state);
    if (!isLive) return text.connection.old;
    if (command === 'ctrl-alt-del') return state === 'running' ? null : refusal('stop', state);
    if (command === 'screenshot') return isOn(state) && state !== 'starting' ? null : refusal('stop', state);
    return can.includes(command) ? null : refusal(command, state);
  };
  const one = (command: CommandName): MachineCommand => {
    const look = looks[command];
    const isBusy = busy.has(`${id} ${command}`);
    const reason = reasonFor(command);
    return {
      name: command,
      label: look.label,
      icon: look.icon,
      busy: isBusy ? (look.busy ?? look.label) : null,
      disabledReason: isBusy ? words.reasons.busy : reason,
      isDanger: command === 'delete' || command === 'force-off',
      run: () => {
        if (command === 'full-screen') {
          showFullScreen(id);
        } else if (command === 'force-off') {
          navigate({ page: 'machine', id, tab: tabOf(id) });
          askForceOff(id);
        } else {
          void runAction(id, command, work[command]);
        }
      },
    };
  };
  return {
    start: one('start'),
    resume: one('resume'),
    pause: one('pause'),
    stop: one('stop'),
    restart: one('restart'),
    reset: one('reset'),
    'force-off': one('force-off'),
    'full-screen': one('full-screen'),
    'ctrl-alt-del': one('ctrl-alt-del'),
    screenshot: one('screenshot'),
    edit: { ...one('edit'), label: words.edit },
    delete: { ...one('delete'), label: `${words.delete} ${name}` },
  };
}

export function useMachineCommands(machine: MachineView, showFullScreen: ShowFullScreen): MachineCommands {
  const bridge = useBridge();
  const isLive = useIsLive();
  const busy = actionStore((store) => store.busy);
  return useMemo(
    () => machineCommands(bridge, machine, { busy, isLive }, showFullScreen),
    [bridge, machine, busy, isLive, showFullScreen],
  );
}

/** Forces it off without asking again: from the popover that asked. */
export function forceOff(bridge: Bridge, machine: MachineView): void {
  void runAction(machine.id, 'force-off', async () => {
    await bridge.request('machine.stop', { machine: machine.id, force: true });
  });
}

function tabOf(id: string): 'display' | 'devices' | 'console' | 'log' {
  const route = currentRoute();
  return route.page === 'machine' && route.id === id ? route.tab : 'display';
}

async function saveScreenshot(bridge: Bridge, { id, name }: MachineView): Promise<void> {
  const { png } = await bridge.request('machine.screenshot', { machine: id });
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const file = `${name} ${stamp}.png`;
  const saved = await bridge.saveFile(
    file,
    Uint8Array.from(atob(png), (char) => char.charCodeAt(0)),
  );
  if (saved) showToast({ text: words.screenshotSaved(file), about: `${id} screenshot` });
}

async function deleteWithUndo(bridge: Bridge, { id, name }: MachineView): Promise<void> {
  const { undoUntil } = await bridge.request('machine.delete', { machine: id });
  const route = currentRoute();
  if (route.page === 'machine' && route.id === id) navigate({ page: 'welcome' }, true);
  showToast(
    {
      text: words.deleted(name),
      action: {
        label: text.common.undo,
        onPress: () =>
          void runAction(id, 'undelete', async () => {
            await bridge.request('machine.undelete', { machine: id });
            navigate({ page: 'machine', id, tab: 'display' });
          }),
      },
    },
    undoUntil - Date.now(),
  );
}
