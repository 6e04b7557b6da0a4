import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { Fault } from '../../contract/fault.ts';
import { type AgentCallOptions, AgentChannel } from './channel.ts';
import {
  execStarted,
  execStatus,
  fileChunk,
  fileHandle,
  info,
  networkInterfaces,
  parseReturn,
  time,
} from './replies.ts';

/** Most commands are over at once; a long one is asked about twice a second. */
const FIRST_POLL_MS = 5;
const LONGEST_POLL_MS = 500;
const FILE_CHUNK_BYTES = 1024 * 1024;

export interface ExecOptions {
  readonly signal?: AbortSignal | undefined;
  /** For the command to end. Default 60 000; null waits for ever. */
  readonly timeoutMs?: number | null | undefined;
  readonly input?: Uint8Array | undefined;
  /** `NAME=value` each; the agent's own environment where left out. */
  readonly environment?: readonly string[] | undefined;
}

export interface ExecResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The agent keeps 16 MiB of each stream; true when there was more. */
  readonly truncated: boolean;
}

export interface GuestInterface {
  readonly name: string;
  readonly hardwareAddress: string | null;
  readonly addresses: readonly {
    readonly address: string;
    readonly prefix: number;
    readonly family: 'ipv4' | 'ipv6';
  }[];
  readonly statistics: GuestInterfaceStatistics | null;
}

export interface GuestInterfaceStatistics {
  readonly receivedBytes: number;
  readonly receivedPackets: number;
  readonly receiveErrors: number;
  readonly receiveDropped: number;
  readonly sentBytes: number;
  readonly sentPackets: number;
  readonly sendErrors: number;
  readonly sendDropped: number;
}

/**
 * The qemu-guest-agent of one guest, over the unix socket that QEMU serves (chardev socket, server=on,wait=off). Commands
 * run one at a time. The guest may go away and come back, and so may QEMU: the next command finds it again. Every
 * method throws Fault `agent-missing` when no agent answers.
 */
export class GuestAgent implements AsyncDisposable {
  readonly #channel: AgentChannel;

  private constructor(channel: AgentChannel) {
    this.#channel = channel;
  }

  /** Opens QEMU's socket; whether an agent listens behind it shows with the first command. */
  static async connect(options: { readonly path: string }): Promise<GuestAgent> {
    const channel = new AgentChannel(options.path);
    await channel.open();
    return new GuestAgent(channel);
  }

  /** Any command by its name; the answer is the guest's and unchecked. */
  execute(command: string, args?: Record<string, unknown>, options: AgentCallOptions = {}): Promise<unknown> {
    return this.#channel.call(command, args, options);
  }

  async ping(options: AgentCallOptions = {}): Promise<void> {
    await this.execute('guest-ping', undefined, options);
  }

  /** The agent's version and the commands that it has and allows. */
  async info(options: AgentCallOptions = {}): Promise<{ version: string; commands: string[] }> {
    const { version, supported_commands } = await this.#call('guest-info', info, undefined, options);
    return { version, commands: supported_commands.filter(({ enabled }) => enabled).map(({ name }) => name) };
  }

