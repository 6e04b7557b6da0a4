import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { IMAGE_COMPRESSION, type ImageCompression } from '../../renderer/spice/protocol/constants.ts';
import type { Picture } from '../conformance/picture.ts';
import { pictureOf } from '../conformance/reference/raw-surface.ts';
import { TcpRelay } from '../fixtures/tcp-relay.ts';
import { ensureReplay } from './build.ts';

/** spice-server.h: spice_wan_compression_t and the modes of streaming video. */
const WAN = { always: 2, never: 3 } as const;
const STREAMING = { off: 1, all: 2, filter: 3 } as const;

export interface ReplayOptions {
  readonly cacheFolder: string;
  /** Unpacked. */
  readonly recording: string;
  readonly compression: ImageCompression;
  /** Send as JPEG what may lose something; never by default. */
  readonly jpeg?: keyof typeof WAN;
  /** GLZ within zlib; never by default. */
  readonly zlibGlz?: keyof typeof WAN;
  /** What becomes a video stream; off by default. */
  readonly streaming?: keyof typeof STREAMING;
  /** As QEMU's video-codecs: `spice:mjpeg;gstreamer:vp8`; spice-server's own choice when absent. */
  readonly videoCodecs?: string;
}

/** spice-server itself, with a recording in the place of a guest. Several viewers may look at once. */
export class ReplayServer implements AsyncDisposable {
  readonly folder: string;
  readonly spiceSocket: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #exited: Promise<unknown>;
  #relay: TcpRelay | null = null;
  readonly #waiting: PromiseWithResolvers<string>[] = [];
  #failed: Error | null = null;

  /** Resolves when it listens; nothing has been played then. */
  static async start(options: ReplayOptions): Promise<ReplayServer> {
    const program = await ensureReplay(options.cacheFolder);
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-replay-'));
    const { recording, compression, jpeg = 'never', zlibGlz = 'never', streaming = 'off' } = options;
    const numbers = [IMAGE_COMPRESSION[compression], WAN[jpeg], WAN[zlibGlz], STREAMING[streaming]];
    const child = spawn(
      program,
      [recording, ...numbers.map(String), options.videoCodecs ?? '-'],
      // spice-server's own switch for more than one client at a time (reds.cpp).
      { env: { ...process.env, SPICE_DEBUG_ALLOW_MC: '1' } },
    );
    const server = new ReplayServer(folder, child);
    try {
      const port = Number((await server.#answer()).split(' ')[1]);
      // Clients come by a unix socket, as they do to QEMU's.
      server.#relay = await TcpRelay.listen(server.spiceSocket, port);
      return server;
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
  }

  private constructor(folder: string, child: ChildProcessWithoutNullStreams) {
    this.folder = folder;
    this.spiceSocket = join(folder, 'spice');
    this.#child = child;
    this.#exited = once(child, 'close').catch((error: unknown) => error);
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-2000);
    });
    child.once('exit', (code, signal) => {
      this.#failed = new Error(`the replay ended (${signal ?? code}): ${said}`);
      for (const { reject } of this.#waiting.splice(0)) reject(this.#failed);
    });
    // A write after its end is told by its exit.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#waiting.shift()?.resolve(line));
  }

  /**
   * Gives what was recorded until `until` (nanoseconds of the recording's clock), `speed` times as fast as it came, or at once for
   * 0; resolves when the server has taken it, which is a little before its clients have it. How many commands that were from the start.
   */
  async play(until: bigint | string, speed = 0): Promise<number> {
    this.#child.stdin.write(`play ${until} ${speed}\n`);
    return Number((await this.#answer()).split(' ')[1]);
  }

  /** The screen as the server draws it for itself, which no codec has touched. */
  async dump(): Promise<Picture> {
    const file = join(this.folder, 'picture');
    this.#child.stdin.write(`picture ${file}\n`);
    const [format = 0, width = 0, height = 0, stride = 0] = (await this.#answer())
      .split(' ')
      .slice(1)
      .map(Number);
    const bytes = width === 0 ? new Uint8Array(0) : new Uint8Array(await readFile(file));
    return pictureOf({ format, width, height, stride, bytes });
  }

  /** It ended by itself, which is a crash. */
  get hasCrashed(): boolean {
    return this.#failed !== null;
  }

  /** The server's process, to look at what it takes. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await this.#exited;
    clearTimeout(timer);
    await rm(this.folder, { recursive: true, force: true });
  }

  #answer(): Promise<string> {
    if (this.#failed !== null) return Promise.reject(this.#failed);
    const answer = Promise.withResolvers<string>();
    this.#waiting.push(answer);
    return answer.promise;
  }
}
