type Modifiers = Pick<KeyboardEvent, 'code' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>;

const MODIFIER = /^(Control|Alt|Shift|Meta|OS)(Left|Right)$/;

/** What keyboards in the US write on keys whose code does not say it. */
const signs: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  Backquote: '`',
  Minus: '-',
  Equal: '=',
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
  Semicolon: ';',
  Quote: "'",
  Comma: ',',
  Period: '.',
  Slash: '/',
};

/**
 * Keys pressed together, as text: held modifiers in the order Ctrl, Alt, Shift, Meta, then where the key sits
 * (KeyboardEvent.code): `Ctrl+Alt+KeyT`, `F11`. Null while only modifiers are pressed, or for a key that sits nowhere.
 */
export function combinationOf(event: Modifiers): string | null {
  if (event.code === '' || event.code === 'Unidentified' || MODIFIER.test(event.code)) return null;
  const parts = [
    event.ctrlKey ? 'Ctrl' : null,
    event.altKey ? 'Alt' : null,
    event.shiftKey ? 'Shift' : null,
    event.metaKey ? 'Meta' : null,
    event.code,
  ];
  return parts.filter((part) => part !== null).join('+');
}

/** The key of a combination: `Ctrl+Alt+KeyT` → `KeyT`. */
export function codeOf(combination: string): string {
  return combination.slice(combination.lastIndexOf('+') + 1);
}

/** As a person reads it: `Ctrl+Alt+KeyT` → `Ctrl Alt T`, `PageUp` → `Page Up`. */
export function combinationLabel(combination: string): string {
  const code = codeOf(combination);
  const key =
    signs[code] ?? code.replace(/^(Key|Digit)(?=.$)/, '').replaceAll(/(?<=[a-z])(?=[A-Z0-9])/g, ' ');
  return combination.slice(0, combination.length - code.length).replaceAll('+', ' ') + key;
}

/** Whether a person could not do without it: a key that writes, moves or leaves, with no Ctrl, Alt or Meta held. */
export function isForTyping(combination: string): boolean {
  if (/^(Ctrl|Alt|Meta|Shift\+Meta)\+/.test(combination)) return false;
  return !/^(F\d+|PrintScreen|Pause|ScrollLock|ContextMenu|(Media|Audio|Browser|Launch).*)$/.test(
    codeOf(combination),
  );
}
