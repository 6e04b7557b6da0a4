import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDependencies, reachable } from './apt.ts';

const graph = parseDependencies(`qemu-guest-agent
  Depends: libc6
 |Depends: libglib2.0-0
  Depends: <init-system-helpers>
  PreDepends: dpkg:any
libc6
  Depends: libgcc-s1
libgcc-s1
  Depends: gcc-12-base
  Depends: libc6
libglib2.0-0
<init-system-helpers>
    other
`);

test('reads what apt-cache depends --recurse prints', () => {
  expect(graph.get('qemu-guest-agent')).toEqual(['libc6', 'libglib2.0-0', 'dpkg']);
  expect(graph.get('libc6')).toEqual(['libgcc-s1']);
  expect(graph.has('<init-system-helpers>')).toBe(false);
});

test('follows only what it may, and ends in a circle', () => {
  const libraries = reachable(graph, 'qemu-guest-agent', (name) => name.startsWith('lib'));
  expect(libraries).toEqual(['libc6', 'libgcc-s1', 'libglib2.0-0']);
});

test('any text is read without an error', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', ' ', '\n', '|', 'Depends: ', '<', '>', ':') }),
      (text) => {
        for (const names of parseDependencies(text).values()) expect(Array.isArray(names)).toBe(true);
      },
    ),
  );
});
