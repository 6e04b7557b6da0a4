import { relative, sep } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { containedPath } from './contained-path.ts';

const root = '/srv/renderer';

test.each([
  ['app://innkeeper/index.html', '/srv/renderer/index.html'],
  ['app://innkeeper/assets/main-1.js?x=1#y', '/srv/renderer/assets/main-1.js'],
  ['app://innkeeper/assets/a%20b.js', '/srv/renderer/assets/a b.js'],
])('%s is %s', (url, path) => expect(containedPath(root, url)).toBe(path));

test.each([
  'app://innkeeper/',
  'app://innkeeper/..%2fpackage.json',
  'app://innkeeper/%2e%2e/package.json/..%2f..',
  'app://innkeeper/assets/..%5c..%5cpackage.json',
  'app://innkeeper/%2fetc/passwd',
  'app://innkeeper//etc/passwd',
  'app://innkeeper/.git/config',
  'app://innkeeper/index.html%00.js',
  'app://innkeeper/%zz',
  'app://elsewhere/index.html',
  'app://user@innkeeper/index.html',
  'https://innkeeper/index.html',
  'file:///srv/renderer/index.html',
  'not a url',
])('%s is nothing', (url) => expect(containedPath(root, url)).toBeNull());

test('no URL leads out of the folder', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2f',
      '%5c',
      '%00',
      '%',
      '//',
      'a',
      '%252e',
      '?',
      '#',
      '@',
      ':',
    ),
    fc.string({ maxLength: 4, unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = containedPath(root, `app://innkeeper/${pieces.join('')}`);
      if (path === null) return;
      expect(path).not.toContain('\0');
      const inside = relative(root, path);
      expect(inside === '' || inside.startsWith('..') || inside.startsWith(sep)).toBe(false);
    }),
    { numRuns: 3000 },
  );
});
