import type { Verb } from './verb.ts';

/** `disk attach NAME FILE [--bus BUS]` */
export function usageOf(verb: Verb): string {
  const parts = [...verb.words];
  for (const spec of verb.args) parts.push(spec.optional ? `[${spec.name}]` : spec.name);
  for (const [name, spec] of Object.entries(verb.options)) {
    const option = spec.value === undefined ? `--${name}` : `--${name} ${spec.value}`;
    parts.push(spec.required ? option : spec.repeatable ? `[${option}]…` : `[${option}]`);
  }
  if (verb.rest !== undefined) parts.push('--', verb.rest.name);
  return parts.join(' ');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

export function verbHelp(verb: Verb): string {
  const lines = [`innkeeper ${usageOf(verb)}`, '', verb.summary];
  const args = verb.rest === undefined ? verb.args : [...verb.args, verb.rest];
  if (args.length > 0) lines.push('', ...columns(args.map((spec) => [spec.name, spec.help])));
  const options: [string, string][] = Object.entries(verb.options).map(([name, spec]) => [
    spec.value === undefined ? `--${name}` : `--${name} ${spec.value}`,
    spec.help + (spec.repeatable ? ' (may be repeated)' : ''),
  ]);
  options.push(['--json', 'one JSON document on standard output, nothing else'], ['--help', 'this text']);
  lines.push('', ...columns(options));
  if (verb.notes !== undefined) lines.push('', ...verb.notes);
  if (verb.examples !== undefined)
    lines.push('', ...verb.examples.map((example) => `  $ innkeeper ${example}`));
  return lines.join('\n');
}

/** All verbs, or those of one group: `innkeeper disk --help`. */
export function overview(verbs: readonly Verb[], group: string | null): string {
  const shown = group === null ? verbs : verbs.filter((verb) => verb.words[0] === group);
  const rows = shown.map((verb): [string, string] => {
    const args = verb.args.map((spec) => (spec.optional ? `[${spec.name}]` : spec.name));
    const rest = verb.rest === undefined ? [] : ['--', verb.rest.name];
    return [[...verb.words, ...args, ...rest].join(' '), verb.summary];
  });
  if (group !== null) return columns(rows).join('\n');
  return [
    'innkeeper VERB …    runs virtual machines, and shows and changes their devices while they run',
    '',
    ...columns(rows),
    '',
    "'innkeeper VERB --help' tells more. Every verb takes --json. Exit codes: 0 done, 1 failed, 2 wrong usage.",
    'INNKEEPER_HOME puts all data under one folder; without it the XDG folders are used.',
  ].join('\n');
}
