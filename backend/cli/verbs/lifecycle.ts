import type { MachineView } from '../../contract/machine.ts';
import type { RequestInput } from '../../contract/requests.ts';
import { showJobs } from '../progress.ts';
import { parseDuration } from '../sizes.ts';
import { type Context, defineVerb, machineArgument, type Outcome, UsageError, type Verb } from '../verb.ts';

type Move = 'machine.start' | 'machine.pause' | 'machine.resume';

/** `'demo' is running.`, after whatever was asked. */
async function now(machine: MachineView): Promise<Outcome> {
  const { stateWords } = await import('../../contract/machine.ts');
  return { json: machine, text: `“${machine.name}” is ${stateWords[machine.state].toLowerCase()}.` };
}

async function move(name: Move, machine: string, context: Context): Promise<Outcome> {
  const client = await context.connect();
  using _progress = showJobs(client, context);
  return now(await client.request(name, { machine }));
}

const start = defineVerb({
  words: ['start'],
  summary: 'Starts a machine.',
  args: [machineArgument],
  options: {},
  run: ({ args }, context) => move('machine.start', args.NAME, context),
});

const stop = defineVerb({
  words: ['stop'],
  summary: 'Asks the guest to shut down.',
  args: [machineArgument],
  options: { force: { help: 'switch it off at once; what the guest has not written is lost' } },
  notes: ["It does not wait for the guest: 'innkeeper wait NAME --for stopped' does."],
  run: async ({ args, options }, context) => {
    const client = await context.connect();
    const machine = await client.request('machine.stop', {
      machine: args.NAME,
      ...(options.force ? { force: true } : {}),
    });
    if (machine.state === 'stopping' && !options.force) {
      return { json: machine, text: `Asked “${machine.name}” to shut down.` };
    }
    return now(machine);
  },
});

const restart = defineVerb({
  words: ['restart'],
  summary: 'Shuts the guest down and starts it again.',
  args: [machineArgument],
  options: { force: { help: 'reset it at once; what the guest has not written is lost' } },
  run: async ({ args, options }, context) => {
    const client = await context.connect();
    return now(
      await client.request('machine.restart', {
        machine: args.NAME,
        ...(options.force ? { force: true } : {}),
      }),
    );
  },
});

const pause = defineVerb({
  words: ['pause'],
  summary: 'Stops the guest’s CPUs; its memory stays.',
  args: [machineArgument],
  options: {},
  run: ({ args }, context) => move('machine.pause', args.NAME, context),
});

const resume = defineVerb({
  words: ['resume'],
  summary: 'Lets a paused guest go on.',
  args: [machineArgument],
  options: {},
  run: ({ args }, context) => move('machine.resume', args.NAME, context),
});

type Condition = RequestInput<'machine.wait'>['for'];
const conditions: Readonly<Record<Condition, string>> = {
  running: 'is running',
  'guest-ready': 'says that it is ready',
  stopped: 'is off',
};

function conditionOf(text: string): Condition {
  if (Object.hasOwn(conditions, text)) return text as Condition;
  throw new UsageError(
    `--for '${text}' is nothing to wait for.`,
    `Give ${Object.keys(conditions).join(', ')}.`,
  );
}

const wait = defineVerb({
  words: ['wait'],
  summary: 'Waits until a machine is where it should be.',
  args: [machineArgument],
  options: {
    for: {
      value: 'STATE',
      help: 'running, guest-ready (the guest itself said so) or stopped',
      required: true,
    },
    timeout: { value: 'TIME', help: 'how long, for example 90s or 5m; 60s unless given' },
  },
  examples: ['wait demo --for guest-ready --timeout 60s'],
  run: async ({ args, options }, context) => {
    const condition = conditionOf(options.for);
    const timeoutMs = parseDuration(options.timeout ?? '60s', '--timeout');
    const client = await context.connect();
    const reached = await client.request('machine.wait', { machine: args.NAME, for: condition, timeoutMs });
    return { json: reached, text: `“${args.NAME}” ${conditions[condition]}.` };
  },
});

export const lifecycleVerbs: readonly Verb[] = [start, stop, pause, resume, restart, wait];
