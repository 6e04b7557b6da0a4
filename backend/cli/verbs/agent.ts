import { LEAST_SIDE, MAX_CLIPBOARD_BYTES, MOST_SIDE } from '../../contract/agent.ts';
import { readInput } from '../standard-input.ts';
import { defineVerb, machineArgument, UsageError, type Verb } from '../verb.ts';

const AGENT_NOTE = 'The guest needs SPICE’s agent (spice-vdagent) and a desktop that runs.';

const displayResize = defineVerb({
  words: ['display', 'resize'],
  summary: 'Asks the guest for a screen of that size.',
  args: [machineArgument, { name: 'SIZE', help: 'WIDTHxHEIGHT in pixels, for example 1280x800' }],
  options: {},
  examples: ['display resize demo 1280x800'],
  notes: [AGENT_NOTE, 'It may take another size, or none: what it has then is shown.'],
  run: async ({ args }, context) => {
    const [, width, height] = /^(\d{1,5})[x×](\d{1,5})$/.exec(args.SIZE) ?? [];
    if (width === undefined || height === undefined) {
      throw new UsageError(
        `SIZE '${args.SIZE}' is not a size of a screen.`,
        'Give WIDTHxHEIGHT, for example 1280x800.',
      );
    }
    const wanted = { width: Number(width), height: Number(height) };
    if (Object.values(wanted).some((side) => side < LEAST_SIDE || side > MOST_SIDE)) {
      throw new UsageError(
        `SIZE '${args.SIZE}' is out of range; each side has ${LEAST_SIDE} to ${MOST_SIDE} pixels.`,
      );
    }
    const client = await context.connect();
    const size = await client.request('display.resize', { machine: args.NAME, ...wanted });
    const has = `${size.width}×${size.height}`;
    const isReached = size.width === wanted.width && size.height === wanted.height;
    return {
      json: size,
      text: isReached ? `The screen has ${has} now.` : `Asked for ${width}×${height}; the screen has ${has}.`,
    };
  },
});

const clipboardAllow = defineVerb({
  words: ['clipboard', 'allow'],
  summary: 'Lets text cross between the guest’s clipboard and yours, or no more.',
  args: [machineArgument, { name: 'SWITCH', help: 'on or off; it is off at first' }],
  options: {},
  examples: ['clipboard allow demo on'],
  run: async ({ args }, context) => {
    if (args.SWITCH !== 'on' && args.SWITCH !== 'off') {
      throw new UsageError(`'${args.SWITCH}' is neither on nor off.`, "Give 'on' or 'off'.");
    }
    const allowed = args.SWITCH === 'on';
    const client = await context.connect();
    const machine = await client.request('clipboard.allow', { machine: args.NAME, allowed });
    const text = allowed
      ? `Text may cross to and from “${machine.name}” now.`
      : `No text crosses to or from “${machine.name}” any more.`;
    return { json: machine, text };
  },
});

const clipboardCopy = defineVerb({
  words: ['clipboard', 'copy'],
  summary: 'Puts text on the guest’s clipboard, to be pasted there.',
  args: [
    machineArgument,
    { name: 'TEXT', help: 'what to copy; - or nothing reads it from standard input', optional: true },
  ],
  options: {},
  examples: ["clipboard copy demo 'a line of text'", 'clipboard copy demo < notes.txt'],
  notes: [
    AGENT_NOTE,
    'The text is there until other text is copied, the viewer that holds it is closed, or the machine shuts down.',
  ],
  run: async ({ args }, context) => {
    const given = args.TEXT === undefined || args.TEXT === '-' ? await fromInput(context.note) : args.TEXT;
    if (given === '') throw new UsageError('There is nothing to copy.');
    const client = await context.connect();
    await client.request('clipboard.copy', { machine: args.NAME, text: given });
    return { json: { characters: given.length } };
  },
});

async function fromInput(note: (text: string) => void): Promise<string> {
  if (process.stdin.isTTY) note('Type the text; Ctrl+D ends it.');
  return await readInput(MAX_CLIPBOARD_BYTES);
}

const clipboardPaste = defineVerb({
  words: ['clipboard', 'paste'],
  summary: 'Writes the text on the guest’s clipboard to standard output.',
  args: [machineArgument],
  options: {},
  examples: ['clipboard paste demo > notes.txt'],
  notes: [
    AGENT_NOTE,
    'The text comes as it is; on a terminal control characters are shown as symbols, and a line break is added.',
  ],
  run: async ({ args }, context) => {
    const client = await context.connect();
    const answer = await client.request('clipboard.paste', { machine: args.NAME });
    if (process.stdout.isTTY) return { json: answer, text: harmless(answer.text) };
    return { json: answer, bytes: { stdout: Buffer.from(answer.text), stderr: new Uint8Array(0) } };
  },
});

/** What a guest copied must not move the person's terminal: control characters as their pictures (Unicode, U+2400). */
export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll(/[^\P{Cc}\n\t]/gu, (control) => {
    const code = control.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
}

export const agentVerbs: readonly Verb[] = [displayResize, clipboardAllow, clipboardCopy, clipboardPaste];
