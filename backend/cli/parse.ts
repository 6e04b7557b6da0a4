import { parseArgs } from 'node:util';
import { nearest, orList } from '../rpc/nearest.ts';
import { type ParsedCall, UsageError, type Verb } from './verb.ts';

export type Command =
  | { readonly kind: 'run'; readonly verb: Verb; readonly call: ParsedCall }
  | { readonly kind: 'verb-help'; readonly verb: Verb }
  | { readonly kind: 'help'; readonly group: string | null }
  | { readonly kind: 'version' };

/** Whether --json stands before `--`: needed even when the rest cannot be parsed. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json');
}

/** What a command line asks for. Throws UsageError. */
export function parseCommand(argv: readonly string[], verbs: readonly Verb[]): Command {
  const words = argv.filter((word) => word !== '--json');
  const [first] = words;
  if (first === undefined || first === '--help' || first === '-h') return { kind: 'help', group: null };
  if (first === '--version') return { kind: 'version' };
  if (first === 'help') return helpFor(words.slice(1), verbs);
  const verb = findVerb(words, verbs);
  if (verb === undefined) {
    const asksHelp = words[1] === undefined || words[1] === '--help' || words[1] === '-h';
    if (asksHelp && isGroup(first, verbs)) {
      if (words[1] !== undefined) return { kind: 'help', group: first };
      throw new UsageError(`'${first}' needs a verb after it: ${groupWords(first, verbs)}.`);
    }
    throw unknownVerb(words, verbs);
  }
  const rest = argv.slice(indexAfter(argv, verb.words.length));
  const end = rest.indexOf('--');
  const own = end === -1 ? rest : rest.slice(0, end);
  if (own.includes('--help') || own.includes('-h')) return { kind: 'verb-help', verb };
  return { kind: 'run', verb, call: parseCall(rest, verb) };
}

/** Where the arguments begin: after `count` words that are not --json. */
function indexAfter(argv: readonly string[], count: number): number {
  let seen = 0;
  let index = 0;
  while (seen < count && index < argv.length) {
    if (argv[index] !== '--json') seen += 1;
    index += 1;
  }
  return index;
}

function findVerb(words: readonly string[], verbs: readonly Verb[]): Verb | undefined {
  return verbs.find((verb) => verb.words.every((word, index) => words[index] === word));
}

function isGroup(word: string, verbs: readonly Verb[]): boolean {
  return verbs.some((verb) => verb.words.length > 1 && verb.words[0] === word);
}

function groupWords(group: string, verbs: readonly Verb[]): string {
  const seconds = verbs.filter((verb) => verb.words[0] === group).map((verb) => verb.words[1] ?? '');
  return orList(seconds);
}

function helpFor(words: readonly string[], verbs: readonly Verb[]): Command {
  const [first] = words;
  if (first === undefined) return { kind: 'help', group: null };
  const verb = findVerb(words, verbs);
  if (verb !== undefined) return { kind: 'verb-help', verb };
  if (words.length === 1 && isGroup(first, verbs)) return { kind: 'help', group: first };
  throw unknownVerb(words, verbs);
}

function unknownVerb(words: readonly string[], verbs: readonly Verb[]): UsageError {
  const [first = '', second] = words;
  if (isGroup(first, verbs) && second !== undefined) {
    const seconds = verbs.filter((verb) => verb.words[0] === first).map((verb) => verb.words[1] ?? '');
    const near = nearest(second, seconds);
    return new UsageError(
      `There is no verb '${first} ${second}'.`,
      near.length > 0
        ? `Did you mean ${orList(near.map((word) => `${first} ${word}`))}?`
        : `There are ${orList(seconds)}.`,
    );
  }
  if (first.startsWith('-')) {
    return new UsageError(`There is no option '${first}' before a verb.`, "See 'innkeeper --help'.");
  }
  const near = nearest(first, new Set(verbs.map((verb) => verb.words[0] ?? '')));
  return new UsageError(
    `There is no verb '${first}'.`,
    near.length > 0 ? `Did you mean ${orList(near)}?` : "See 'innkeeper --help'.",
  );
}

