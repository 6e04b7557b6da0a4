import type { z } from 'zod';
import { Fault } from '../contract/fault.ts';
import { nearest, orList } from './nearest.ts';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const kindWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'nothing',
  nan: 'not a number',
};

function wordFor(kind: string): string {
  return kindWords[kind] ?? `a ${kind}`;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isNaN(value)) return 'nan';
  return typeof value;
}

/** Words that follow the field's name: "`cpus` is missing". The contract's own messages are written the same way. */
function wordsFor(issue: RawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return `is missing; it must be ${wordFor(issue.expected)}`;
      if (issue.expected === 'int' && typeof issue.input === 'number') return 'is not a whole number';
      return `must be ${wordFor(issue.expected)}, but is ${wordFor(kindOf(issue.input))}`;
    case 'invalid_value': {
      const values = issue.values.map(String);
      return values.length === 1
        ? `must be '${values[0]}'`
        : `must be one of ${orList(values)}${typeof issue.input === 'string' ? `, not '${issue.input.slice(0, 40)}'` : ''}`;
    }
    case 'too_small':
      if (issue.origin === 'string' || issue.origin === 'array') return 'is empty or too short';
      return `is below ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `is longer than ${issue.maximum} characters`;
      if (issue.origin === 'array') return `has more than ${issue.maximum} entries`;
      return `is above ${issue.maximum}`;
    case 'invalid_format':
      return 'has characters that are not allowed, or the wrong form';
    case 'unrecognized_keys':
      return `has ${issue.keys.length === 1 ? 'an unknown field' : 'unknown fields'}: ${issue.keys
        .slice(0, 5)
        .map((key) => `'${key.slice(0, 40)}'`)
        .join(', ')}`;
    default:
      return undefined;
  }
}

/** For `safeParse(input, { error: plainWords })`: messages that the contract does not write itself. */
export const plainWords = (issue: RawIssue): string | undefined => wordsFor(issue);

/** ['disks', 0, 'path'] → `disks[0].path` */
function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

interface Located {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

/**
 * In a union every branch complains. The one the person meant is the one without unknown fields, then the one that got
 * deepest into the input, then the one with the fewest complaints.
 */
function locate(issue: Issue, prefix: readonly PropertyKey[]): Located {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return { issue, path };
  const scored = issue.errors.map((branch) => ({
    branch,
    unknown: branch.some((one) => one.code === 'unrecognized_keys') ? 1 : 0,
    depth: Math.max(0, ...branch.map((one) => one.path.length)),
  }));
  scored.sort((a, b) => a.unknown - b.unknown || b.depth - a.depth || a.branch.length - b.branch.length);
  const first = scored[0]?.branch[0];
  return first === undefined ? { issue, path } : locate(first, path);
}

function shapeKeys(schema: z.ZodType): readonly string[] {
  const shape = 'shape' in schema ? schema.shape : undefined;
  return typeof shape === 'object' && shape !== null ? Object.keys(shape) : [];
}

/** The first thing that is wrong with an input, as a fault whose `path` leads to it. */
export function badInput(what: string, error: z.ZodError, schema: z.ZodType): Fault {
  const first = error.issues[0];
  if (first === undefined)
    return new Fault({ code: 'bad-input', message: `${what}: the input is not valid.` });
  const { issue, path } = locate(first, []);
  const where = pathText(path);
  const subject = where === '' ? 'the input' : where;
  const clean: (string | number)[] = path.map((part) => (typeof part === 'number' ? part : String(part)));
  let remedy = 'Correct it and try again.';
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 ? shapeKeys(schema) : [];
    const near = issue.keys.flatMap((key) => nearest(key, known));
    if (near.length > 0) remedy = `Did you mean ${orList([...new Set(near)])}?`;
    const key = issue.keys[0];
    if (key !== undefined) clean.push(key);
  }
  return new Fault({
    code: 'bad-input',
    message: `${what}: ${subject} ${issue.message}.`,
    remedy,
    path: clean,
  });
}
