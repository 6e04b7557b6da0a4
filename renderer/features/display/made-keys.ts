/**
 * Keys that were made rather than typed: on-screen keyboards, dictation and remote control send a character, often
 * without the Shift key that a keyboard would have sent before it, sometimes without saying where the key sits. For those
 * the US layout decides, which is what a guest has unless told otherwise.
 */
const symbols: Readonly<Record<string, readonly [plain: string, shifted: string]>> = {
  Backquote: ['`', '~'],
  Digit1: ['1', '!'],
  Digit2: ['2', '@'],
  Digit3: ['3', '#'],
  Digit4: ['4', '$'],
  Digit5: ['5', '%'],
  Digit6: ['6', '^'],
  Digit7: ['7', '&'],
  Digit8: ['8', '*'],
  Digit9: ['9', '('],
  Digit0: ['0', ')'],
  Minus: ['-', '_'],
  Equal: ['=', '+'],
  BracketLeft: ['[', '{'],
  BracketRight: [']', '}'],
  Backslash: ['\\', '|'],
  Semicolon: [';', ':'],
  Quote: ["'", '"'],
  Comma: [',', '<'],
  Period: ['.', '>'],
  Slash: ['/', '?'],
  Space: [' ', ' '],
};

const letters = Array.from({ length: 26 }, (_, index) => {
  const capital = String.fromCharCode(65 + index);
  return [`Key${capital}`, [capital.toLowerCase(), capital]] as const;
});

const layout: ReadonlyMap<string, readonly [plain: string, shifted: string]> = new Map([
  ...Object.entries(symbols),
  ...letters,
]);

export interface MadeKey {
  readonly code: string;
  /** The character needs Shift, and nobody pressed it. */
  readonly needsShift: boolean;
}

type Typed = Pick<KeyboardEvent, 'code' | 'key' | 'shiftKey' | 'altKey' | 'getModifierState'>;

/** What to press for a key event: `{code: 'KeyA', key: 'A', shiftKey: false}` → KeyA with Shift. */
export function pressedKey(event: Typed): MadeKey {
  const known = event.code !== '' && event.code !== 'Unidentified';
  const code = known
    ? event.code
    : ([...layout].find(([, [plain, shifted]]) => event.key === plain || event.key === shifted)?.[0] ??
      event.key);
  const characters = layout.get(code);
  const isShifted =
    characters !== undefined && characters[0] !== characters[1] && event.key === characters[1];
  // On many a layout AltGr and 2 is @, which is Shift and 2 in the US. Windows may call AltGr Ctrl and Alt, macOS Option.
  const isExplained =
    event.shiftKey ||
    event.altKey ||
    event.getModifierState('AltGraph') ||
    event.getModifierState('CapsLock');
  return { code, needsShift: isShifted && !isExplained };
}
