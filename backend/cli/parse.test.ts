import { expect, test } from 'vitest';
import { overview, usageOf, verbHelp } from './help.ts';
import { parseCommand, wantsJson } from './parse.ts';
import { verbs } from './verb-table.ts';

function parse(line: string) {
  return parseCommand(line.split(' ').filter(Boolean), verbs);
}

test.each([
  [
    'create a --demo --disk 1G --disk=x.img',
    { NAME: 'a' },
    { demo: true, disk: ['1G', 'x.img'], start: false },
  ],
  ['disk attach a f --read-only', { NAME: 'a', FILE: 'f' }, { 'read-only': true, bus: undefined }],
  ['--json list', {}, {}],
  ['disk --json list a', { NAME: 'a' }, {}],
  ['wait a --for=stopped', { NAME: 'a' }, { for: 'stopped', timeout: undefined }],
  ['stop --force a', { NAME: 'a' }, { force: true }],
  ['clipboard copy a', { NAME: 'a' }, {}],
  ['clipboard copy a -', { NAME: 'a', TEXT: '-' }, {}],
  ['display resize a 1280x800', { NAME: 'a', SIZE: '1280x800' }, {}],
])('%s', (line, args, options) => {
  const command = parse(line);
  expect(command).toMatchObject({ kind: 'run', call: { args, rest: [] } });
  if (command.kind === 'run') expect(command.call.options).toMatchObject(options);
});

test('what follows -- is no option of ours', () => {
  expect(parse('exec a --timeout 5s -- ls --json -- -l')).toMatchObject({
    kind: 'run',
    call: { args: { NAME: 'a' }, options: { timeout: '5s' }, rest: ['ls', '--json', '--', '-l'] },
  });
  // Or it is an argument like any other.
  expect(parse('type --enter -- a -n')).toMatchObject({
    kind: 'run',
    call: { args: { NAME: 'a', TEXT: '-n' }, options: { enter: true }, rest: [] },
  });
  expect(wantsJson(['exec', 'a', '--', 'ls', '--json'])).toBe(false);
  expect(wantsJson(['exec', 'a', '--json', '--', 'ls'])).toBe(true);
});

test.each([
  ['strat a', "no verb 'strat'", "'start'"],
  ['disk atach a', "no verb 'disk atach'", "'disk attach'"],
  ['disk', "'disk' needs a verb", undefined],
  ['clipboard', "'clipboard' needs a verb", undefined],
  ['clipbord copy a', "no verb 'clipbord'", "'clipboard'"],
  ['clipboard past a', "no verb 'clipboard past'", "'clipboard paste'"],
  ['display resize a', "'display resize' needs SIZE", '--help'],
  ['start', "'start' needs NAME", '--help'],
  ['start a b', "'b'", 'Quote'],
  ['stop a --forced', "no option '--forced'", "'--force'"],
  ['stop a -f', "no option '-f'", undefined],
  ['stop a --force=yes', '--force takes no value', undefined],
  ['create a --memory', '--memory needs a value: --memory SIZE', undefined],
  ['create a --memory --demo', '--memory needs a value', undefined],
  ['create a --cpus 1 --cpus 2', '--cpus is given twice', undefined],
  ['wait a', 'needs --for STATE', undefined],
  ['exec a ls -l', "no option '-l'", "'--'"],
  ['exec a ls', "'ls'", "'--'"],
  ['exec a', "needs '--' and COMMAND", undefined],
  ['start a -- b', "does not know what to do with 'b'", undefined],
  ['type a -n', "no option '-n'", "'--'"],
  ['--frobnicate', "no option '--frobnicate'", '--help'],
  ['create a --__proto__ x', "no option '--__proto__'", undefined],
])('%s is refused', (line, message, remedy) => {
  let thrown: unknown;
  try {
    parse(line);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'UsageError', message: expect.stringContaining(message) });
  if (remedy !== undefined) expect(thrown).toMatchObject({ remedy: expect.stringContaining(remedy) });
});

test('help is found wherever it is asked for', () => {
  expect(parse('')).toEqual({ kind: 'help', group: null });
  expect(parse('--help')).toEqual({ kind: 'help', group: null });
  expect(parse('disk --help')).toEqual({ kind: 'help', group: 'disk' });
  expect(parse('help disk attach')).toMatchObject({ kind: 'verb-help', verb: { words: ['disk', 'attach'] } });
  expect(parse('start --help')).toMatchObject({ kind: 'verb-help', verb: { words: ['start'] } });
  expect(parse('--version')).toEqual({ kind: 'version' });
});

test('every verb stands in the overview and explains itself', () => {
  const all = overview(verbs, null);
  for (const verb of verbs) {
    expect(all).toContain(verb.words.join(' '));
    expect(verbHelp(verb)).toContain(usageOf(verb));
    expect(verb.summary).toMatch(/\.$|exit code/);
  }
  expect(new Set(verbs.map((verb) => verb.words.join(' '))).size).toBe(verbs.length);
});
