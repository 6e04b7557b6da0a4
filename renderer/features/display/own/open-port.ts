import { Fault } from '../../../../backend/contract/fault.ts';
import type { ToWorker } from './messages.ts';

/**
 * Opens a port for a stream that the Worker asked for, and gives it the port. One that comes when the session is over is
 * ended here, as nobody else would: the stream protocol's end is null (backend/contract/desktop.ts).
 */
export async function openPort(
  stream: number,
  open: () => Promise<MessagePort>,
  isOver: () => boolean,
  post: (message: ToWorker, transfer?: Transferable[]) => void,
): Promise<void> {
  try {
    const port = await open();
    if (!isOver()) {
      post({ kind: 'port', stream, port }, [port]);
      return;
    }
    port.postMessage(null);
    port.close();
  } catch (thrown) {
    if (!isOver()) post({ kind: 'noPort', stream, reason: Fault.from(thrown).message });
  }
}
