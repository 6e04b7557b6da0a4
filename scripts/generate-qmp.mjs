// Writes backend/qemu/qmp/generated.ts from QEMU's QAPI schema (docs/devel/qapi-code-gen.rst describes the language).
//
//   node scripts/generate-qmp.mjs PATH/TO/qemu/qapi "QEMU 7.2.0" [OUT]
//
// `qapi` is the folder of that name in QEMU's source; Debian: `apt-get source --download-only qemu`, then unpack
// only `*/qapi/*` of the .orig.tar.xz. Conditions ('if') are not evaluated: what a build leaves out is found by
// probing the binary, not by the types.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT_IN = {
  str: 'string',
  number: 'number',
  int: 'number',
  int8: 'number',
  int16: 'number',
  int32: 'number',
  int64: 'number',
  uint8: 'number',
  uint16: 'number',
  uint32: 'number',
  uint64: 'number',
  size: 'number',
  bool: 'boolean',
  any: 'unknown',
  null: 'null',
  QType: "'none' | 'qnull' | 'qnum' | 'qstring' | 'qdict' | 'qlist' | 'qbool'",
};

/** Parses one schema file: a sequence of objects in QAPI's JSON (single quotes, # comments, no numbers). */
export function parseSchema(text, name) {
  let at = 0;

  const fail = (what) => {
    const line = text.slice(0, at).split('\n').length;
    throw new Error(`${name}:${line}: ${what}`);
  };
  const skip = () => {
    for (;;) {
      while (at < text.length && ' \t\r\n'.includes(text[at])) at += 1;
      if (text[at] !== '#') return;
      while (at < text.length && text[at] !== '\n') at += 1;
    }
  };
  const take = (character) => {
    skip();
    if (text[at] !== character) fail(`expected ${character}, found ${text[at] ?? 'the end'}`);
    at += 1;
  };
  const takeIf = (character) => {
    skip();
    if (text[at] !== character) return false;
    at += 1;
    return true;
  };
  const string = () => {
    take("'");
    let out = '';
    while (text[at] !== "'") {
      if (at >= text.length || text[at] === '\n') fail('a string has no end');
      if (text[at] === '\\') at += 1;
      out += text[at];
      at += 1;
    }
    at += 1;
    return out;
  };
  const value = () => {
    skip();
    if (text[at] === "'") return string();
    if (takeIf('{')) {
      const members = new Map();
      if (takeIf('}')) return members;
      do {
        const key = string();
        if (members.has(key)) fail(`the member ${key} stands twice`);
        take(':');
        members.set(key, value());
      } while (takeIf(','));
      take('}');
      return members;
    }
    if (takeIf('[')) {
      const items = [];
      if (takeIf(']')) return items;
      do items.push(value());
      while (takeIf(','));
      take(']');
      return items;
    }
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
    ]) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    return fail(`unexpected ${text[at] ?? 'end'}`);
  };

  const expressions = [];
  for (;;) {
    skip();
    if (at >= text.length) return expressions;
    const expression = value();
    if (!(expression instanceof Map)) fail('expected an object');
    expressions.push(expression);
  }
}

/** All expressions in the order of the schema: includes stand where they are included first. */
export function loadSchema(entry) {
  const seen = new Set();
  const load = (file) => {
    if (seen.has(file)) return [];
    seen.add(file);
    return parseSchema(readFileSync(file, 'utf8'), file).flatMap((expression) =>
      expression.has('include') ? load(resolve(dirname(file), expression.get('include'))) : [expression],
    );
  };
  return load(resolve(entry));
}

const KINDS = ['struct', 'union', 'alternate', 'enum', 'command', 'event'];

