import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log that grew past this is set aside as `.old` when the next program run starts, bytes. */
const TOO_LONG = 5 * 1024 * 1024;
/** What is kept in memory for the dialog, characters. */
const TAIL = 1500;

/** The back end's log: appended to, also by the CLI when it starts one, so every line goes out in one write. */
export class LogFile {
  readonly path: string;
  readonly #handle: number;
  #tail = '';

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (existsSync(path) && statSync(path).size > TOO_LONG) renameSync(path, `${path}.old`);
    this.#handle = openSync(path, 'a', 0o600);
  }

  write(bytes: Uint8Array): void {
    writeSync(this.#handle, bytes);
    this.#tail = (this.#tail + Buffer.from(bytes).toString('utf8')).slice(-TAIL);
  }

  /** A line of our own among the back end's. */
  note(text: string): void {
    writeSync(this.#handle, `${new Date().toISOString()} desktop: ${text}\n`);
  }

  /** The end of what the back end wrote since it was last started. */
  get tail(): string {
    return this.#tail.trim();
  }

  clearTail(): void {
    this.#tail = '';
  }

  [Symbol.dispose](): void {
    closeSync(this.#handle);
  }
}
