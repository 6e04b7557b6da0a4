import type { MenuAction, MenuEntry } from './menu.tsx';

/** Choices that stand beside each other and are chosen from together. */
export interface ChoiceGroup {
  readonly of: 'one' | 'any';
  readonly entries: readonly MenuAction[];
}

/** The entries in their order, neighbouring choices of the same kind put together. */
export function menuParts(entries: readonly MenuEntry[]): readonly (MenuEntry | ChoiceGroup)[] {
  const parts: (MenuEntry | ChoiceGroup)[] = [];
  for (const entry of entries) {
    const last = parts.at(-1);
    if ('rule' in entry || entry.choice === undefined) parts.push(entry);
    else if (last !== undefined && 'of' in last && last.of === entry.choice.of)
      parts[parts.length - 1] = { of: last.of, entries: [...last.entries, entry] };
    else parts.push({ of: entry.choice.of, entries: [entry] });
  }
  return parts;
}
