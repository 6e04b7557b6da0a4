import { expect } from '@playwright/test';
import { machineRuntime } from '../../backend/store/paths.ts';
import { CHANNEL } from '../../renderer/spice/protocol/constants.ts';
import type { Home } from '../fixtures/home.ts';
import { shareHome } from '../fixtures/shared-home.ts';
import type { Message } from '../spice-server/message.ts';
import type { ServerClient } from '../spice-server/server-client.ts';
import { greet, SpiceServer } from '../spice-server/spice-server.ts';

export interface StandIn extends AsyncDisposable {
  readonly server: SpiceServer;
  /** Resolves with the viewer of the page; the back end's own looks at the screen have no hands. */
  viewer(): Promise<ServerClient>;
}

/** A machine that runs, for all tests of the file that calls this: what it draws itself is not looked at. */
export function shareRunning(begun: (home: Home) => void): void {
  shareHome(async (home) => {
    await home.ok('create', 'demo', '--memory', '64M', '--cpus', '1');
    await home.ok('start', 'demo');
    begun(home);
  });
}

/** The small SPICE server in the place of a running machine's. Every client gets `first` on its display channel. */
export async function standIn(home: Home, machine: string, first: readonly Message[]): Promise<StandIn> {
  const { id } = await home.show(machine);
  const server = await SpiceServer.listen({
    path: machineRuntime(home.folders, id).spice,
    opened: (channel) => {
      if (channel.type === CHANNEL.display) channel.sendAll(first);
      else greet(channel);
    },
  });
  const hasHands = ({ main, channels }: ServerClient) =>
    main.isOpen && channels.some(({ type }) => type === CHANNEL.inputs);
  return {
    server,
    viewer: async () => {
      await expect.poll(() => server.clients.some(hasHands)).toBe(true);
      const found = server.clients.find(hasHands);
      if (found === undefined) throw new Error('the viewer left');
      return found;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
