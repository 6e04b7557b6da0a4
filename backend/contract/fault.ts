import { z } from 'zod';

/**
 * Every error that can reach a person. `code` is for programs, `message` is one sentence that names the thing,
 * `remedy` says what the person can do, `detail` is for the log (a command line, the end of a log file).
 */
export const faultShape = z.object({
  code: z.enum([
    'bad-input', // the request, the definition or the file does not parse; `path` says where
    'unknown-request',
    'contract-mismatch',
    'not-found',
    'name-taken',
    'illegal-move', // the machine's state does not allow it
    'busy',
    'no-space',
    'no-permission',
    'not-supported',
    'qemu-missing',
    'qemu-exited',
    'qemu-refused', // QMP answered with an error
    'qemu-unreachable', // the QMP socket died or did not answer in time
    'guest-unresponsive', // the guest did not do what QEMU asked of it
    'agent-missing', // no guest agent answers
    'unsafe-folder',
    'already-running', // another back end holds the data folder
    'timeout',
    'cancelled',
    'internal',
  ]),
  message: z.string(),
  remedy: z.string().optional(),
  /** Where in the input, for example ['disks', 0, 'path']. */
  path: z.array(z.union([z.string(), z.number()])).optional(),
  detail: z.string().optional(),
});

export type FaultShape = z.infer<typeof faultShape>;
export type FaultCode = FaultShape['code'];

/** An error a person can act on. Everything thrown across a wall is one of these. */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly remedy: string | undefined;
  readonly path: readonly (string | number)[] | undefined;
  readonly detail: string | undefined;

  constructor(shape: FaultShape, options?: ErrorOptions) {
    super(shape.message, options);
    this.name = 'Fault';
    this.code = shape.code;
    this.remedy = shape.remedy;
    this.path = shape.path;
    this.detail = shape.detail;
  }

  toShape(): FaultShape {
    return {
      code: this.code,
      message: this.message,
      ...(this.remedy === undefined ? {} : { remedy: this.remedy }),
      ...(this.path === undefined ? {} : { path: [...this.path] }),
      ...(this.detail === undefined ? {} : { detail: this.detail }),
    };
  }

  /** Anything that was thrown, as a fault: a fault stays itself, the rest becomes `internal`. */
  static from(thrown: unknown): Fault {
    if (thrown instanceof Fault) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new Fault(
      {
        code: 'internal',
        message: `Something in Innkeeper went wrong: ${message}`,
        remedy: 'Try again. If it stays, report it with the log from the Host page.',
        ...(thrown instanceof Error && thrown.stack !== undefined ? { detail: thrown.stack } : {}),
      },
      { cause: thrown },
    );
  }
}
