import { MessageChannelMain } from 'electron';
import type { MachineState } from '../../backend/contract/machine.ts';
import { requests } from '../../backend/contract/requests.ts';
import { CONTRACT_VERSION } from '../../backend/contract/version.ts';
import { responseMessage } from '../../backend/contract/wire.ts';
import type { BackendHost } from './backend-host.ts';

/** A person who closes the window does not wait longer for a count, ms. */
const PATIENCE = 1500;

const off: ReadonlySet<MachineState> = new Set(['stopped', 'saved', 'crashed']);

/** Names of the guests that are on; null when the back end does not say so in time. */
export async function guestsOn(backend: BackendHost): Promise<readonly string[] | null> {
  const { port1, port2 } = new MessageChannelMain();
  const answer = Promise.withResolvers<readonly string[] | null>();
  const timer = setTimeout(() => answer.resolve(null), PATIENCE);
  port2.on('message', ({ data }) => {
    const message = responseMessage.safeParse(data);
    if (!message.success || message.data.id !== 2) return;
    const list =
      'result' in message.data ? requests['machine.list'].out.safeParse(message.data.result) : null;
    answer.resolve(
      list?.success
        ? list.data.machines.filter(({ state }) => !off.has(state)).map(({ name }) => name)
        : null,
    );
  });
  port2.on('close', () => answer.resolve(null));
  port2.start();
  try {
    const handed = backend.hand({ type: 'connect' }, port1);
    port2.postMessage({
      jsonrpc: '2.0',
      id: 1,
      method: 'session.hello',
      params: { contractVersion: CONTRACT_VERSION },
    });
    port2.postMessage({ jsonrpc: '2.0', id: 2, method: 'machine.list', params: {} });
    // A back end that is gone cannot say; that must not keep the window open.
    handed.catch(() => answer.resolve(null));
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    port2.close();
  }
}
