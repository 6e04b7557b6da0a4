import { Fault } from './fault.ts';

/** What a US keyboard writes: printable ASCII, Tab and Enter. */
const OTHER = /[^\t\n\r -~]/u;

/** What stands in the way of typing `text` on a US keyboard: its first character that is not on one, and where it is. */
export function typingFault(text: string): Fault | null {
  const at = text.search(OTHER);
  if (at < 0) return null;
  const before = text.slice(0, at).split(/\r\n?|\n/);
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  const number = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const shown = /^[\p{C}\p{Z}]$/u.test(character) ? number : `“${character}” (${number})`;
  const column = (before.at(-1) ?? '').length + 1;
  return new Fault({
    code: 'bad-input',
    message: `${shown}, character ${column} of line ${before.length}, is not on a US keyboard, so nothing was typed.`,
    remedy: 'Leave it out, or copy the text into the guest another way.',
    path: ['text'],
  });
}
