// The three clients that look at one guest, each of which can press a key. All times: ms of CLOCK_MONOTONIC, which Node, the C
// program and Chromium on one machine share.
import { connect } from 'node:net';
import { noEvents, noVideo } from '../backend/devices/display/spice-screen.ts';
import { transportOver } from '../backend/devices/display/spice-transport.ts';
import { ReferenceClient } from '../e2e/conformance/reference/reference-client.ts';
import { DisplayChannel, displayCapabilities } from '../renderer/spice/channels/display.ts';
import { SharedImages } from '../renderer/spice/images/shared-images.ts';
import { DEAF_HOST, SpiceSession } from '../renderer/spice/session.ts';

/**
 * Each client has a key of its own (scancode set 1): a guest takes a key that is pressed by one before another's release of
 * it has come for a repetition, and draws nothing.
 */
export const KEYS = { app: 'a', gtk: 0x1f, core: 0x20 } as const;

/** How one client saw the first change after `watch`. */
export interface Sight {
  /** When the bytes that told of it arrived; NaN where the client does not tell. */
  readonly received: number;
  readonly shown: number;
}

export interface LatencyClient extends AsyncDisposable {
  readonly name: string;
  /** From now on the next change is the one that counts. */
  watch(): Promise<void>;
  /** When the key was pressed. */
  press(): Promise<number>;
  release(): Promise<void>;
  /** Resolves once there was a change after `watch`. */
  sight(): Promise<Sight>;
}

/** spice-gtk without a window: a change counts when its widget would be told to draw it. */
export async function gtkClient(spiceSocket: string): Promise<LatencyClient> {
  // On a host without a sound card its libraries say so at length; what ends it is thrown all the same.
  const client = await ReferenceClient.connect(spiceSocket, { stderr: nothing });
  let seen = 0;
  return {
    name: 'spice-gtk',
    watch: async () => {
      seen = (await client.invalidations()).count;
    },
    press: () => client.keyDown(KEYS.gtk),
    release: async () => {
      await client.keyUp(KEYS.gtk);
    },
    sight: async () => ({
      received: Number.NaN,
      shown: (await client.invalidatedAfter(seen)).timeOfLast,
    }),
    [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
  };
}

/** The core of our viewer in this process: a change counts when its pixels are in the surface and the painter would be told. */
export async function coreClient(spiceSocket: string): Promise<LatencyClient> {
  let received = Number.NaN;
  let next = Promise.withResolvers<Sight>();
  const marked = Promise.withResolvers<void>();
  const images = new SharedImages(() => Promise.reject(new Error('no lossy picture is wanted here')));
  const session = await SpiceSession.connect(
    {
      openTransport: () =>
        new Promise((resolve, reject) => {
          const socket = connect({ path: spiceSocket, allowHalfOpen: true });
          socket.once('error', reject);
          socket.on('data', () => {
            received = now();
          });
          socket.once('connect', () => resolve(transportOver(socket)));
        }),
      ...DEAF_HOST,
      closed: (error) => {
        const reason = error ?? new Error('the session ended');
        marked.reject(reason);
        next.reject(reason);
      },
    },
    {
      display: {
        capabilities: displayCapabilities([]),
        create: (sender, serials) =>
          new DisplayChannel(sender, {
            images,
            serials,
            video: noVideo,
            events: {
              ...noEvents,
              dirty: () => next.resolve({ received, shown: now() }),
              marked: (shown) => {
                if (shown) marked.resolve();
              },
            },
          }),
      },
    },
  );
  await marked.promise;
  const { inputs } = session;
  if (inputs === null) throw new Error('the server has no inputs channel');
  return {
    name: 'core in Node',
    watch: async () => {
      next = Promise.withResolvers();
    },
    press: async () => {
      const at = now();
      inputs.keyDown(KEYS.core);
      return at;
    },
    release: async () => inputs.keyUp(KEYS.core),
    sight: () => next.promise,
    [Symbol.asyncDispose]: async () => {
      next.promise.catch(nothing);
      session.close();
    },
  };
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function nothing(): void {
  // Only the time of a change counts here.
}
