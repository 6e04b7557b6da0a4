import { GuestAgent, type SendToAgent } from '../../../../spice/agent/guest-agent.ts';
import type { AgentRequest, FromWorker } from '../messages.ts';

/** The Worker's part of what page and agent tell each other. */
export class AgentTalk {
  readonly #agent: GuestAgent;

  constructor(post: (message: FromWorker) => void) {
    let failed = false;
    this.#agent = new GuestAgent({
      skills: (skills) => {
        post({ kind: 'agent', state: skills ?? (failed ? 'failed' : 'absent') });
        failed = false;
      },
      failed: (error) => {
        failed = true;
        console.warn('the guest’s agent is not heard any more:', error.message);
      },
      offered: () => post({ kind: 'clipboard', news: { kind: 'offered' } }),
      text: (text) => post({ kind: 'clipboard', news: { kind: 'text', text } }),
      given: () => post({ kind: 'clipboard', news: { kind: 'given' } }),
      problem: (problem) => post({ kind: 'clipboard', news: { kind: 'problem', problem } }),
    });
  }

  connected(isThere: boolean, send: SendToAgent): void {
    this.#agent.connected(isThere ? send : null);
  }

  data(bytes: Uint8Array): void {
    this.#agent.data(bytes);
  }

  handle(request: AgentRequest): void {
    switch (request.ask) {
      case 'resize':
        this.#agent.resize(request.size.width, request.size.height);
        return;
      case 'allow':
        this.#agent.allowClipboard(request.allowed);
        return;
      case 'offer':
        this.#agent.offer(request.text);
        return;
      case 'take':
        this.#agent.take();
        return;
      case 'paste':
        this.#agent.paste();
        return;
    }
  }
}
