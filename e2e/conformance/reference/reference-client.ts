import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { IMAGE_COMPRESSION, type ImageCompression } from '../../../renderer/spice/protocol/constants.ts';
import type { Picture } from '../picture.ts';
import { type Answer, AnswerReader } from './answers.ts';
import { ensureReferenceClient } from './build.ts';
import { pictureOf, type RawSurface } from './raw-surface.ts';

const FIRST_PICTURE_MS = 20_000;

export interface ReferenceOptions {
  /** What it asks the server for; left to the server when absent. */
  readonly compression?: ImageCompression;
  /** Added to our own environment: SPICE_DEBUG=1, for one. */
  readonly env?: Readonly<Record<string, string>>;
  /** Its own complaints; standard error when absent. */
  readonly stderr?: (text: string) => void;
}

export interface Invalidations {
  /** How often it told that a part of the screen has changed. */
  readonly count: number;
  /** When it last did: milliseconds of the clock that process.hrtime reads, 0 for never. */
  readonly timeOfLast: number;
}

/** The pointer's shape that came last, and what else the cursor channel said. */
export interface ReferenceCursor {
  /** How many shapes have come. */
  readonly shapes: number;
  readonly width: number;
  readonly height: number;
  readonly hot: { readonly x: number; readonly y: number };
  readonly position: { readonly x: number; readonly y: number };
  readonly hides: number;
  readonly resets: number;
  /** Rows from the top, four bytes a pixel; empty before the first shape. */
  readonly rgba: Uint8Array;
}

/** spice-gtk's own client without a window, on a SPICE server's unix socket for as long as wanted. */
export class ReferenceClient implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<number, { resolve(answer: Answer): void; reject(error: Error): void }>();
  readonly #exited: Promise<unknown>;
  #failed: Error | null = null;
  #last = 0;

  /** Resolves when the server has marked the display as whole. Throws when the library is not installed (and says so), or no mark comes. */
  static async connect(path: string, options: ReferenceOptions = {}): Promise<ReferenceClient> {
    const client = await ReferenceClient.start(path, options);
    const timer = setTimeout(() => client.#fail(new Error('spice-gtk saw no mark')), FIRST_PICTURE_MS);
    try {
      await client.#ask('marked');
      return client;
    } catch (error) {
      await client[Symbol.asyncDispose]();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** As `connect`, but it waits for nothing: for a server that acts only once its client is there. */
  static async start(path: string, { compression, env, stderr }: ReferenceOptions): Promise<ReferenceClient> {
    const program = await ensureReferenceClient();
    const wish = compression === undefined ? [] : [String(IMAGE_COMPRESSION[compression])];
    const child = spawn(program, [path, ...wish], { env: { ...process.env, ...env } });
    child.stderr.on('data', (bytes: Buffer) => (stderr ?? console.error)(bytes.toString().trimEnd()));
    return new ReferenceClient(child);
  }

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.#exited = once(child, 'close').catch((error: unknown) => this.#fail(asError(error)));
    child.once('exit', (code, signal) => this.#fail(new Error(`spice-gtk ended (${signal ?? code})`)));
    // A write after its end is told by its exit.
    child.stdin.on('error', () => undefined);
    const reader = new AnswerReader();
    child.stdout.on('data', (chunk: Buffer) => {
      for (const answer of reader.push(chunk)) this.#take(answer);
    });
  }

  /** Resolves when it has ended, with why. */
  async ended(): Promise<Error> {
    await this.#exited;
    return this.#failed ?? new Error('spice-gtk ended');
  }

  /** The process, to look at what it takes. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it shows now. */
  async picture(): Promise<Picture> {
    return pictureOf(await this.surface());
  }

  /** The primary surface's bytes as they lie in its memory; of no size when there is none. */
  async surface(): Promise<RawSurface> {
    const { values, bytes } = await this.#ask('picture');
    const [format = 0, width = 0, height = 0, stride = 0] = values.map(Number);
    return { format, width, height, stride, bytes };
  }

  async invalidations(): Promise<Invalidations> {
    return invalidationsOf(await this.#ask('invalidations'));
  }

  /** Resolves once something was drawn after the first `count` times (at once when it was already). */
  async invalidatedAfter(count: number): Promise<Invalidations> {
    return invalidationsOf(await this.#ask(`invalidated ${count}`));
  }

  async cursor(): Promise<ReferenceCursor> {
    const { values, bytes } = await this.#ask('cursor');
    const [shapes = 0, width = 0, height = 0, hotX = 0, hotY = 0, x = 0, y = 0, hides = 0, resets = 0] =
      values.map(Number);
    return {
      ...{ shapes, width, height, hides, resets, rgba: bytes },
      ...{ hot: { x: hotX, y: hotY }, position: { x, y } },
    };
  }

  /** A PC scancode of set 1, 0x100 added for those that follow E0. When it was handed to the library, as `timeOfLast`. */
  async keyDown(code: number): Promise<number> {
    return timeOf(await this.#ask(`key-down ${code}`));
  }

  async keyUp(code: number): Promise<number> {
    return timeOf(await this.#ask(`key-up ${code}`));
  }

  /** Where the pointer is, on the first display. `buttons`: mouse_button_mask bits. When it was handed to the library. */
  async position(x: number, y: number, buttons = 0): Promise<number> {
    return timeOf(await this.#ask(`position ${x} ${y} ${buttons}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await this.#exited;
    clearTimeout(timer);
  }

  #ask(command: string): Promise<Answer> {
    if (this.#failed !== null) return Promise.reject(this.#failed);
    this.#last += 1;
    const id = this.#last;
    this.#child.stdin.write(`${id} ${command}\n`);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #take(answer: Answer): void {
    if (answer.id === 0) {
      this.#fail(new Error(`spice-gtk: ${answer.values.join(' ')}`));
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.values[0] === 'refused') waiting?.reject(new Error('spice-gtk has no channel for that'));
    else waiting?.resolve(answer);
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failed);
    this.#waiting.clear();
  }
}

function invalidationsOf({ values }: Answer): Invalidations {
  return { count: Number(values[0]), timeOfLast: Number(values[1]) / 1000 };
}

function timeOf({ values }: Answer): number {
  return Number(values[0]) / 1000;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
