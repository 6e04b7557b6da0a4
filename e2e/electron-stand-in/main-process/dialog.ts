import type { DialogAnswer, ShownDialog } from '../control-messages.ts';
import { strict } from './strict.ts';

type Options = Record<string, unknown>;

export const shownDialogs: ShownDialog[] = [];
const answers: DialogAnswer[] = [];

export function answerNext(answer: DialogAnswer): void {
  answers.push(answer);
}

/** Takes the answer a test laid ready for this kind; without one the person cancels. */
function take<K extends DialogAnswer['kind']>(kind: K): Extract<DialogAnswer, { kind: K }> | null {
  const index = answers.findIndex((answer) => answer.kind === kind);
  const [answer] = index < 0 ? [] : answers.splice(index, 1);
  return (answer as Extract<DialogAnswer, { kind: K }> | undefined) ?? null;
}

/** Every dialog may be called with a window first, or without. */
function show(kind: ShownDialog['kind'], args: readonly unknown[]): Options {
  const options = args.at(-1) as Options;
  shownDialogs.push({ kind, options });
  return options;
}

export const dialog = strict('dialog', {
  async showOpenDialog(...args: unknown[]) {
    show('open', args);
    const paths = take('open')?.paths ?? [];
    return { canceled: paths.length === 0, filePaths: [...paths] };
  },
  async showSaveDialog(...args: unknown[]) {
    show('save', args);
    const path = take('save')?.path ?? null;
    return { canceled: path === null, filePath: path ?? '' };
  },
  async showMessageBox(...args: unknown[]) {
    const options = show('message', args);
    const response = take('message')?.button ?? options.cancelId ?? options.defaultId ?? 0;
    return { response, checkboxChecked: false };
  },
  showErrorBox(title: string, content: string) {
    show('error', [{ title, content }]);
    console.error(`${title}: ${content}`);
  },
});
