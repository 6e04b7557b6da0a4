import { expect, test } from 'vitest';
import type { MenuEntry } from './menu.tsx';
import { menuParts } from './menu-parts.ts';

function action(id: string, of?: 'one' | 'any'): MenuEntry {
  return {
    id,
    label: id,
    onAction: () => {},
    ...(of === undefined ? {} : { choice: { of, isChosen: false } }),
  };
}

/** 'a', '[one b c]', '-' */
function drawn(entries: readonly MenuEntry[]): string[] {
  return menuParts(entries).map((part) => {
    if ('rule' in part) return '-';
    return 'of' in part ? `[${[part.of, ...part.entries.map(({ id }) => id)].join(' ')}]` : part.id;
  });
}

test('neighbouring choices make a group, up to a rule, another kind or a plain action', () => {
  expect(
    drawn([
      action('fit', 'one'),
      action('whole', 'one'),
      { rule: 'x' },
      action('follow', 'any'),
      action('large', 'any'),
      action('edit'),
      action('again', 'any'),
      action('left', 'one'),
    ]),
  ).toEqual(['[one fit whole]', '-', '[any follow large]', 'edit', '[any again]', '[one left]']);
});
