import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of one target, in bytes of its file: the whole corpus stays small enough for the repository. */
const MOST_BYTES = 5000;
const folder = join(import.meta.dirname, 'corpus');

/** The inputs that once reached something new: a line of base64 each. */
export function readCorpus(target: string): Uint8Array[] {
  const file = join(folder, `${target}.txt`);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => new Uint8Array(Buffer.from(line, 'base64')));
}

/** Keeps the shortest inputs, as many as there is room for. */
export function writeCorpus(target: string, inputs: readonly Uint8Array[]): void {
  const lines = new Set(inputs.map((input) => Buffer.from(input).toString('base64')));
  const kept: string[] = [];
  let size = 0;
  for (const line of [...lines].sort((a, b) => a.length - b.length || (a < b ? -1 : 1))) {
    size += line.length + 1;
    if (size > MOST_BYTES) break;
    kept.push(line);
  }
  if (kept.length > 0) writeFileSync(join(folder, `${target}.txt`), `${kept.join('\n')}\n`);
}
