import { z } from 'zod';
import type { CommandMap, EventMap, OutOfBandCommand } from './generated.ts';

export type CommandName = keyof CommandMap;
export type Arguments<C extends CommandName> = CommandMap[C]['arguments'];
export type Return<C extends CommandName> = CommandMap[C]['return'];
export type EventName = keyof EventMap;

/** Seconds and microseconds since the epoch; both are -1 when QEMU could not read the clock. */
export interface QmpTimestamp {
  readonly seconds: number;
  readonly microseconds: number;
}

/** One event, discriminated by its name. A newer QEMU may send names that are not in this union. */
export type QmpEvent = {
  [E in EventName]: { readonly event: E; readonly data: EventMap[E]; readonly timestamp: QmpTimestamp };
}[EventName];

export interface CommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** Default 30 000; null waits for ever. */
  readonly timeoutMs?: number | null | undefined;
}

/** Out of band is for the few commands that QEMU allows to overtake the others. */
export type OptionsOf<C extends CommandName> = CommandOptions & {
  readonly oob?: C extends OutOfBandCommand ? boolean : false;
};

/** Arguments may be left out where none is required. */
export type ExecuteArguments<C extends CommandName> =
  Record<never, never> extends Arguments<C>
    ? [args?: Arguments<C>, options?: OptionsOf<C>]
    : [args: Arguments<C>, options?: OptionsOf<C>];

/** docs/interop/qmp-spec.txt §2.2 */
const greeting = z.object({
  QMP: z.object({
    version: z.object({
      qemu: z.object({ major: z.number(), minor: z.number(), micro: z.number() }),
      package: z.string(),
    }),
    capabilities: z.array(z.unknown()),
  }),
});
export type QmpGreeting = z.infer<typeof greeting>['QMP'];

export type ServerMessage =
  | { readonly kind: 'greeting'; readonly greeting: QmpGreeting }
  | { readonly kind: 'return'; readonly id: unknown; readonly value: unknown }
  | {
      readonly kind: 'error';
      readonly id: unknown;
      readonly errorClass: string;
      readonly description: string;
    }
  | {
      readonly kind: 'event';
      readonly event: string;
      readonly data: Record<string, unknown>;
      readonly timestamp: QmpTimestamp;
    };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/** One line from QEMU (qmp-spec.txt §2.2–2.5). Throws an Error that says what is wrong with it. */
export function parseServerMessage(line: Uint8Array): ServerMessage {
  const message: unknown = JSON.parse(strictUtf8.decode(line));
  if (!isRecord(message)) throw new Error('a message is not an object');
  if ('return' in message) return { kind: 'return', id: message.id, value: message.return };
  if (typeof message.event === 'string') {
    const data = message.data ?? {};
    const timestamp = message.timestamp;
    if (!isRecord(data)) throw new Error(`the data of ${message.event} is not an object`);
    if (!isTimestamp(timestamp)) throw new Error(`the event ${message.event} has no timestamp`);
    return { kind: 'event', event: message.event, data, timestamp };
  }
  const error = message.error;
  if (isRecord(error)) {
    const { class: errorClass, desc } = error;
    if (typeof errorClass !== 'string' || typeof desc !== 'string') {
      throw new Error('an error without class or description');
    }
    return { kind: 'error', id: message.id, errorClass, description: desc };
  }
  const parsed = greeting.safeParse(message);
  if (parsed.success) return { kind: 'greeting', greeting: parsed.data.QMP };
  throw new Error('a message that is no greeting, return, error or event');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTimestamp(value: unknown): value is QmpTimestamp {
  return isRecord(value) && typeof value.seconds === 'number' && typeof value.microseconds === 'number';
}
