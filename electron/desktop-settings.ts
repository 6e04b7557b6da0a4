import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Where the window was, in screen coordinates (device-independent pixels), when it was not maximised. */
const windowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  maximised: z.boolean(),
});
const shape = z.object({
  window: windowState.nullable().default(null),
  /** The person was told once that guests go on running when the window closes. */
  saidGuestsGoOn: z.boolean().default(false),
});
type Values = z.infer<typeof shape>;

/** What the desktop face remembers: `desktop.json` in the settings folder, replaced whole. */
export class DesktopSettings {
  readonly file: string;
  #values: Values;

  /** Reads the file; one that is not readable as settings is reported and replaced at the next change. */
  constructor(folder: string) {
    this.file = join(folder, 'desktop.json');
    this.#values = read(this.file);
  }

  get values(): Readonly<Values> {
    return this.#values;
  }

  /** Writes at once and synchronously, because it is called while the window closes. Throws what the disk throws. */
  change(change: Partial<Values>): void {
    const next = { ...this.#values, ...change };
    if (JSON.stringify(next) === JSON.stringify(this.#values)) return;
    this.#values = next;
    const text = `${JSON.stringify(next, null, 2)}\n`;
    const temporary = `${this.file}.${randomBytes(6).toString('hex')}.part`;
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    try {
      const handle = openSync(temporary, 'wx', 0o600);
      try {
        writeSync(handle, text);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(temporary, this.file);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

function read(file: string): Values {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      console.warn(`Settings in ${file} were not read:`, error);
    return shape.parse({});
  }
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    console.warn(`Settings in ${file} are not readable and begin anew:`, error);
    return shape.parse({});
  }
}
