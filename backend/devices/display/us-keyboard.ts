import { Fault } from '../../contract/fault.ts';
import type { QKeyCode } from '../../qemu/qmp/generated.ts';

/** One key, pressed and let go; `shift` is held meanwhile. */
export interface Stroke {
  readonly key: QKeyCode;
  readonly shift: boolean;
}

/** What the keys of a US keyboard write, without and with Shift. Letters and digits name themselves. */
const symbolKeys: readonly (readonly [plain: string, shifted: string, key: QKeyCode])[] = [
  ['`', '~', 'grave_accent'],
  ['1', '!', '1'],
  ['2', '@', '2'],
  ['3', '#', '3'],
  ['4', '$', '4'],
  ['5', '%', '5'],
  ['6', '^', '6'],
  ['7', '&', '7'],
  ['8', '*', '8'],
  ['9', '(', '9'],
  ['0', ')', '0'],
  ['-', '_', 'minus'],
  ['=', '+', 'equal'],
  ['[', '{', 'bracket_left'],
  [']', '}', 'bracket_right'],
  ['\\', '|', 'backslash'],
  [';', ':', 'semicolon'],
  ["'", '"', 'apostrophe'],
  [',', '<', 'comma'],
  ['.', '>', 'dot'],
  ['/', '?', 'slash'],
];

const strokes = new Map<string, Stroke>([
  [' ', { key: 'spc', shift: false }],
  ['\t', { key: 'tab', shift: false }],
  ['\n', { key: 'ret', shift: false }],
]);
for (const [plain, shifted, key] of symbolKeys) {
  strokes.set(plain, { key, shift: false });
  strokes.set(shifted, { key, shift: true });
}
for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
  const key = letter as QKeyCode;
  strokes.set(letter, { key, shift: false });
  strokes.set(letter.toUpperCase(), { key, shift: true });
}

/**
 * The keys that write `text` on a US keyboard; each end of a line (LF, CRLF or CR) is one Enter.
 * Throws 'bad-input' naming the first character that is on none, and where it is.
 */
export function strokesOf(text: string): readonly Stroke[] {
  let line = 1;
  let column = 0;
  return Array.from(text.replaceAll(/\r\n?/g, '\n'), (character) => {
    column += 1;
    const stroke = strokes.get(character);
    if (stroke === undefined) throw notOnTheKeyboard(character, line, column);
    if (character === '\n') {
      line += 1;
      column = 0;
    }
    return stroke;
  });
}

function notOnTheKeyboard(character: string, line: number, column: number): Fault {
  const number = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = /^[\p{C}\p{Z}]$/u.test(character) ? number : `“${character}” (${number})`;
  return new Fault({
    code: 'bad-input',
    message: `${shown}, character ${column} of line ${line}, is not on a US keyboard, so nothing was typed.`,
    remedy: 'Leave it out, or copy the text into the guest another way.',
    path: ['text'],
  });
}
