import { Fault } from '../../contract/fault.ts';

/**
 * QEMU stops reading its socket when more than eight commands wait in it, and an out-of-band command would wait behind
 * them (docs/interop/qmp-spec.txt §2.3.1): so the ninth waits here.
 */
const MAX_IN_FLIGHT = 8;

/** QEMU answered with an error. `errorClass` is QEMU's, mostly GenericError. */
export class QmpRefusal extends Fault {
  readonly command: string;
  readonly errorClass: string;

  constructor(command: string, errorClass: string, description: string) {
    super({
      code: 'qemu-refused',
      message: `QEMU refused ${command}: ${description}${/[.!?]$/.test(description) ? '' : '.'}`,
      remedy: 'Change what was asked for; the log of the machine may say more.',
      detail: errorClass,
    });
    this.name = 'QmpRefusal';
    this.command = command;
    this.errorClass = errorClass;
  }
}

export interface Command {
  readonly command: string;
  readonly args: Record<string, unknown> | undefined;
  readonly outOfBand: boolean;
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
}

interface Entry extends Command {
  /** Undefined once given up (timeout, abort): QEMU still owes the answer, and the place in its queue is taken. */
  settle: { resolve: (value: unknown) => void; reject: (fault: Fault) => void } | undefined;
}

/** Commands on their way to QEMU and their answers. Knows ids, order and time; nothing of sockets. */
export class CommandQueue {
  readonly #write: (line: string) => void;
  readonly #waiting: Entry[] = [];
  readonly #sent = new Map<number, Entry>();
  #inBand = 0;
  #nextId = 1;

  /** Whether out-of-band execution was negotiated. */
  outOfBand = false;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Sends when there is room. The time limit counts from now on, waiting for room included. */
  run(command: Command): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { signal, timeoutMs } = command;
      const name = command.command;
      if (signal?.aborted) {
        reject(cancelled(name, signal));
        return;
      }
      const abort = () => giveUp(cancelled(name, signal));
      const timer =
        timeoutMs === null
          ? undefined
          : setTimeout(() => giveUp(tooLate(name, timeoutMs)), Math.min(timeoutMs, 2 ** 31 - 1));
      const free = () => {
        entry.settle = undefined;
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const entry: Entry = {
        ...command,
        settle: {
          resolve: (value) => {
            free();
            resolve(value);
          },
          reject: (fault) => {
            free();
            reject(fault);
          },
        },
      };
      const giveUp = (fault: Fault) => {
        const place = this.#waiting.indexOf(entry);
        if (place !== -1) this.#waiting.splice(place, 1);
        entry.settle?.reject(fault);
      };
      signal?.addEventListener('abort', abort, { once: true });
      if (entry.outOfBand) this.#send(entry);
      else {
        this.#waiting.push(entry);
        this.#sendWaiting();
      }
    });
  }

  /** Throws an Error for an id that was never sent. */
  returned(id: unknown, value: unknown): void {
    this.#answered(id).settle?.resolve(value);
  }

  /** Throws an Error for an id that was never sent. */
  refused(id: unknown, errorClass: string, description: string): void {
    if (id === undefined) throw new Error(`an error that belongs to no command: ${description}`);
    const entry = this.#answered(id);
    entry.settle?.reject(new QmpRefusal(entry.command, errorClass, description));
  }

  /** Rejects all that waits. */
  close(fault: (command: string) => Fault): void {
    const open = [...this.#sent.values(), ...this.#waiting.splice(0)];
    this.#sent.clear();
    for (const entry of open) entry.settle?.reject(fault(entry.command));
  }

  #answered(id: unknown): Entry {
    const entry = typeof id === 'number' ? this.#sent.get(id) : undefined;
    if (entry === undefined || typeof id !== 'number') {
      throw new Error(`an answer to a command that was not sent (id ${JSON.stringify(id) ?? 'missing'})`);
    }
    this.#sent.delete(id);
    if (!entry.outOfBand) {
      this.#inBand -= 1;
      this.#sendWaiting();
    }
    return entry;
  }

  #sendWaiting(): void {
    while (this.#inBand < MAX_IN_FLIGHT) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      this.#inBand += 1;
      this.#send(entry);
    }
  }

  #send(entry: Entry): void {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#sent.set(id, entry);
    const verb = entry.outOfBand ? 'exec-oob' : 'execute';
    const args = entry.args === undefined ? {} : { arguments: entry.args };
    this.#write(`${JSON.stringify({ [verb]: entry.command, ...args, id })}\n`);
  }
}

function tooLate(command: string, timeoutMs: number): Fault {
  return new Fault({
    code: 'qemu-unreachable',
    message: `QEMU did not answer ${command} within ${timeoutMs} ms.`,
    remedy: 'Wait for the host to become less busy; if the machine stays like that, force it off.',
  });
}

function cancelled(command: string, signal: AbortSignal | undefined): Fault {
  return new Fault(
    { code: 'cancelled', message: `The command ${command} was cancelled.` },
    { cause: signal?.reason },
  );
}
