import { MessageChannelMain, type WebContents } from 'electron';
import type { StreamTarget } from '../../backend/contract/wire.ts';
import type { BackendHost } from '../backend-host/backend-host.ts';
import { PORT_CHANNEL } from './channels.ts';

/** What the back end's port server is told with each port. */
export type PortPurpose =
  | { readonly type: 'connect' }
  | { readonly type: 'stream'; readonly target: StreamTarget };

/**
 * Joins the renderer and the back end by a channel of their own: main sees none of what passes. When either side dies,
 * the port of the other closes.
 */
export async function joinPorts(
  backend: BackendHost,
  renderer: WebContents,
  token: string,
  purpose: PortPurpose,
): Promise<void> {
  const { port1, port2 } = new MessageChannelMain();
  try {
    await backend.hand(purpose, port1);
  } catch (error) {
    port1.close();
    port2.close();
    throw error;
  }
  if (renderer.isDestroyed()) {
    port2.close();
    return;
  }
  renderer.postMessage(PORT_CHANNEL, { token }, [port2]);
}
