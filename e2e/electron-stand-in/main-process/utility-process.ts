import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { UtilityMessage } from '../utility/messages.ts';
import type { Endpoint, MessagePortMain } from './ports.ts';
import { strict } from './strict.ts';

const shim = new URL('../utility/parent-port.ts', import.meta.url).href;
const known = new Set(['serviceName', 'stdio', 'env', 'cwd']);

type Stdio = 'pipe' | 'ignore' | 'inherit';
interface ForkOptions {
  readonly serviceName?: string;
  readonly stdio?: Stdio | readonly Stdio[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A Node child process with `process.parentPort`. Ports into it are numbered and carried over its IPC channel. */
export class UtilityProcess extends EventEmitter {
  readonly #child: ChildProcess;
  readonly #ports = new Map<number, Endpoint>();
  #lastPort = 0;

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super();
    const { stdio = 'inherit' } = options;
    const [input, output, error] = typeof stdio === 'string' ? [stdio, stdio, stdio] : stdio;
    this.#child = fork(modulePath, args, {
      execArgv: ['--import', shim],
      serialization: 'advanced',
      stdio: [input ?? 'ignore', output ?? 'inherit', error ?? 'inherit', 'ipc'],
      env: options.env ?? process.env,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    this.#child.on('spawn', () => this.emit('spawn'));
    this.#child.on('message', (message: UtilityMessage) => this.#receive(message));
    this.#child.on('error', (problem) => console.error('Utility process:', problem));
    this.#child.on('exit', (code, signal) => {
      for (const endpoint of this.#ports.values()) endpoint.close();
      this.#ports.clear();
      this.emit('exit', code ?? (signal === null ? 1 : constants.signals[signal]));
    });
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }
  get stdout(): Readable | null {
    return this.#child.stdout;
  }
  get stderr(): Readable | null {
    return this.#child.stderr;
  }

  postMessage(data: unknown, transfer: readonly MessagePortMain[] = []): void {
    const ports = transfer.map((port) => ({ id: ++this.#lastPort, endpoint: port.transfer() }));
    if (!this.#child.connected) {
      for (const { endpoint } of ports) endpoint.close();
      return;
    }
    this.#send({ type: 'message', data, ports: ports.map(({ id }) => id) });
    for (const { id, endpoint } of ports) {
      this.#ports.set(id, endpoint);
      endpoint.hold({
        deliver: (message) => this.#send({ type: 'port-data', port: id, data: message }),
        closed: () => {
          this.#ports.delete(id);
          this.#send({ type: 'port-closed', port: id });
        },
      });
    }
  }

  kill(): boolean {
    return this.#child.kill('SIGTERM');
  }

  #send(message: UtilityMessage): void {
    if (this.#child.connected) this.#child.send(message);
  }

  #receive(message: UtilityMessage): void {
    switch (message.type) {
      case 'message':
        this.emit('message', message.data);
        break;
      case 'port-data':
        this.#ports.get(message.port)?.post(message.data);
        break;
      case 'port-closed':
        this.#ports.get(message.port)?.close();
        this.#ports.delete(message.port);
        break;
    }
  }
}

export const utilityProcess = strict('utilityProcess', {
  fork(modulePath: string, args: readonly string[] = [], options: ForkOptions = {}): UtilityProcess {
    for (const name of Object.keys(options)) {
      if (!known.has(name)) throw new Error(`The Electron stand-in does not know fork's option ${name}`);
    }
    return new UtilityProcess(fileURLToPath(new URL(modulePath, 'file:///')), args, options);
  },
});
