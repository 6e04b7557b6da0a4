import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const GENERATOR = join(import.meta.dirname, '../../../scripts/generate-qmp.mjs');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'innkeeper-qapi-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function generate(schema: string, included = ''): Promise<string> {
  await writeFile(join(folder, 'qapi-schema.json'), schema);
  await writeFile(join(folder, 'part.json'), included);
  const out = join(folder, 'out.ts');
  await promisify(execFile)(process.execPath, [GENERATOR, folder, 'QEMU test', out]);
  return readFile(out, 'utf8');
}

test('the whole language: comments, includes, bases, unions, alternates, conditions, features', async () => {
  const source = await generate(
    `# -*- Mode: Python -*-
{ 'pragma': { 'doc-required': true } }
{ 'include': 'part.json' }   # and a comment with ' in it
{ 'include': 'part.json' }
{ 'struct': 'Base', 'data': { 'kind': 'Kind', '*note': 'str' } }
{ 'union': 'Thing', 'base': 'Base', 'discriminator': 'kind', 'data': { 'one': 'One' } }
{ 'union': 'Inline', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': {
    'three-d': { 'type': 'One', 'if': 'CONFIG_X' } } }
{ 'alternate': 'NameOrMany', 'data': { 'a': 'str', 'b': ['One'], 'c': 'null' } }
{ 'command': 'do-it', 'data': { 'x': { 'type': 'size', 'features': [ 'deprecated' ] } }, 'returns': ['Kind'] }
{ 'command': 'make', 'data': { 'driver': 'str' }, 'gen': false, 'allow-oob': true }
{ 'command': 'boxed', 'boxed': true, 'data': 'Thing', 'if': { 'all': [ 'A', { 'not': 'B' } ] } }
{ 'event': 'DONE', 'data': { 'thing': 'NameOrMany' } }
{ 'event': 'QUIET' }
`,
    `{ 'enum': 'Kind', 'data': [ 'one', { 'name': 'three-d', 'if': 'CONFIG_X' }, 'none' ] }
{ 'struct': 'One', 'base': 'Empty', 'data': { 'a-b': ['int'] } }
{ 'struct': 'Empty', 'data': {} }`,
  );
  for (const line of [
    '// Generated from the QAPI schema of QEMU test by scripts/generate-qmp.mjs. Do not edit.',
    "export type Kind = 'one' | 'three-d' | 'none';",
    "export type One = Empty & { 'a-b': number[] };",
    'export type Empty = NoMembers;',
    'export type Base = { kind: Kind; note?: string };',
    "export type Thing = Base & (({ kind: 'one' } & One) | { kind: 'three-d' } | { kind: 'none' });",
    "export type Inline = { kind: Kind } & ({ kind: 'one' } | ({ kind: 'three-d' } & One) | { kind: 'none' });",
    'export type NameOrMany = string | One[] | null;',
    "  'do-it': { arguments: { /** @deprecated */ x: number }; return: Kind[] };",
    '  make: { arguments: { driver: string } & Record<string, unknown>; return: NoMembers };',
    '  boxed: { arguments: Thing; return: NoMembers };',
    "export type OutOfBandCommand = 'make';",
    '  DONE: { thing: NameOrMany };',
    '  QUIET: NoMembers;',
  ]) {
    expect(source.split('\n')).toContain(line);
  }
});

test.each([
  ['an unknown type', "{ 'command': 'x', 'returns': 'Nothing' }", /Nothing is used and not defined/],
  ['a string without end', "\n{ 'command': 'x", /qapi-schema\.json:2: a string has no end/],
  ['a name twice', "{ 'command': 'x' } { 'command': 'x' }", /x is defined twice/],
  ['an unknown expression', "{ 'gadget': 'x' }", /unknown expression: gadget/],
  ['no JSON', '[ 1 ]', /unexpected 1/],
])('%s is refused with its place', async (_, schema, message) => {
  await expect(generate(schema)).rejects.toMatchObject({ stderr: expect.stringMatching(message) });
});
