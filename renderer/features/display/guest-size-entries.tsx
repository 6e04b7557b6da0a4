import type { MenuAction, MenuEntry } from '../../ui/menu.tsx';
import { setFollowMode } from './display-store.ts';
import type { FollowMode } from './guest-size.ts';
import type { ViewerState } from './viewer.ts';
import { words } from './words.ts';

type Sized = Pick<ViewerState, 'agent' | 'monitors'>;

/** Why the guest cannot be asked for a size; null when it can. */
export function sizeProblem({ agent, monitors }: Sized): string | null {
  if (typeof agent === 'string') return words.agent[agent];
  if (!agent.resizes) return words.noResize;
  // The agent is told of one monitor, and turns off those that it is not told of (spice-vdagent, vdagent_x11_set_monitor_config).
  return monitors.ids.length > 1 ? words.manyMonitors : null;
}

/** Ways for the guest to have the window's size; none is on where it cannot work. `ratio`: the display's pixels per CSS pixel. */
export function guestSizeChoices(guest: Sized, mode: FollowMode, ratio: number): MenuAction[] {
  const problem = sizeProblem(guest);
  const modes = ratio >= 2 || mode === 'large' ? (['sharp', 'large'] as const) : (['sharp'] as const);
  return modes.map((one) => ({
    id: one,
    label: words.follows[one],
    choice: { of: 'any', isChosen: problem === null && one === mode },
    disabledReason: problem,
    onAction: () => setFollowMode(one === mode ? 'off' : one),
  }));
}

/** The menu's part about the guest's own resolution. */
export function guestSizeEntries(guest: Sized, mode: FollowMode, ratio: number): MenuEntry[] {
  return [{ rule: 'guest-size' }, ...guestSizeChoices(guest, mode, ratio)];
}
