import { useEffect } from 'react';
import type { AgentAnswer, AgentWish } from '../../../backend/contract/agent.ts';
import { Fault } from '../../../backend/contract/fault.ts';
import type { MachineView } from '../../../backend/contract/machine.ts';
import { ConnectionLost, useBridge } from '../../bridge/bridge.ts';
import type { Hands } from './use-viewer.ts';

/** The back end forgets a viewer whose connection is lost; it hears of it anew when it is back. */
function notTold(thrown: unknown): void {
  if (!(thrown instanceof ConnectionLost))
    console.warn('the guest’s agent is not offered:', Fault.from(thrown).message);
}

async function carryOut(
  wish: AgentWish,
  { viewer, clipboard }: Pick<Hands, 'viewer' | 'clipboard'>,
): Promise<AgentAnswer> {
  const session = viewer.current?.session?.agent;
  const link = clipboard.current;
  if (wish.kind === 'resize') {
    session?.resize(wish);
    return session === undefined ? { kind: 'refused', why: 'gone' } : { kind: 'asked' };
  }
  // The clipboard is shared by the back end's word, and not here yet or not any more.
  if (link === null) return { kind: 'refused', why: 'gone' };
  if (wish.kind === 'offer') {
    link.offer(wish.text);
    return { kind: 'asked' };
  }
  const taken = await link.paste();
  if (taken === null) return { kind: 'refused', why: 'gone' };
  return taken.kind === 'text' ? taken : { kind: 'refused', why: taken.problem };
}

/**
 * Lets others reach the guest's agent through this viewer while it is open: the agent speaks with one SPICE client at a time.
 * Comes after `useClipboard`, so that who is told of a viewer finds its clipboard there.
 */
export function useAgentOffer({ id }: MachineView, hands: Hands): void {
  const bridge = useBridge();
  const { viewer, clipboard } = hands;
  const { agent, phase } = hands.state;
  const isOpen = phase === 'live' || phase === 'silent';

  useEffect(() => {
    if (!isOpen) return;
    const off = bridge.on('viewer.asked', ({ id: asked, machine, wish }) => {
      if (machine !== id) return;
      carryOut(wish, { viewer, clipboard })
        .then((answer) => bridge.request('viewer.answer', { id: asked, answer }))
        .catch(notTold);
    });
    return () => {
      off();
      bridge.request('viewer.offer', { machine: id, agent: null }).catch(notTold);
    };
  }, [bridge, id, isOpen, viewer, clipboard]);

  useEffect(() => {
    if (isOpen) bridge.request('viewer.offer', { machine: id, agent }).catch(notTold);
  }, [bridge, id, isOpen, agent]);
}
