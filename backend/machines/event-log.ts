import { appendFile, readFile, stat } from 'node:fs/promises';
import { writeFileAtomically } from '../store/atomic-file.ts';

export interface LogEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** Entries shown, and kept when the file is cut. */
const KEPT = 500;
/** The same line is not written again sooner than this, ms. */
const SAME_AGAIN = 5_000;
const LONGEST_FILE = 256 * 1024;

/** What Innkeeper saw of one machine, for its Log tab: a line of JSON an entry, bounded. */
export class EventLog {
  readonly #file: string;
  #work: Promise<void> = Promise.resolve();
  #last: LogEntry | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * The entry, written in order; null where it only says again what was said a moment ago. A disk that is full costs
   * the line, not the machine: `onTrouble` hears of it.
   */
  append(text: string, onTrouble: (error: unknown) => void): LogEntry | null {
    const entry = { at: Date.now(), text };
    // A guest that restarts itself in a loop would say nothing else, dozens of times a second.
    if (text === this.#last?.text && entry.at - this.#last.at < SAME_AGAIN) return null;
    this.#last = entry;
    this.#work = this.#work.then(() => this.#write(entry)).catch(onTrouble);
    return entry;
  }

  async read(): Promise<LogEntry[]> {
    await this.#work;
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
    return text.split('\n').flatMap(parseEntry).slice(-KEPT);
  }

  /** Resolves when everything appended so far is in the file. */
  async settle(): Promise<void> {
    await this.#work;
  }

  async #write(entry: LogEntry): Promise<void> {
    await appendFile(this.#file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    if ((await stat(this.#file)).size < LONGEST_FILE) return;
    const text = await readFile(this.#file, 'utf8');
    await writeFileAtomically(this.#file, `${text.trimEnd().split('\n').slice(-KEPT).join('\n')}\n`);
  }
}

/** A line cut by a crash is no entry. */
function parseEntry(line: string): LogEntry[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('at' in value) || !('text' in value)) return [];
    return typeof value.at === 'number' && typeof value.text === 'string'
      ? [{ at: value.at, text: value.text }]
      : [];
  } catch {
    return [];
  }
}
