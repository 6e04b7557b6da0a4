import type { AgentSkills, ClipboardProblem } from '../../spice/agent/guest-agent.ts';
import type { Size } from './scaling.ts';

/**
 * The guest's agent as the viewer knows it. unsupported: the SPICE client does not speak with agents. absent: none runs in the
 * guest. failed: what runs there does not speak as an agent does.
 */
export type AgentState = 'unsupported' | 'absent' | 'failed' | AgentSkills;

export type ClipboardNews =
  /** Somebody copied text in the guest. */
  | { readonly kind: 'offered' }
  /** That text, when it was asked for. */
  | { readonly kind: 'text'; readonly text: string }
  /** Somebody in the guest pasted the person's text. */
  | { readonly kind: 'given' }
  | { readonly kind: 'problem'; readonly problem: ClipboardProblem };

/** What a session lets a viewer ask of the agent; what it cannot do now is passed over. */
export interface SessionAgent {
  /** Guest pixels. */
  resize(size: Size): void;
  /** Nothing of a clipboard crosses before; taking it back takes back what was offered. */
  allowClipboard(allowed: boolean): void;
  offerText(text: string): void;
  /** Gets what somebody copied in the guest; `text` or `problem` follows. */
  takeText(): void;
  /** Gets what would be pasted in the guest, whoever copied it; `text` or `problem` follows. */
  pasteText(): void;
}
