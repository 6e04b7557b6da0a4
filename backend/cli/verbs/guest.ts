import { resolve } from 'node:path';
import { MAX_TYPED } from '../../contract/requests.ts';
import { saveFile } from '../save-file.ts';
import { parseCount } from '../sizes.ts';
import { readInput } from '../standard-input.ts';
import { defineVerb, machineArgument, type Outcome, UsageError, type Verb } from '../verb.ts';

/** Of `machine.screenshot`, pixels. */
const [NARROWEST, WIDEST] = [16, 4096];
const WAYS = ['qmp', 'spice', 'auto'] as const;

const screenshot = defineVerb({
  words: ['screenshot'],
  summary: 'Saves the guest’s screen as a PNG file.',
  args: [
    machineArgument,
    {
      name: 'FILE',
      help: 'the PNG file to write; an existing one is replaced; - writes it to standard output',
    },
  ],
  options: {
    via: {
      value: 'HOW',
      help: 'qmp: QEMU’s own picture (the default); spice: as the viewer draws it; auto: spice where nobody looks, else qmp',
    },
    width: { value: 'N', help: 'scale it down to at most N pixels wide' },
  },
  notes: [
    '--via spice connects as a viewer does. A second one would end the first: while somebody looks it refuses.',
  ],
  run: async ({ args, options }, context) => {
    const via = WAYS.find((way) => way === (options.via ?? 'qmp'));
    if (via === undefined)
      throw new UsageError(`--via '${options.via}' is not known; give qmp, spice or auto.`);
    checkFile(args.FILE);
    const isPiped = args.FILE === '-' || args.FILE === '/dev/stdout';
    if (isPiped && process.stdout.isTTY && !context.json) {
      throw new UsageError('A PNG means nothing to a terminal.', 'Give a file, or send it on: … - | COMMAND');
    }
    const maxWidth = options.width === undefined ? undefined : parseCount(options.width, '--width');
    if (maxWidth !== undefined && (maxWidth < NARROWEST || maxWidth > WIDEST)) {
      throw new UsageError(`--width ${maxWidth} is out of range; give ${NARROWEST} to ${WIDEST}.`);
    }
    const client = await context.connect();
    const shot = await client.request('machine.screenshot', {
      machine: args.NAME,
      via,
      ...(maxWidth === undefined ? {} : { maxWidth }),
    });
    const png = Buffer.from(shot.png, 'base64');
    if (isPiped) return { json: shot, bytes: { stdout: png, stderr: new Uint8Array(0) } };
    const path = resolve(context.cwd, args.FILE);
    await saveFile(path, png);
    const { width, height, via: way } = shot;
    return {
      json: { path, width, height, via: way },
      text: `Saved ${width}×${height} to ${path}.`,
    };
  },
});

/** Names that would promise another kind of picture. */
const OTHER_PICTURE = /\.(avif|bmp|gif|jpe?g|ppm|tiff?|webp)$/i;

function checkFile(file: string): void {
  if (file === '')
    throw new UsageError('FILE is empty.', 'Name the PNG file to write, for example screen.png.');
  if (!OTHER_PICTURE.test(file)) return;
  throw new UsageError(
    `The picture is a PNG; '${file}' would say something else.`,
    `Name it ${file.replace(OTHER_PICTURE, '.png')}.`,
  );
}

/** Text where it is text; bytes that are no UTF-8 come as base64 as well. */
function outputJson(name: 'stdout' | 'stderr', bytes: Buffer): Record<string, string> {
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes)
    ? { [name]: text }
    : { [name]: text, [`${name}Base64`]: bytes.toString('base64') };
}

/** As a shell tells a death by signal: 128 + its number. */
function exitCodeOf(result: { exitCode: number | null; signal: number | null }): number {
  if (result.exitCode !== null) return result.exitCode;
  return result.signal === null ? 1 : 128 + result.signal;
}

const exec = defineVerb({
  words: ['exec'],
  summary: 'Runs a command in the guest, through its guest agent.',
  args: [machineArgument],
  options: { timeout: { value: 'TIME', help: 'how long it may take, for example 90s' } },
  rest: { name: 'COMMAND…', help: 'the command and its arguments' },
  examples: ['exec demo -- cat /proc/meminfo', "exec demo -- sh -c 'ls /dev | wc -l'"],
  notes: [
    'The exit code is the command’s own (128 + N when signal N ended it); 1 as well when it could not be run.',
  ],
  run: async ({ args, options, rest }, context): Promise<Outcome> => {
    const { parseDuration } = await import('../sizes.ts');
    const timeout = options.timeout === undefined ? undefined : parseDuration(options.timeout, '--timeout');
    const client = await context.connect();
    const result = await client.request('machine.exec', {
      machine: args.NAME,
      command: [...rest],
      ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    });
    const stdout = Buffer.from(result.stdout, 'base64');
    const stderr = Buffer.from(result.stderr, 'base64');
    if (result.truncated) context.note('The output was too long for the guest agent and is cut.');
    return {
      json: {
        exitCode: result.exitCode,
        signal: result.signal,
        ...outputJson('stdout', stdout),
        ...outputJson('stderr', stderr),
        truncated: result.truncated,
      },
      bytes: { stdout, stderr },
      exitCode: exitCodeOf(result),
    };
  },
});

