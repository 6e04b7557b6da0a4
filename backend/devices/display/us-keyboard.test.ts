import fc from 'fast-check';
import { expect, test } from 'vitest';
import { strokesOf } from './us-keyboard.ts';

test('a letter, a capital, a symbol and Enter', () => {
  expect(strokesOf('aB~\n')).toEqual([
    { key: 'a', shift: false },
    { key: 'b', shift: true },
    { key: 'grave_accent', shift: true },
    { key: 'ret', shift: false },
  ]);
});

test('every printable ASCII character has a key of its own', () => {
  const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
  const strokes = strokesOf(printable).map(({ key, shift }) => `${shift ? 'shift+' : ''}${key}`);
  expect(strokes).toHaveLength(95);
  expect(new Set(strokes).size).toBe(95);
});

test('the ends of lines of every system are one Enter', () => {
  const enter = { key: 'ret', shift: false };
  expect(strokesOf('\r\n\n\r')).toEqual([enter, enter, enter]);
});

test.each([
  ['naïve', '“ï” (U+00EF), character 3 of line 1'],
  ['one\r\ntwo €', '“€” (U+20AC), character 5 of line 2'],
  ['😀', '“😀” (U+1F600), character 1 of line 1'],
  ['a\u0007', 'U+0007, character 2 of line 1'],
  ['a\u00a0b', 'U+00A0, character 2 of line 1'],
])('%j is refused by its first strange character', (text, named) => {
  expect(() => strokesOf(text)).toThrow(
    expect.objectContaining({ code: 'bad-input', message: expect.stringContaining(named) }),
  );
});

test('whatever the text, it is typed whole or refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const plain = text.replaceAll('\r\n', '\n');
      const typable = /^[\t\n\r -~]*$/.test(plain);
      if (typable) expect(strokesOf(text)).toHaveLength(plain.length);
      else expect(() => strokesOf(text)).toThrow();
    }),
  );
});
