import { Fault } from '../contract/fault.ts';
import { CONTRACT_VERSION } from '../contract/version.ts';
import type { Dispatcher } from './dispatcher.ts';

export interface SessionOptions {
  /** Innkeeper's own version. */
  readonly version: string;
  /** When this back end started, ms since the epoch. */
  readonly startedAt: number;
  /** Ends this back end; called after the answer was sent. */
  readonly retire: () => void;
}

/** `session.hello` and `session.retire`. */
export function registerSession(dispatcher: Dispatcher, options: SessionOptions): void {
  dispatcher.register('session.hello', async ({ contractVersion }) => {
    if (contractVersion !== CONTRACT_VERSION) throw contractMismatch(contractVersion, options.version);
    return {
      contractVersion: CONTRACT_VERSION,
      version: options.version,
      pid: process.pid,
      startedAt: options.startedAt,
    };
  });
  dispatcher.register('session.retire', async () => {
    setImmediate(options.retire);
    return {};
  });
}

function contractMismatch(theirs: number, version: string): Fault {
  return new Fault({
    code: 'contract-mismatch',
    message: `The Innkeeper back end that runs (version ${version}, process ${process.pid}) speaks contract ${CONTRACT_VERSION}, and this program speaks ${theirs}.`,
    remedy: `Stop that back end with 'kill ${process.pid}' (guests go on running) and try again with one version of Innkeeper.`,
  });
}