  /**
   * Runs a program in the guest and waits for its end. Throws Fault `not-found` when the guest has no such program,
   * `timeout` when it does not end in time (it goes on in the guest).
   */
  async exec(argv: readonly [string, ...string[]], options: ExecOptions = {}): Promise<ExecResult> {
    const [path, ...arg] = argv;
    const { signal, input, environment, timeoutMs = 60_000 } = options;
    const deadline = timeoutMs === null ? Number.POSITIVE_INFINITY : performance.now() + timeoutMs;
    const { pid } = await this.#call(
      'guest-exec',
      execStarted,
      {
        path,
        arg,
        'capture-output': true,
        ...(input === undefined ? {} : { 'input-data': Buffer.from(input).toString('base64') }),
        ...(environment === undefined ? {} : { env: environment }),
      },
      { signal },
    );
    for (let pause = FIRST_POLL_MS; ; pause = Math.min(pause * 1.5, LONGEST_POLL_MS)) {
      const status = await this.#call(
        'guest-exec-status',
        execStatus,
        { pid },
        { signal, timeoutMs: 30_000 },
      );
      if (status.exited) {
        const nothing = new Uint8Array(0);
        return {
          exitCode: status.exitcode ?? null,
          signal: status.signal ?? null,
          stdout: status['out-data'] ?? nothing,
          stderr: status['err-data'] ?? nothing,
          truncated: status['out-truncated'] === true || status['err-truncated'] === true,
        };
      }
      if (performance.now() >= deadline) {
        throw new Fault({
          code: 'timeout',
          message: `${path} did not end within ${timeoutMs} ms; it goes on in the guest as process ${pid}.`,
          remedy: 'Wait longer, or end it in the guest.',
        });
      }
      await delay(
        Math.min(pause, Math.max(0, deadline - performance.now())),
        undefined,
        signal && { signal },
      ).catch((error: unknown) => {
        throw new Fault(
          {
            code: 'cancelled',
            message: `Waiting for ${path} was cancelled; it goes on in the guest as process ${pid}.`,
          },
          { cause: error },
        );
      });
    }
  }

  /** The guest's clock, nanoseconds since the epoch; a double holds them to 256 ns. */
  getTime(options: AgentCallOptions = {}): Promise<number> {
    return this.#call('guest-get-time', time, undefined, options);
  }

  /** Sets the guest's clock, nanoseconds since the epoch; without a time, from the guest's RTC. */
  async setTime(nanoseconds?: number, options: AgentCallOptions = {}): Promise<void> {
    const args = nanoseconds === undefined ? undefined : { time: Math.round(nanoseconds) };
    await this.execute('guest-set-time', args, options);
  }

  async networkInterfaces(options: AgentCallOptions = {}): Promise<GuestInterface[]> {
    const list = await this.#call('guest-network-get-interfaces', networkInterfaces, undefined, options);
    return list.map((entry) => ({
      name: entry.name,
      hardwareAddress: entry['hardware-address'] ?? null,
      addresses: (entry['ip-addresses'] ?? []).map((address) => ({
        address: address['ip-address'],
        prefix: address.prefix,
        family: address['ip-address-type'],
      })),
      statistics: entry.statistics === undefined ? null : statisticsOf(entry.statistics),
    }));
  }

  /** A small file of the guest, whole. Throws Fault `not-found`, or `not-supported` when it holds more than `maxBytes`. */
  async readFile(path: string, maxBytes: number, options: AgentCallOptions = {}): Promise<Uint8Array> {
    const handle = await this.#call('guest-file-open', fileHandle, { path, mode: 'r' }, options);
    // Without the caller's signal: the guest keeps the file open until this.
    const close = () => this.execute('guest-file-close', { handle });
    let bytes: Uint8Array;
    try {
      bytes = await this.#readAll(handle, path, maxBytes, options);
    } catch (error) {
      // The first error is what matters; where closing fails too, the agent is gone and its handles with it.
      await close().catch(() => undefined);
      throw error;
    }
    await close();
    return bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel.close();
  }

  async #readAll(
    handle: number,
    path: string,
    maxBytes: number,
    options: AgentCallOptions,
  ): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let total = 0;
    for (;;) {
      // One byte more than is allowed tells a file that fits from one that does not.
      const args = { handle, count: Math.min(FILE_CHUNK_BYTES, maxBytes + 1 - total) };
      const chunk = await this.#call('guest-file-read', fileChunk, args, options);
      const bytes = chunk['buf-b64'];
      parts.push(bytes);
      total += bytes.length;
      if (total > maxBytes) {
        throw new Fault({
          code: 'not-supported',
          message: `${path} in the guest holds more than ${maxBytes} bytes.`,
          remedy: 'Copy large files another way, for example through a shared disk.',
        });
      }
      if (chunk.eof || bytes.length === 0) return Buffer.concat(parts);
    }
  }

  async #call<T>(
    command: string,
    shape: z.ZodType<T>,
    args: Record<string, unknown> | undefined,
    options: AgentCallOptions,
  ): Promise<T> {
    return parseReturn(command, shape, await this.execute(command, args, options));
  }
}

type WireStatistics = NonNullable<z.infer<typeof networkInterfaces>[number]['statistics']>;

function statisticsOf(wire: WireStatistics): GuestInterfaceStatistics {
  return {
    receivedBytes: wire['rx-bytes'],
    receivedPackets: wire['rx-packets'],
    receiveErrors: wire['rx-errs'],
    receiveDropped: wire['rx-dropped'],
    sentBytes: wire['tx-bytes'],
    sentPackets: wire['tx-packets'],
    sendErrors: wire['tx-errs'],
    sendDropped: wire['tx-dropped'],
  };
}
