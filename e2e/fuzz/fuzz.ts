// Coverage-guided fuzzing of the viewer's core: `node e2e/fuzz/fuzz.ts [TARGET…] [--executions N] [--seconds S] [--seed N] [--memory MIB] [--save]`.
// Prints one line of JSON for each target; ends with 1 when anything was found. See scripts/fuzz.mjs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { readCorpus, writeCorpus } from './corpus.ts';
import type { Job, Message } from './job.ts';
import { selfTests, targets } from './targets.ts';

/** One input may take so long, in processor time: what else the machine does is not its fault. */
const HANG_MS = 400;
/** And so long by the clock, should it wait for what never comes. */
const WAIT_MS = 30_000;
const CHECK_MS = 50;
/** Before the first input the thread loads its code. */
const START_MS = 30_000;
/** The part of the executions, or of the time, that goes into finding inputs: counting coverage makes everything slower. */
const EXPLORING = 0.2;
const MOST_EXPLORING_S = 45;
const MOST_FINDINGS = 10;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    executions: { type: 'string', default: 'Infinity' },
    seconds: { type: 'string' },
    seed: { type: 'string' },
    memory: { type: 'string', default: '1536' },
    save: { type: 'boolean', default: false },
    findings: { type: 'string', default: '.setup/fuzz' },
  },
});
/** For one target. */
const mostExecutions = Number(values.executions);
const mostSeconds = Number(
  values.seconds ?? (values.executions === 'Infinity' ? 30 : Number.POSITIVE_INFINITY),
);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const names = positionals.length > 0 ? positionals : targets.map(({ name }) => name);

let bad = false;
for (const name of names) {
  if (![...targets, ...selfTests].some((target) => target.name === name)) {
    throw new Error(
      `there is no target ${name}; there are ${targets.map((target) => target.name).join(', ')}`,
    );
  }
  const row = await fuzz(name);
  console.log(JSON.stringify(row));
  if (row.findings.length > 0) bad = true;
}
process.exitCode = bad ? 1 : 0;

interface Finding {
  readonly text: string;
  readonly file: string;
}

interface FuzzRow {
  readonly target: string;
  readonly seed: number;
  readonly executions: number;
  readonly seconds: number;
  /** Bytes of the core's code that have run. */
  readonly covered: number;
  readonly corpus: number;
  readonly findings: readonly Finding[];
}

/** First with coverage, to find inputs, then without, to run many. Goes on with a new thread after one that had to be ended. */
async function fuzz(target: string): Promise<FuzzRow> {
  const begun = performance.now();
  const findings = new Map<string, Finding>();
  const found = (text: string, input: Uint8Array): void => {
    // The same place in the code is the same finding.
    const key = text.split('\n').slice(0, 3).join('\n');
    if (findings.has(key)) return;
    mkdirSync(values.findings, { recursive: true });
    const file = join(values.findings, `${target}-${seed}-${findings.size}.bin`);
    writeFileSync(file, input);
    findings.set(key, { text: text.split('\n').slice(0, 6).join('\n'), file });
  };
  const elapsed = (): number => (performance.now() - begun) / 1000;
  let [executions, covered, corpus] = [0, 0, readCorpus(target)];
  let attempt = 0;
  for (const explore of [true, false]) {
    const executionsUntil = Math.ceil((mostExecutions * (explore ? EXPLORING : 1)) / slowness(target));
    const secondsUntil = explore ? Math.min(mostSeconds * EXPLORING, MOST_EXPLORING_S) : mostSeconds;
    for (; findings.size < MOST_FINDINGS; attempt += 1) {
      const seconds = secondsUntil - elapsed();
      const left = executionsUntil - executions;
      if (seconds <= 0 || left <= 0) break;
      const shared = new SharedArrayBuffer(64 * 1024);
      const job: Job = { target, explore, seed: seed + attempt, executions: left, seconds, corpus, shared };
      const run = await runThread(job, found);
      executions += run.executions;
      covered = Math.max(covered, run.covered);
      if (run.corpus === null) continue;
      if (explore) corpus = [...run.corpus];
      attempt += 1;
      break;
    }
  }
  if (values.save) writeCorpus(target, corpus);
  return {
    target,
    seed,
    executions,
    seconds: elapsed(),
    covered,
    corpus: corpus.length,
    findings: [...findings.values()],
  };
}

function slowness(name: string): number {
  return targets.find((target) => target.name === name)?.slowness ?? 1;
}

interface Run {
  readonly executions: number;
  readonly covered: number;
  /** Null when the thread had to be ended. */
  readonly corpus: readonly Uint8Array[] | null;
}

function runThread(job: Job, found: (text: string, input: Uint8Array) => void): Promise<Run> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: job,
    resourceLimits: { maxOldGenerationSizeMb: 768 },
  });
  const clock = new Int32Array(job.shared, 0, 2);
  const input = (): Uint8Array => Uint8Array.from(new Uint8Array(job.shared, 8, Atomics.load(clock, 1)));
  let run: Run = { executions: 0, covered: 0, corpus: null };
  return new Promise((resolve) => {
    let [seen, since, cpu] = [0, performance.now(), process.cpuUsage()];
    const end = (text: string): void => {
      found(text, input());
      void worker.terminate();
    };
    const watch = setInterval(() => {
      const now = Atomics.load(clock, 0);
      const elapsed = performance.now() - since;
      const running = (now & 1) === 1;
      const { user, system } = process.cpuUsage(cpu);
      if (now !== seen) [seen, since, cpu] = [now, performance.now(), process.cpuUsage()];
      else if (running && user + system > HANG_MS * 1000) end(`an input takes longer than ${HANG_MS} ms`);
      else if (running && elapsed > WAIT_MS) end('an input never comes to its end');
      else if (now === 0 && elapsed > START_MS) end('the thread did not begin');
      if (process.memoryUsage().rss > Number(values.memory) * 2 ** 20) {
        end(`more than ${values.memory} MiB of memory are in use`);
      }
    }, CHECK_MS);
    worker.on('message', (message: Message) => {
      if (message.kind === 'finding') found(message.text, message.input);
      else if (message.kind === 'progress')
        run = { ...run, executions: message.executions, covered: message.covered };
      else run = { executions: message.executions, covered: message.covered, corpus: message.corpus };
    });
    worker.on('error', (error) => found(`the thread died: ${error.stack ?? error.message}`, input()));
    worker.on('exit', () => {
      clearInterval(watch);
      resolve(run);
    });
  });
}
