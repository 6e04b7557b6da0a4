/** Rejects when the agent is gone or takes nothing. */
export type SendToAgent = (message: Uint8Array) => Promise<void>;

/** Messages that may wait for an agent that takes none; what a guest asks for beyond that is not answered. */
const MAX_WAITING = 64;

/** Messages on their way to the agent, of which no more than so many wait. */
export class AgentOutbox {
  #send: SendToAgent | null = null;
  #waiting = 0;

  /** From now on messages go there; null: nowhere. */
  connected(send: SendToAgent | null): void {
    this.#send = send;
  }

  /** False: it is dropped. Else one of both is called: `sent` when it has gone out, `lost` when it does not. */
  post(message: Uint8Array, sent: () => void = () => {}, lost: () => void = () => {}): boolean {
    if (this.#send === null || this.#waiting >= MAX_WAITING) return false;
    this.#waiting += 1;
    // An agent that goes away says so itself (`GuestAgent.connected`).
    this.#send(message)
      .then(sent, lost)
      .finally(() => {
        this.#waiting -= 1;
      });
    return true;
  }
}
