import type { AgentAnswer, ViewerAgent } from '../../contract/agent.ts';

/** Somebody who speaks with the guest's agent: a viewer, or a session of our own. Throws AgentTrouble. */
export interface AgentLine {
  /** Guest pixels. What the guest makes of it shows in its screen. */
  resize(size: { readonly width: number; readonly height: number }, signal: AbortSignal): Promise<void>;
  /** Puts text on the guest's clipboard; it crosses when somebody pastes it there. */
  offer(text: string, signal: AbortSignal): Promise<void>;
  /** What would be pasted in the guest. */
  paste(signal: AbortSignal): Promise<string>;
}

/** A SPICE session of our own, for the agent alone. */
export interface OwnLine extends AgentLine, Disposable {
  /** What the guest's agent is now. */
  readonly agent: ViewerAgent;
  /** Whether the text that was offered stands: nobody copied something else in the guest since. */
  readonly offers: boolean;
  allowClipboard(allowed: boolean): void;
}

/** What the agent can be wanted for. */
export type AgentSkill = 'resizes' | 'clipboard';

/**
 * Why the guest's agent could not be asked or did not do it: what a viewer says of its agent or answers, an agent without the
 * skill that is wanted, one (or a viewer, or the SPICE server) that does not answer, a SPICE client that shows the guest and offers no agent.
 */
export type AgentProblem =
  | Extract<ViewerAgent, string>
  | Extract<AgentAnswer, { kind: 'refused' }>['why']
  | 'cannotResize'
  | 'cannotShare'
  | 'agentSilent'
  | 'unreachable'
  | 'viewerSilent'
  | 'occupied';

/** Whoever knows the machine's name makes a Fault of it. */
export class AgentTrouble extends Error {
  readonly problem: AgentProblem;

  constructor(problem: AgentProblem, options?: ErrorOptions) {
    super(`the guest's agent: ${problem}`, options);
    this.name = 'AgentTrouble';
    this.problem = problem;
  }
}

/** Throws where that agent cannot do it. */
export function requireSkill(agent: ViewerAgent, skill: AgentSkill): void {
  if (typeof agent === 'string') throw new AgentTrouble(agent);
  if (!agent[skill]) throw new AgentTrouble(skill === 'resizes' ? 'cannotResize' : 'cannotShare');
}
