import { Check } from 'lucide-react';
import type { MenuEntry } from '../../ui/menu.tsx';
import type { AgentState } from './agent-state.ts';
import { setFollowMode } from './display-store.ts';
import type { FollowMode } from './guest-size.ts';
import { words } from './words.ts';

/** The menu's part about the guest's own resolution. `ratio`: the display's pixels per CSS pixel. */
export function guestSizeEntries(agent: AgentState, mode: FollowMode, ratio: number): MenuEntry[] {
  const problem = typeof agent === 'string' ? words.agent[agent] : agent.resizes ? null : words.noResize;
  const modes = ratio >= 2 || mode === 'large' ? (['sharp', 'large'] as const) : (['sharp'] as const);
  return [
    { rule: 'guest-size' },
    ...modes.map((one) => ({
      id: one,
      label: words.follows[one],
      icon: <Check size={16} className={one === mode ? 'menu-check' : 'menu-check menu-check-off'} />,
      disabledReason: problem,
      onAction: () => setFollowMode(one === mode ? 'off' : one),
    })),
  ];
}
