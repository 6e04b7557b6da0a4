import { randomUUID } from 'node:crypto';
import type { AgentAnswer, AgentWish } from '../contract/agent.ts';
import { type AgentLine, AgentTrouble } from '../devices/display/agent-line.ts';
import type { Connection } from '../rpc/dispatcher.ts';

/** How long a viewer may take to answer, ms; the guest behind it needs seconds when it is emulated on a busy host. */
const ANSWER_TIMEOUT_MS = 10_000;

interface Asked {
  readonly connection: Connection;
  readonly answer: (answer: AgentAnswer) => void;
}

/** What viewers have been asked and have not answered yet. */
export class ViewerLines {
  readonly #asked = new Map<string, Asked>();
  readonly #answerTimeoutMs: number;

  constructor(answerTimeoutMs = ANSWER_TIMEOUT_MS) {
    this.#answerTimeoutMs = answerTimeoutMs;
  }

  /** The way to the agent of the viewer that this connection has open for that machine. */
  open(connection: Connection, machine: string): AgentLine {
    const ask = (wish: AgentWish, signal: AbortSignal): Promise<AgentAnswer> =>
      this.#ask(connection, machine, wish, signal);
    return {
      resize: async ({ width, height }, signal) => {
        await ask({ kind: 'resize', width, height }, signal);
      },
      offer: async (text, signal) => {
        await ask({ kind: 'offer', text }, signal);
      },
      paste: async (signal) => {
        const answer = await ask({ kind: 'paste' }, signal);
        // A viewer that answers something else has not understood.
        if (answer.kind !== 'text') throw new AgentTrouble('viewerSilent');
        return answer.text;
      },
    };
  }

  /** One that nobody waits for any more, or that another connection was asked, changes nothing. */
  answer(connection: Connection, id: string, answer: AgentAnswer): void {
    const asked = this.#asked.get(id);
    if (asked?.connection === connection) asked.answer(answer);
  }

  async #ask(
    connection: Connection,
    machine: string,
    wish: AgentWish,
    signal: AbortSignal,
  ): Promise<AgentAnswer> {
    const id = randomUUID();
    const late = AbortSignal.timeout(this.#answerTimeoutMs);
    const stop = AbortSignal.any([late, connection.closed, signal]);
    const { promise, resolve, reject } = Promise.withResolvers<AgentAnswer>();
    const onStop = (): void => {
      if (signal.aborted) reject(signal.reason);
      else reject(new AgentTrouble(connection.closed.aborted ? 'gone' : 'viewerSilent'));
    };
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
    this.#asked.set(id, { connection, answer: resolve });
    connection.tell('viewer.asked', { id, machine, wish });
    try {
      const answer = await promise;
      if (answer.kind === 'refused') throw new AgentTrouble(answer.why);
      return answer;
    } finally {
      stop.removeEventListener('abort', onStop);
      this.#asked.delete(id);
    }
  }
}
