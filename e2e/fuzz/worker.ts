// Fuzzes one target in a thread of its own, which whoever started it ends when an input takes too long.
import { parentPort, workerData } from 'node:worker_threads';
import { LinkError } from '../../renderer/spice/link/link-error.ts';
import { ProtocolError } from '../../renderer/spice/protocol/protocol-error.ts';
import { Coverage } from './coverage.ts';
import type { Job, Message } from './job.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';

const FIRST_BATCH = 64;
/** Taking the coverage costs as much as some hundred inputs. */
const LARGEST_BATCH = 2048;
const REPORT_MS = 500;

const job = workerData as Job;
// Code that was loaded before is not counted, so this comes first.
using coverage = job.explore ? new Coverage('/renderer/spice/') : null;
const { targets, selfTests } = await import('./targets.ts');
const target = [...targets, ...selfTests].find(({ name }) => name === job.target);
if (target === undefined || parentPort === null) throw new Error(`no fuzz target ${job.target}`);
const port = parentPort;
const { run: runTarget, recordHead } = target;
const random = new Random(job.seed);
const shared = new Uint8Array(job.shared);
const clock = new Int32Array(job.shared, 0, 2);
const INPUT_AT = 8;

function say(message: Message): void {
  port.postMessage(message);
}

/** The input stands in shared memory while it runs, so that it is known when the thread hangs. */
async function run(input: Uint8Array): Promise<void> {
  shared.set(input.subarray(0, shared.length - INPUT_AT), INPUT_AT);
  Atomics.store(clock, 1, input.length);
  Atomics.add(clock, 0, 1);
  try {
    const more = runTarget(input.slice());
    if (more !== undefined) await more;
  } catch (error) {
    if (error instanceof ProtocolError || error instanceof LinkError) return;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    say({ kind: 'finding', input, text });
  } finally {
    Atomics.add(clock, 0, 1);
  }
}

// A promise that nobody looks at is a finding too.
process.on('unhandledRejection', (error) => {
  if (error instanceof ProtocolError || error instanceof LinkError) return;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say({
    kind: 'finding',
    input: shared.slice(INPUT_AT, INPUT_AT + Atomics.load(clock, 1)),
    text: `unhandled: ${text}`,
  });
});

const corpus: Uint8Array[] = [];
let executions = 0;

async function runAll(inputs: readonly Uint8Array[]): Promise<void> {
  for (const input of inputs) await run(input);
}

/** Finds the inputs of a batch that reach new code, by halves, and keeps them. */
async function keepFresh(inputs: readonly Uint8Array[], coverage: Coverage): Promise<void> {
  await runAll(inputs);
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined) {
    if (coverage.take(true) > 0) corpus.push(only);
    return;
  }
  if (coverage.take(false) === 0) return;
  const half = inputs.length >> 1;
  await keepFresh(inputs.slice(0, half), coverage);
  await keepFresh(inputs.slice(half), coverage);
}

await target.prepare?.();
const seeds = [...job.corpus, ...target.seeds()];
if (coverage === null) await runAll(seeds);
else for (const seed of seeds) await keepFresh([seed], coverage);
executions += seeds.length;
if (corpus.length === 0) corpus.push(...seeds);

const end = performance.now() + job.seconds * 1000;
let reported = performance.now();
for (let size = FIRST_BATCH; executions < job.executions && performance.now() < end; ) {
  const batch = Array.from({ length: Math.min(size, job.executions - executions) }, () =>
    mutate(random.pick(corpus), random.pick(corpus), random, recordHead),
  );
  await runAll(batch);
  executions += batch.length;
  if (coverage !== null && coverage.take(false) > 0) await keepFresh(batch, coverage);
  else size = Math.min(LARGEST_BATCH, size * 2);
  if (performance.now() - reported < REPORT_MS) continue;
  reported = performance.now();
  say({ kind: 'progress', executions, covered: coverage?.covered ?? 0, corpus: corpus.length });
}
say({ kind: 'done', executions, covered: coverage?.covered ?? 0, corpus });
process.exit(0);
