import { typingFault } from '../../contract/typed-text.ts';
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
 * Throws the fault of `typingFault` for text that it does not write.
 */
export function strokesOf(text: string): readonly Stroke[] {
  const fault = typingFault(text);
  if (fault !== null) throw fault;
  return [...text.replaceAll(/\r\n?/g, '\n')].flatMap((character) => strokes.get(character) ?? []);
}