function parseCall(argv: readonly string[], verb: Verb): ParsedCall {
  const known = { ...verb.options, json: { help: '' } } as Verb['options'];
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(known).map(([name, spec]) => [
        name,
        { type: spec.value === undefined ? ('boolean' as const) : ('string' as const) },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string | boolean | string[]>();
  const positionals: string[] = [];
  const rest: string[] = [];
  let terminated = false;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') terminated = true;
    else if (token.kind === 'positional') {
      // As everywhere: after `--` a word that begins with a minus is no option.
      (terminated && verb.rest !== undefined ? rest : positionals).push(token.value);
    } else addOption(values, known, verb, token);
  }
  return {
    args: nameArguments(positionals, verb),
    options: completeOptions(values, verb),
    rest: checkRest(rest, verb, terminated),
  };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function addOption(
  values: Map<string, string | boolean | string[]>,
  known: Verb['options'],
  verb: Verb,
  token: OptionToken,
): void {
  const spec = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
  const name = `'${verb.words.join(' ')}'`;
  if (spec === undefined || !token.rawName.startsWith('--')) {
    const near = nearest(token.name, Object.keys(known));
    throw new UsageError(
      `${name} has no option '${token.rawName}'.`,
      verb.rest !== undefined
        ? "Put '--' before the command."
        : near.length > 0
          ? `Did you mean ${orList(near.map((word) => `--${word}`))}?`
          : `See 'innkeeper ${verb.words.join(' ')} --help'. What is no option goes after '--'.`,
    );
  }
  if (spec.value === undefined) {
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
    values.set(token.name, true);
    return;
  }
  if (token.value === undefined || (token.inlineValue !== true && token.value.startsWith('-'))) {
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}.`);
  }
  const before = values.get(token.name);
  if (spec.repeatable) values.set(token.name, [...(Array.isArray(before) ? before : []), token.value]);
  else if (before !== undefined) throw new UsageError(`${token.rawName} is given twice.`);
  else values.set(token.name, token.value);
}

function nameArguments(positionals: readonly string[], verb: Verb): Record<string, string> {
  const named: Record<string, string> = {};
  for (const [index, spec] of verb.args.entries()) {
    const value = positionals[index];
    if (value !== undefined) named[spec.name] = value;
    else if (!spec.optional) {
      throw new UsageError(
        `'${verb.words.join(' ')}' needs ${spec.name}: ${spec.help}.`,
        `See 'innkeeper ${verb.words.join(' ')} --help'.`,
      );
    }
  }
  const extra = positionals[verb.args.length];
  if (extra !== undefined) {
    throw new UsageError(
      `'${verb.words.join(' ')}' does not know what to do with '${extra}'.`,
      verb.rest === undefined ? 'Quote a name that has spaces.' : "Put '--' before the command.",
    );
  }
  return named;
}

function completeOptions(
  values: ReadonlyMap<string, string | boolean | string[]>,
  verb: Verb,
): ParsedCall['options'] {
  const options: Record<string, string | boolean | readonly string[] | undefined> = {};
  for (const [name, spec] of Object.entries(verb.options)) {
    const value = values.get(name);
    if (value === undefined && spec.required) {
      throw new UsageError(`'${verb.words.join(' ')}' needs --${name} ${spec.value ?? ''}: ${spec.help}.`);
    }
    options[name] = value ?? (spec.value === undefined ? false : spec.repeatable ? [] : undefined);
  }
  return options;
}

function checkRest(rest: readonly string[], verb: Verb, terminated: boolean): readonly string[] {
  if (verb.rest !== undefined && rest.length === 0) {
    throw new UsageError(
      `'${verb.words.join(' ')}' needs ${terminated ? '' : "'--' and "}${verb.rest.name} after it: ${verb.rest.help}.`,
    );
  }
  return rest;
}
