import type { GuestAgent } from '../../protocols/guest-agent/client.ts';

export interface Drift {
  /** Guest clock minus host clock, ms. */
  readonly driftMs: number;
  /** Half the round trip: the drift may be off by as much. */
  readonly uncertaintyMs: number;
}

/** Compares the clocks through the guest agent: the guest's answer is taken to be from the middle of the round trip. */
export async function measureDrift(agent: GuestAgent, signal: AbortSignal): Promise<Drift> {
  const before = performance.timeOrigin + performance.now();
  const guestNs = await agent.getTime({ signal });
  const after = performance.timeOrigin + performance.now();
  const guestMs = guestNs / 1e6;
  return { driftMs: guestMs - (before + after) / 2, uncertaintyMs: (after - before) / 2 };
}

/** Sets the guest's clock to the host's and measures again. */
export async function setClock(agent: GuestAgent, signal: AbortSignal): Promise<Drift> {
  await agent.setTime((performance.timeOrigin + performance.now()) * 1e6, { signal });
  return await measureDrift(agent, signal);
}