/** What is on the keys, in QEMU's words (QKeyCode). */
const keyAliases: Readonly<Record<string, string>> = {
  control: 'ctrl',
  del: 'delete',
  enter: 'ret',
  return: 'ret',
  escape: 'esc',
  space: 'spc',
  win: 'meta_l',
  super: 'meta_l',
  meta: 'meta_l',
  pageup: 'pgup',
  pagedown: 'pgdn',
};

const keys = defineVerb({
  words: ['keys'],
  summary: 'Presses keys together and lets them go.',
  args: [
    machineArgument,
    { name: 'KEYS', help: 'joined by +, in QEMU’s names: ctrl+alt+delete, alt+f4, ret' },
  ],
  options: {},
  examples: ['keys demo ctrl+alt+delete'],
  run: async ({ args }, context) => {
    const names = args.KEYS.toLowerCase().split('+');
    if (names.some((name) => !/^[a-z0-9_]+$/.test(name))) {
      throw new UsageError(
        `KEYS '${args.KEYS}' is not a list of keys.`,
        'Give names joined by +, for example ctrl+alt+delete.',
      );
    }
    const pressed = names.map((name) =>
      Object.hasOwn(keyAliases, name) ? (keyAliases[name] ?? name) : name,
    );
    const client = await context.connect();
    await client.request('machine.keys', { machine: args.NAME, keys: pressed });
    return { json: { keys: pressed } };
  },
});

const type = defineVerb({
  words: ['type'],
  summary: 'Types text on the guest’s keyboard.',
  args: [machineArgument, { name: 'TEXT', help: 'what to type; - reads it from standard input' }],
  options: { enter: { help: 'press Enter at the end' } },
  examples: ["type demo 'ls -l' --enter", 'type demo -- -n', 'type demo - < script.sh'],
  notes: [
    'The keys are a US keyboard’s: ends of lines become Enter, and of other characters than ASCII’s none is typed.',
    'Caps Lock of the guest must be off. Ctrl+C stops it.',
  ],
  run: async ({ args, options }, context) => {
    const given = args.TEXT === '-' ? await readInput(MAX_TYPED) : args.TEXT;
    const text = options.enter ? `${given}\n` : given;
    if (text === '') throw new UsageError('There is nothing to type.');
    const client = await context.connect();
    const answer = await client.request('machine.type', { machine: args.NAME, text });
    return { json: answer };
  },
});

const clockSet = defineVerb({
  words: ['clock', 'set'],
  summary: 'Sets the guest’s clock to the host’s, through its guest agent.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    const { driftMs } = await client.request('clock.set', { machine: args.NAME });
    return {
      json: { driftMs },
      text: `The guest’s clock is ${Math.abs(driftMs).toFixed(1)} ms from the host’s now.`,
    };
  },
});

const log = defineVerb({
  words: ['log'],
  summary: 'Shows what happened to a machine, and the end of QEMU’s own log.',
  args: [machineArgument],
  options: {},
  run: async ({ args }, context) => {
    const client = await context.connect();
    const answer = await client.request('machine.log', { machine: args.NAME });
    const lines = answer.events.map((event) => `${new Date(event.at).toISOString()}  ${event.text}`);
    if (answer.qemu.trim() !== '') {
      lines.push(
        '',
        `QEMU (${answer.path}):`,
        ...answer.qemu
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`),
      );
    }
    return { json: answer, text: lines.length > 0 ? lines.join('\n') : 'Nothing yet.' };
  },
});

interface QmpCommand {
  readonly execute: string;
  readonly arguments?: Record<string, unknown>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `{"execute":"query-status"}`, or just `query-status`. */
function qmpCommandOf(text: string): QmpCommand {
  if (/^[a-z][a-z0-9_-]*$/i.test(text)) return { execute: text };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(
      `COMMAND is not JSON: ${error instanceof Error ? error.message : String(error)}.`,
      `For example: '{"execute":"query-status"}'`,
    );
  }
  if (!isRecord(value) || typeof value.execute !== 'string') {
    throw new UsageError('COMMAND has no "execute".', `For example: '{"execute":"query-status"}'`);
  }
  const extra = Object.keys(value).filter((key) => key !== 'execute' && key !== 'arguments');
  if (extra.length > 0)
    throw new UsageError(
      `COMMAND has "${extra[0]}", which is not passed on; give "execute" and "arguments".`,
    );
  if (value.arguments === undefined) return { execute: value.execute };
  if (!isRecord(value.arguments)) throw new UsageError('"arguments" is not an object.');
  return { execute: value.execute, arguments: value.arguments };
}

const qmp = defineVerb({
  words: ['qmp'],
  summary: 'Sends QEMU one QMP command and shows its answer.',
  args: [
    machineArgument,
    { name: 'COMMAND', help: 'JSON with "execute" and perhaps "arguments", or just a command’s name' },
  ],
  options: {},
  examples: [`qmp demo '{"execute":"query-status"}'`],
  run: async ({ args }, context) => {
    const command = qmpCommandOf(args.COMMAND);
    const client = await context.connect();
    const answer = await client.request('machine.qmp', { machine: args.NAME, command });
    return { json: answer, text: JSON.stringify(answer.return, null, 2) };
  },
});

export const guestVerbs: readonly Verb[] = [screenshot, exec, keys, type, clockSet, log, qmp];
