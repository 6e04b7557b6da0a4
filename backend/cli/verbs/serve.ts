import { setTimeout as delay } from 'node:timers/promises';
import type { UnixClient } from '../../rpc/unix-client.ts';
import { parseCount } from '../sizes.ts';
import { type Context, defineVerb, UsageError, type Verb } from '../verb.ts';

/** A back end that ends this often in this time (ms) will not stay. */
const MAX_DEATHS = 5;
const DEATH_WINDOW_MS = 60_000;
const RETRY_DELAY_MS = 200;

interface Face {
  readonly url: string;
  readonly port: number;
  readonly secret: string;
}

async function untilSignal(): Promise<'signal'> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, () => resolve('signal'));
  });
}

/** Opens the face again on the same port, with the same secret, for as often as back ends die within reason. */
async function keepOpen(context: Context, first: UnixClient, face: Face): Promise<void> {
  const signal = untilSignal();
  const deaths: number[] = [];
  let client = first;
  for (;;) {
    const end = await Promise.race([client.closed, signal]);
    if (end === 'signal') return;
    deaths.push(performance.now());
    const recent = deaths.filter((at) => at > performance.now() - DEATH_WINDOW_MS);
    if (recent.length >= MAX_DEATHS) throw end;
    context.note('The back end ended; starting it again. Machines that run go on.');
    await delay(RETRY_DELAY_MS);
    client = await context.connect();
    await client.request('face.open', { port: face.port, secret: face.secret });
    context.note('It runs again; open pages reconnect by themselves.');
  }
}

const serve = defineVerb({
  words: ['serve'],
  summary: 'Opens the browser face on this computer and prints its address.',
  args: [],
  options: { port: { value: 'N', help: 'the port on 127.0.0.1; any free one unless given' } },
  notes: [
    'The address works once and in one browser. It stays open until Ctrl-C; machines go on running after that.',
    'With --json: {"url", "port"}, at once.',
  ],
  run: async ({ options }, context) => {
    const port = options.port === undefined ? 0 : parseCount(options.port, '--port');
    if (port > 65_535) throw new UsageError(`--port '${port}' is above 65535.`);
    const client = await context.connect();
    const face = await client.request('face.open', { port });
    context.print({ json: { url: face.url, port: face.port }, text: `Innkeeper is open at ${face.url}` });
    context.note('Open it in a browser on this computer. Ctrl-C closes it; machines go on running.');
    await keepOpen(context, client, face);
    return null;
  },
});

export const serveVerbs: readonly Verb[] = [serve];