/** TypeScript for the schema's expressions. */
export function generateTypes(expressions, header) {
  const definitions = new Map();
  for (const expression of expressions) {
    if (expression.has('pragma')) continue;
    const kind = KINDS.find((candidate) => expression.has(candidate));
    if (kind === undefined) throw new Error(`unknown expression: ${[...expression.keys()].join(', ')}`);
    const name = expression.get(kind);
    if (definitions.has(name)) throw new Error(`${name} is defined twice`);
    definitions.set(name, { kind, name, expression });
  }
  const dataTypes = [...definitions.values()].filter(({ kind }) => kind !== 'command' && kind !== 'event');
  const typeNames = new Map(dataTypes.map(({ name }) => [name, pascal(name)]));
  if (new Set(typeNames.values()).size !== typeNames.size) throw new Error('two types get the same name');

  const reference = (type) => {
    if (Array.isArray(type)) {
      if (type.length !== 1) throw new Error(`an array of ${type.length} types`);
      const item = reference(type[0]);
      return /[ |&]/.test(item) ? `(${item})[]` : `${item}[]`;
    }
    if (type instanceof Map) return object(type);
    if (type in BUILT_IN) return BUILT_IN[type];
    const name = typeNames.get(type);
    if (name === undefined) throw new Error(`the type ${type} is used and not defined`);
    return name;
  };
  // A member is 'type', ['type'] or { 'type': …, 'if': …, 'features': … }; a leading * makes it optional.
  const typeOf = (member) => (member instanceof Map ? member.get('type') : member);
  const deprecated = (member) =>
    member instanceof Map && featureNames(member).includes('deprecated') ? '/** @deprecated */ ' : '';
  const member = ([key, type]) => {
    const optional = key.startsWith('*');
    const name = optional ? key.slice(1) : key;
    return `${deprecated(type)}${property(name)}${optional ? '?' : ''}: ${reference(typeOf(type))}`;
  };
  const object = (members) =>
    members.size === 0 ? 'NoMembers' : `{ ${[...members].map(member).join('; ')} }`;

  const definition = ({ kind, name, expression }) => {
    const ts = typeNames.get(name);
    const data = expression.get('data');
    if (kind === 'enum') {
      const values = data.map((item) => quote(item instanceof Map ? item.get('name') : item));
      return `export type ${ts} = ${values.join(' | ') || 'never'};`;
    }
    if (kind === 'alternate') {
      return `export type ${ts} = ${[...data.values()].map((branch) => reference(typeOf(branch))).join(' | ')};`;
    }
    if (kind === 'struct') {
      const base = expression.has('base') ? `${reference(expression.get('base'))} & ` : '';
      return base === '' && data.size === 0
        ? `export type ${ts} = NoMembers;`
        : `export type ${ts} = ${base}${object(data)};`;
    }
    // A union: the base, and one branch for each value of the discriminator; a value without branch adds nothing.
    const base = expression.get('base');
    const discriminator = expression.get('discriminator');
    const values = discriminatorValues(base, discriminator);
    const branches = values.map((value) => {
      const tag = `{ ${property(discriminator)}: ${quote(value)} }`;
      const branch = data.get(value);
      return branch === undefined ? tag : `(${tag} & ${reference(typeOf(branch))})`;
    });
    for (const key of data.keys()) {
      if (!values.includes(key)) throw new Error(`${name}: no value ${key} in the discriminator`);
    }
    return `export type ${ts} = ${reference(base)} & (${branches.join(' | ')});`;
  };
  const discriminatorValues = (base, discriminator) => {
    let type;
    for (let members = base; type === undefined; ) {
      if (typeof members === 'string') {
        const parent = definitions.get(members)?.expression;
        if (parent === undefined) throw new Error(`no base ${members}`);
        type = typeOf(parent.get('data').get(discriminator));
        members = parent.get('base');
      } else if (members instanceof Map) {
        type = typeOf(members.get(discriminator));
        if (type === undefined) throw new Error(`no discriminator ${discriminator}`);
      } else {
        throw new Error(`no discriminator ${discriminator}`);
      }
    }
    return definitions
      .get(type)
      .expression.get('data')
      .map((item) => (item instanceof Map ? item.get('name') : item));
  };

  const commands = [];
  const outOfBand = [];
  const events = [];
  for (const { kind, name, expression } of definitions.values()) {
    if (kind !== 'command' && kind !== 'event') continue;
    const payload = expression.has('data') ? reference(expression.get('data')) : 'NoMembers';
    const mark = deprecated(expression);
    if (kind === 'command') {
      // 'gen': false is device_add and its like, which takes any further property of the thing that it makes.
      const open = expression.get('gen') === false ? ' & Record<string, unknown>' : '';
      const returns = expression.has('returns') ? reference(expression.get('returns')) : 'NoMembers';
      commands.push(`  ${mark}${property(name)}: { arguments: ${payload}${open}; return: ${returns} };`);
      if (expression.get('allow-oob') === true) outOfBand.push(quote(name));
    } else {
      events.push(`  ${mark}${property(name)}: ${payload};`);
    }
  }

  return [
    header,
    '',
    '/** QAPI knows structs without members. */',
    'export type NoMembers = Record<never, never>;',
    '',
    ...dataTypes.map(definition),
    '',
    '/** Each QMP command: what it takes and what it returns. Integers beyond 2^53 lose their last bits in JSON. */',
    'export interface CommandMap {',
    ...commands,
    '}',
    '',
    '/** The commands that may run out of band (`exec-oob`). */',
    `export type OutOfBandCommand = ${outOfBand.join(' | ')};`,
    '',
    '/** Each QMP event and its data. */',
    'export interface EventMap {',
    ...events,
    '}',
    '',
  ].join('\n');
}

function featureNames(expression) {
  return (expression.get('features') ?? []).map((item) => (item instanceof Map ? item.get('name') : item));
}

function pascal(name) {
  return name.replace(/(?:^|[-_])([a-zA-Z0-9])/g, (_, first) => first.toUpperCase());
}

function property(name) {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name);
}

function quote(text) {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [folder, version, out] = process.argv.slice(2);
  if (folder === undefined || version === undefined) {
    console.error('usage: node scripts/generate-qmp.mjs QAPI-FOLDER "QEMU VERSION" [OUT]');
    process.exit(2);
  }
  const header = [
    `// Generated from the QAPI schema of ${version} by scripts/generate-qmp.mjs. Do not edit.`,
    `// Again: node scripts/generate-qmp.mjs PATH/TO/qemu/qapi "${version}"`,
  ].join('\n');
  const target =
    out ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'backend', 'qemu', 'qmp', 'generated.ts');
  const source = generateTypes(loadSchema(join(folder, 'qapi-schema.json')), header);
  writeFileSync(target, source);
  console.log(`${target}: ${source.length} bytes`);
}
