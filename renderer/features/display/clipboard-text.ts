import { Fault } from '../../../backend/contract/fault.ts';
import { MAX_TYPED } from '../../../backend/contract/requests.ts';
import { typingFault } from '../../../backend/contract/typed-text.ts';
import { words } from './words.ts';

/** From here on typing takes some seconds, and the back end makes it a job. */
export const MANY_CHARACTERS = 150;

/** How often Enter is pressed for this text. */
export function enterCount(text: string): number {
  return text.match(/\r\n?|\n/g)?.length ?? 0;
}

/** The text in the person's clipboard, all of which can be typed. Throws a Fault that says why there is none. */
export async function readClipboardText(): Promise<string> {
  let text: string;
  try {
    // Not there on pages that the browser does not trust.
    text = await navigator.clipboard.readText();
  } catch (refused) {
    throw new Fault(
      { code: 'no-permission', message: words.clipboardClosed, remedy: words.clipboardRemedy },
      { cause: refused },
    );
  }
  if (text === '') throw new Fault({ code: 'bad-input', message: words.clipboardEmpty });
  if (text.length > MAX_TYPED) {
    throw new Fault({
      code: 'bad-input',
      message: words.clipboardLong(text.length, MAX_TYPED),
      remedy: words.clipboardLongRemedy,
    });
  }
  const fault = typingFault(text);
  if (fault !== null) throw fault;
  return text;
}
