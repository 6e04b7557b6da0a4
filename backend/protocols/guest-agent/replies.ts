import { z } from 'zod';
import { Fault } from '../../contract/fault.ts';

/** What the commands return (qga/qapi-schema.json), as far as we use it. The guest is a stranger: parsed, never cast. */

/** Not z.base64(): its pattern would walk 22 MB of an exec's output; Buffer skips what is no base64. */
const base64 = z.string().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));

export const execStarted = z.object({ pid: z.number().int() });

export const execStatus = z.object({
  exited: z.boolean(),
  exitcode: z.number().int().optional(),
  signal: z.number().int().optional(),
  'out-data': base64.optional(),
  'err-data': base64.optional(),
  'out-truncated': z.boolean().optional(),
  'err-truncated': z.boolean().optional(),
});

/** Beyond 2^53, so not z.int(). */
export const time = z.number();

export const fileHandle = z.number().int();

export const fileChunk = z.object({ count: z.number().int().min(0), 'buf-b64': base64, eof: z.boolean() });

export const info = z.object({
  version: z.string(),
  supported_commands: z.array(z.object({ name: z.string(), enabled: z.boolean() })),
});

const count = z.number().min(0);

export const networkInterfaces = z.array(
  z.object({
    name: z.string(),
    'hardware-address': z.string().optional(),
    'ip-addresses': z
      .array(
        z.object({
          'ip-address': z.string(),
          'ip-address-type': z.enum(['ipv4', 'ipv6']),
          prefix: z.number().int(),
        }),
      )
      .optional(),
    statistics: z
      .object({
        'rx-bytes': count,
        'rx-packets': count,
        'rx-errs': count,
        'rx-dropped': count,
        'tx-bytes': count,
        'tx-packets': count,
        'tx-errs': count,
        'tx-dropped': count,
      })
      .optional(),
  }),
);

/** The reply as its type; throws Fault `guest-unresponsive` when it is something else. */
export function parseReturn<T>(command: string, shape: z.ZodType<T>, value: unknown): T {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new Fault(
    {
      code: 'guest-unresponsive',
      message: `The guest agent's answer to ${command} is not what it should be (${[...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'unknown'}).`,
      remedy: 'Update qemu-guest-agent in the guest.',
    },
    { cause: parsed.error },
  );
}
