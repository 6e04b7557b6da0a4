import type { MenuAction, MenuEntry } from '../../ui/menu.tsx';
import type { AgentState } from './agent-state.ts';
import { setFollowMode } from './display-store.ts';
import type { FollowMode } from './guest-size.ts';
import { words } from './words.ts';

/** Ways for the guest to have the window's size; none is on where it cannot work. `ratio`: the display's pixels per CSS pixel. */
export function guestSizeChoices(agent: AgentState, mode: FollowMode, ratio: number): MenuAction[] {
  const problem = typeof agent === 'string' ? words.agent[agent] : agent.resizes ? null : words.noResize;
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
export function guestSizeEntries(agent: AgentState, mode: FollowMode, ratio: number): MenuEntry[] {
  return [{ rule: 'guest-size' }, ...guestSizeChoices(agent, mode, ratio)];
}
