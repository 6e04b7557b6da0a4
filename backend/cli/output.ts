import type { FaultShape } from '../contract/fault.ts';
import { type Outcome, UsageError } from './verb.ts';

/** Exit codes of every verb; `exec` gives the guest command's own. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
const DETAIL_LINES = 12;

/** The option or argument a person typed for a field of the contract. */
const typedAs: Readonly<Record<string, string>> = {
  name: 'NAME',
  machine: 'NAME',
  memoryMiB: '--memory',
  cpus: '--cpus',
  cdrom: '--cdrom',
  disks: '--disk',
  path: 'FILE',
  port: '--port',
  timeoutMs: '--timeout',
  keys: 'KEYS',
  width: 'WIDTH',
  height: 'HEIGHT',
  text: 'TEXT',
};

/** A reader of ours that went away (`innkeeper list | head -1`) is no error. */
export function ignoreClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}

function write(stream: NodeJS.WriteStream, data: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => stream.write(data, () => resolve()));
}

export async function printOutcome(outcome: Outcome, json: boolean): Promise<void> {
  if (json) {
    await write(process.stdout, `${JSON.stringify(outcome.json)}\n`);
  } else if (outcome.bytes !== undefined) {
    await write(process.stderr, outcome.bytes.stderr);
    await write(process.stdout, outcome.bytes.stdout);
  } else if (outcome.text !== undefined) {
    await write(process.stdout, `${outcome.text}\n`);
  }
}

interface Described {
  readonly shape: FaultShape;
  readonly exitCode: number;
}

async function tell(error: unknown): Promise<Described> {
  if (error instanceof UsageError) {
    return {
      shape: {
        code: 'bad-input',
        message: error.message,
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      },
      exitCode: EXIT_USAGE,
    };
  }
  // Only now: the contract's schemas take longer to load than a wrong command line takes to refuse.
  const { Fault } = await import('../contract/fault.ts');
  return { shape: asTyped(Fault.from(error).toShape()), exitCode: EXIT_FAILED };
}

/** `machine.create: memoryMiB is below 16 MiB.` → `--memory is below 16 MiB.` */
export function asTyped(shape: FaultShape): FaultShape {
  const field = shape.path?.[0];
  const typed = typeof field === 'string' && Object.hasOwn(typedAs, field) ? typedAs[field] : undefined;
  if (shape.code !== 'bad-input' || typed === undefined) return shape;
  return { ...shape, message: shape.message.replace(/^[a-z.-]+: [A-Za-z]\S*/, typed) };
}

/** Says what went wrong, and gives the exit code. */
export async function printError(error: unknown, json: boolean): Promise<number> {
  const { shape, exitCode } = await tell(error);
  if (json) {
    await write(process.stdout, `${JSON.stringify({ error: shape })}\n`);
    return exitCode;
  }
  const lines = [`innkeeper: ${shape.message}`];
  // What QEMU itself said is the best hint there is; other details are for the log.
  const tellDetail = shape.code.startsWith('qemu-') || shape.code === 'internal';
  if (tellDetail && shape.detail !== undefined) {
    lines.push(
      ...shape.detail
        .trimEnd()
        .split('\n')
        .slice(-DETAIL_LINES)
        .map((line) => `  | ${line}`),
    );
  }
  if (shape.remedy !== undefined) lines.push(...shape.remedy.split('\n').map((line) => `  ${line}`));
  await write(process.stderr, `${lines.join('\n')}\n`);
  return exitCode;
}
