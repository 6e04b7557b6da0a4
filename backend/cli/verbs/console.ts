import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { defineVerb, machineArgument, type Verb } from '../verb.ts';

/** Ctrl-]: leaves, as in telnet and virsh. */
const LEAVE = 0x1d;
/** After the end of piped input: how long the guest must be silent until we leave, ms. */
const QUIET_MS = 1000;

/** The terminal in raw mode until it is disposed of; also when the process ends by a signal or an error. */
function rawTerminal(): Disposable {
  const { stdin } = process;
  if (!stdin.isTTY) return { [Symbol.dispose]: () => undefined };
  const restore = (): void => {
    stdin.setRawMode(false);
  };
  const onSignal = (signal: NodeJS.Signals): void => {
    restore();
    process.exit(128 + (signal === 'SIGHUP' ? 1 : 15));
  };
  process.on('exit', restore);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  stdin.setRawMode(true);
  return {
    [Symbol.dispose]() {
      restore();
      process.off('exit', restore);
      process.off('SIGTERM', onSignal);
      process.off('SIGHUP', onSignal);
    },
  };
}

/** Sends what is typed (or piped in) until Ctrl-] or the end of the input. Resolves with which of the two it was. */
async function sendInput(console: Duplex, gone: AbortSignal): Promise<'left' | 'ended'> {
  const raw = process.stdin.isTTY;
  try {
    for await (const chunk of process.stdin.iterator({ destroyOnReturn: false })) {
      const bytes = Buffer.from(chunk);
      // In a pipe every byte is meant for the guest.
      const leaveAt = raw ? bytes.indexOf(LEAVE) : -1;
      const own = leaveAt === -1 ? bytes : bytes.subarray(0, leaveAt);
      if (own.length > 0 && !console.write(own)) await once(console, 'drain', { signal: gone });
      if (leaveAt !== -1) return 'left';
    }
    return 'ended';
  } catch (error) {
    if (gone.aborted) return 'left';
    throw error;
  }
}

/** Resolves once nothing has come for QUIET_MS, or the stream closed. */
function quiet(console: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, QUIET_MS);
    console.on('data', () => timer.refresh());
    console.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Passes bytes both ways until somebody has enough. `collect` takes what the guest says instead of standard output. */
async function converse(
  stream: Duplex,
  collect: ((bytes: Buffer) => void) | null,
): Promise<'left' | 'closed'> {
  const gone = new AbortController();
  const closed = new Promise<'closed'>((resolve) => {
    stream.once('close', () => {
      gone.abort();
      resolve('closed');
    });
  });
  // 'close' follows.
  stream.on('error', () => stream.destroy());
  stream.on('end', () => stream.end());
  if (collect === null) stream.pipe(process.stdout, { end: false });
  else stream.on('data', collect);
  using _terminal = rawTerminal();
  const sent = sendInput(stream, gone.signal).then(async (how) => {
    if (how === 'ended') await quiet(stream);
    return 'left' as const;
  });
  const how = await Promise.race([sent, closed]);
  process.stdin.pause();
  stream.destroy();
  return how;
}

const consoleVerb = defineVerb({
  words: ['console'],
  summary: 'Connects this terminal to the guest’s serial console; Ctrl-] leaves.',
  args: [machineArgument],
  options: {},
  examples: ['console demo', 'echo uname -a | innkeeper console demo'],
  notes: [
    'With piped input, it is sent, and what the guest says is shown until it has been silent for a second.',
    'With --json that is the whole document: {"machine", "output"}.',
  ],
  run: async ({ args }, context) => {
    const client = await context.connect();
    const { id, name } = await client.request('machine.show', { machine: args.NAME });
    const stream = await client.openStream({ kind: 'console', machine: id });
    const chunks: Buffer[] = [];
    if (process.stdin.isTTY) context.note(`Connected to “${name}”. Ctrl-] leaves.`);
    const how = await converse(stream, context.json ? (bytes) => chunks.push(bytes) : null);
    if (process.stdin.isTTY) context.note(how === 'closed' ? '\nThe console closed.' : '');
    return { json: { machine: id, output: Buffer.concat(chunks).toString('utf8') } };
  },
});

export const consoleVerbs: readonly Verb[] = [consoleVerb];
