import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeOptionValue, jsonOption, legacyOption } from './command-line.ts';

/** How QEMU reads one value (util/qemu-option.c, get_opt_value): up to a comma that is not doubled. */
function readValue(text: string): { value: string; rest: string } {
  const end = /^(?:[^,]|,,)*/.exec(text)?.[0].length ?? 0;
  return { value: text.slice(0, end).replaceAll(',,', ','), rest: text.slice(end) };
}

test('a value stays one value, whatever stands in it', () => {
  fc.assert(
    fc.property(
      fc.string().map((text) => text.replaceAll('\0', '')),
      (value) => {
        expect(readValue(`${escapeOptionValue(value)},server=on`)).toEqual({ value, rest: ',server=on' });
      },
    ),
  );
});

test('the shapes of options', () => {
  expect(legacyOption('-chardev', 'socket', { id: 'a', path: '/x,y', server: true, wait: false })).toEqual([
    '-chardev',
    'socket,id=a,path=/x,,y,server=on,wait=off',
  ]);
  expect(legacyOption('-spice', null, { unix: true, addr: '/s', 'disable-ticketing': undefined })).toEqual([
    '-spice',
    'unix=on,addr=/s',
  ]);
  expect(legacyOption('-smp', '2')).toEqual(['-smp', '2']);
  expect(jsonOption('-device', { driver: 'x', serial: 'a,b' })).toEqual([
    '-device',
    '{"driver":"x","serial":"a,b"}',
  ]);
  expect(() => legacyOption('-spice', null, { 'a,b': 1 })).toThrow(TypeError);
  expect(() => escapeOptionValue('a\0b')).toThrow(TypeError);
});

test('QEMU itself reads them so', async () => {
  // A value that would be another property if it were not escaped makes QEMU name the whole of it.
  const args = legacyOption('-chardev', 'socket', { id: 'a', path: '/nowhere,server=on,wait=off' });
  const run = promisify(execFile)('qemu-system-x86_64', [
    ...['-machine', 'none', '-nodefaults', '-no-user-config', '-display', 'none'],
    ...args,
  ]);
  await expect(run).rejects.toMatchObject({ stderr: expect.stringContaining('/nowhere,server=on,wait=off') });
});
